"""Roles and the rights they carry. Nobody may decide by default: an admin grants it.

Microsoft has no role for approving a suspension and no four-eyes rule, so these are the desk's own (docs/roles.md maps the roles of
https://learn.microsoft.com/partner-center/billing/provide-billing-support).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}", re.ASCII)  # a word that can be typed in a line
ROUND_ROBIN = "round-robin"  # how a group gives its new cases out by itself; "" for not at all


class Role(StrEnum):
    """What a member of staff is granted; several may be held at once."""

    VIEWER = "viewer"
    AGENT = "agent"
    APPROVER = "approver"
    FINANCE = "finance"
    ADMIN = "admin"


class Right(StrEnum):
    """What a command asks for."""

    READ = "read"  # see cases and customers
    WORK = "work"  # triage, note, answer, resolve
    PROPOSE = "propose"  # ask for a suspension
    DECIDE = "decide"  # approve or refuse one
    STOP = "stop"  # stop one that cools off: anyone listed
    RESTORE = "restore"  # switch a product on again
    FINANCE = "finance"  # policy, holds, attestations
    ADMINISTER = "administer"  # staff, groups, connections
    FEED = "feed"  # a system of record reporting its facts
    RUN = "run"  # the desk itself: timers and what follows from events


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.AGENT: frozenset({Right.READ, Right.WORK, Right.PROPOSE, Right.STOP}),
    Role.APPROVER: frozenset({Right.READ, Right.DECIDE, Right.STOP, Right.RESTORE}),
    Role.FINANCE: frozenset({Right.READ, Right.STOP, Right.FINANCE}),
    Role.ADMIN: frozenset({Right.READ, Right.STOP, Right.ADMINISTER}),
}


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member of staff as they are now: read again for every gesture."""

    id: int
    handle: str
    name: str
    locale: str
    zone: str
    roles: frozenset[Role]

    @property
    def rights(self) -> frozenset[Right]:
        """Everything the roles allow together."""
        return frozenset().union(*(RIGHTS[role] for role in self.roles))
