"""What an admin may do about people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.engine.calendars import Hours
from core.engine.handling import Command

from .model import Right, Role


@dataclass(frozen=True, kw_only=True)
class AddStaff(Command):
    """Add a member, or add roles and identities to one that exists. Identities are (face, workspace, user)."""

    needs = Right.ADMINISTER
    handle: str
    name: str = ""
    roles: tuple[Role, ...] = ()
    identities: tuple[tuple[str, str, str], ...] = ()
    locale: str = ""
    zone: str = ""


@dataclass(frozen=True, kw_only=True)
class RemoveStaff(Command):
    """Take every right and identity away; the member's name stays in the history. `successor` is the handle of whoever gets their cases."""

    needs = Right.ADMINISTER
    handle: str
    successor: str = ""


@dataclass(frozen=True, kw_only=True)
class SetRoles(Command):
    """Let a member hold exactly these roles."""

    needs = Right.ADMINISTER
    staff_id: int
    roles: tuple[Role, ...]


@dataclass(frozen=True, kw_only=True)
class SetGroup(Command):
    """Make or change a staff group: the kinds of card it gets, its members, its conversations."""

    needs = Right.ADMINISTER
    name: str
    routes: tuple[str, ...] | None = None
    members: tuple[str, ...] = ()
    conversations: tuple["Place", ...] = ()
    zone: str = ""
    calendar: str = ""
    assign: str | None = None  # ROUND_ROBIN, or "" for by hand
    most_cases: int | None = None  # 0 for no limit


@dataclass(frozen=True, kw_only=True)
class SetCalendar(Command):
    """Make or change opening hours under a name; None leaves what is. `default` counts for every group without its own.

    `week` is Monday first. Country and subdivision are ISO 3166 codes; a country of "" has no public holidays.
    """

    needs = Right.ADMINISTER
    name: str
    zone: str | None = None
    week: tuple[tuple[Hours, ...], ...] | None = None
    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, kw_only=True)
class CloseDay(Command):
    """Close a day that is no public holiday; `because` is what `why` shows."""

    needs = Right.ADMINISTER
    name: str
    day: date
    because: str


@dataclass(frozen=True, kw_only=True)
class OpenDay(Command):
    """Take back that a day is closed."""

    needs = Right.ADMINISTER
    name: str
    day: date


@dataclass(frozen=True, kw_only=True)
class Place:
    """A conversation by its face's own id: a Slack channel, a Teams channel or group chat."""

    face: str
    workspace: str
    external: str
    locale: str = "en"
    address: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class LearnConversation(Command):
    """Remember how a conversation is reached, as its newest message says."""

    needs = Right.RUN
    place: Place
    reachable: bool = True


@dataclass(frozen=True, kw_only=True)
class LearnAddress(Command):
    """Remember how a member is reached privately, as their newest message says."""

    needs = Right.RUN
    face: str
    workspace: str
    user: str
    address: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LearnProfile(Command):
    """Remember which language and zone a member's own profile in a chat says; what they choose here comes before it."""

    needs = Right.RUN
    staff_id: int
    locale: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class ChooseReading(Command):
    """Read the desk in another language or zone; "" for whatever the chat says, None leaves what is. One's own only."""

    needs = Right.READ
    locale: str | None = None
    zone: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetPlaceReading(Command):
    """Draw a conversation's cards in another language or zone; None leaves what is."""

    needs = Right.ADMINISTER
    conversation_id: int
    locale: str | None = None
    zone: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpenHome(Command):
    """Publish a member's home, now and whenever it changes from now on; `page` is what they look at."""

    needs = Right.RUN
    face: str
    workspace: str
    user: str
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class SealedSecret:
    """A secret as it is kept: encrypted. `use` is `sign` (proves what comes in) or `token` (lets the desk call out)."""

    use: str
    cipher: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AddConnection(Command):
    """Connect a system of record under a name that becomes part of its address. `polled`: it is also asked, every few minutes."""

    needs = Right.ADMINISTER
    name: str
    kind: str
    settings: Mapping[str, str]
    secrets: tuple[SealedSecret, ...]
    polled: bool = False


@dataclass(frozen=True, kw_only=True)
class RotateSecret(Command):
    """Add a newer secret of the same use; the earlier ones hold until `keep_until`."""

    needs = Right.ADMINISTER
    name: str
    secret: SealedSecret
    keep_until: datetime


@dataclass(frozen=True, kw_only=True)
class ChangeConnection(Command):
    """Give a connection other settings; all of them, as they are to be. Its secrets stay."""

    needs = Right.ADMINISTER
    name: str
    settings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class SwitchConnection(Command):
    """Let a connection take part, or not: then its door answers as if it were not there."""

    needs = Right.ADMINISTER
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class PollConnection(Command):
    """Ask a system of record what its webhooks may have failed to tell, and ask again in a few minutes."""

    needs = Right.RUN
    connection_id: int


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Something changed there: a delivery as if the system had sent it. The same `key` is the same change."""

    key: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class RecordPoll(Command):
    """What was found by asking. `watermark` is the newest change of it, by that system's own clock."""

    needs = Right.FEED
    name: str
    hints: tuple[Hint, ...]
    watermark: datetime


@dataclass(frozen=True, kw_only=True)
class ReplayDelivery(Command):
    """Handle a dead letter once more. `by` is whoever sits at the command line."""

    needs = Right.ADMINISTER
    delivery: int
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class DiscardDelivery(Command):
    """Never handle a dead letter. `by` is whoever sits at the command line."""

    needs = Right.ADMINISTER
    delivery: int
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class GiveUpDelivery(Command):
    """Make a delivery that cannot be handled a dead letter, with the sentence that says why."""

    needs = Right.RUN
    delivery: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class WarnOfLetters(Command):
    """Tell the admins how many dead letters there are, unless they were told of as many."""

    needs = Right.RUN
