"""What Partner Center's error codes mean to people: what is said beside Microsoft's own words, who must act, and what a restore does.

https://learn.microsoft.com/partner-center/developer/error-codes. What a code means to the process (later, stale, refused) is the
connection's table, `webhooks/partner_center/errors.py`; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.people.model import Right


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """`name` of the sentence `answer.<name>`. `acts`: the right of who can mend it, beside proposer and owner. `pursued`: a restore that
    meets it is tried again until somebody mended it, since nothing else can bring the service back. `halts`: no further call can work, so
    the kill switch is pressed for suspensions. `waits`: so long that people are told. `reads`: it is otherwise there than the desk
    thought, so the tenant is read anew."""

    name: str
    acts: Right | None = None
    pursued: bool = False
    halts: bool = False
    waits: bool = False
    reads: bool = False


def _ours(name: str, *, halts: bool = False) -> Meaning:
    """Something of the desk's own access: an admin mends it."""
    return Meaning(name=name, acts=Right.ADMINISTER, pursued=True, halts=halts)


OTHER = Meaning(name="other")
MEANINGS: Mapping[str, Meaning] = {
    "900420": _ours("audience"),
    "10001": _ours("mfa", halts=True),
    "900329": _ours("app_only"),
    "900308": _ours("role"),
    "900150": _ours("role"),
    "900309": _ours("access_policy"),
    "900159": Meaning(name="left"),
    "2055": Meaning(name="stale"),
    "412": Meaning(name="stale"),
    "800082": Meaning(name="not_ready"),
    "409": Meaning(name="renewing", waits=True),
    "900278": Meaning(name="pending", waits=True),
    "900277": Meaning(name="no_updates"),
    "900279": Meaning(name="no_updates"),
    "900280": Meaning(name="no_updates"),
    "900311": Meaning(name="too_often"),
    "800091": Meaning(name="is_suspended", reads=True),
    "800096": Meaning(name="status_fixed"),
    "800093": Meaning(name="no_auto_renew"),
    "27009": Meaning(name="parent_first", pursued=True),
    "900115": Meaning(name="azure_active"),
    "900213": Meaning(name="window_passed"),
    "900257": Meaning(name="window_passed"),
    "900214": Meaning(name="window_passed"),
    "900121": Meaning(name="credit", acts=Right.FINANCE, pursued=True),
    "800023": Meaning(name="credit", acts=Right.FINANCE, pursued=True),
    "800025": Meaning(name="credit", acts=Right.FINANCE, pursued=True),
    "20003": Meaning(name="gone", reads=True),
    "404": Meaning(name="gone", reads=True),
    "401": Meaning(name="token"),
    "429": Meaning(name="throttled"),
}


def meaning(code: object) -> Meaning:
    """The row of a code; OTHER for one that Microsoft adds next."""
    return MEANINGS.get(str(code or ""), OTHER)
