"""The partner's staff in the demo: every role, known in both chats."""

from dataclasses import dataclass

SLACK_TEAM = "T0DEMO"
TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"
TEAMS_APP = "22222222-aaaa-4bbb-8ccc-000000000002"


@dataclass(frozen=True)
class Colleague:
    """Somebody who acts in the demo."""

    handle: str
    name: str
    roles: tuple[str, ...]
    locale: str
    zone: str

    @property
    def slack_id(self) -> str:
        """The person's id in the demo's Slack workspace."""
        return f"U0{self.handle.upper()}"

    @property
    def directory_id(self) -> str:
        """The person's object id in the demo's Teams directory."""
        return f"33333333-aaaa-4bbb-8ccc-{sum(map(ord, self.handle)):012d}"


STAFF = (
    Colleague("ana", "Ana Kowalska", ("agent",), "pl-PL", "Europe/Warsaw"),
    Colleague("owen", "Owen Clarke", ("agent",), "en-GB", "Europe/London"),
    Colleague("ben", "Ben Fischer", ("approver",), "en-GB", "Europe/Berlin"),
    Colleague("maja", "Maja Wiśniewska", ("approver", "agent"), "pl-PL", "Europe/Warsaw"),
    Colleague("fay", "Fay Lindqvist", ("finance",), "en-GB", "Europe/Stockholm"),
    Colleague("ada", "Ada Nowicka", ("admin", "viewer"), "pl-PL", "Europe/Warsaw"),
)
# Someone the desk does not know: to see what a stranger is told.
STRANGER = Colleague("sam", "Sam Stranger", (), "en-GB", "Europe/London")
