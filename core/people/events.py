"""What happened to people's rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.engine.journal import Event, Private


@dataclass(frozen=True, kw_only=True)
class StaffAdded(Event):
    """A member was added or given more."""

    staff_id: int
    handle: str
    name: Private
    roles: tuple[str, ...]
    identities: tuple[Private, ...]

    @property
    def subject(self) -> str:
        """The member."""
        return f"staff:{self.staff_id}"


@dataclass(frozen=True, kw_only=True)
class StaffRemoved(Event):
    """A member lost every right; their cases go to the successor, or to nobody."""

    staff_id: int
    handle: str
    successor_id: int | None = None

    @property
    def subject(self) -> str:
        """The member."""
        return f"staff:{self.staff_id}"


@dataclass(frozen=True, kw_only=True)
class GroupSet(Event):
    """A group's routing or members changed."""

    group_id: int
    name: str
    routes: tuple[str, ...]
    calendar: str = ""

    @property
    def subject(self) -> str:
        """The group."""
        return f"group:{self.group_id}"


@dataclass(frozen=True, kw_only=True)
class OfCalendar(Event):
    """An event of a calendar's own chain."""

    calendar_id: int
    name: str

    @property
    def subject(self) -> str:
        """The calendar."""
        return f"calendar:{self.name}"


@dataclass(frozen=True, kw_only=True)
class CalendarSet(OfCalendar):
    """Opening hours are these from now on; open deadlines are reckoned anew."""

    zone: str
    week: tuple[tuple[str, ...], ...]
    country: str
    subdivision: str


@dataclass(frozen=True, kw_only=True)
class DayClosed(OfCalendar):
    """A day does not count."""

    day: date
    because: str


@dataclass(frozen=True, kw_only=True)
class DayOpened(OfCalendar):
    """A day that had been closed by hand counts again."""

    day: date


@dataclass(frozen=True, kw_only=True)
class OfConnection(Event):
    """An event of a connection's own chain."""

    connection_id: int
    name: str

    @property
    def subject(self) -> str:
        """The connection."""
        return f"connection:{self.name}"


@dataclass(frozen=True, kw_only=True)
class ConnectionAdded(OfConnection):
    """A system of record may report its facts."""

    kind: str
    settings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class SecretRotated(OfConnection):
    """A newer secret holds; the earlier ones only until `keep_until`."""

    use: str
    keep_until: datetime


@dataclass(frozen=True, kw_only=True)
class ConnectionChanged(OfConnection):
    """A connection has other settings."""

    before: Mapping[str, str]
    settings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ConnectionSwitched(OfConnection):
    """A connection takes part, or no longer."""

    active: bool


@dataclass(frozen=True, kw_only=True)
class ConnectionPolled(OfConnection):
    """Asked, a system of record told of `found` changes not asked about before."""

    found: int
    watermark: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryReplayed(OfConnection):
    """A dead letter is handled once more."""

    delivery: int
    by: Private


@dataclass(frozen=True, kw_only=True)
class DeliveryDiscarded(OfConnection):
    """A dead letter is never handled."""

    delivery: int
    by: Private
    reason: Private


@dataclass(frozen=True, kw_only=True)
class DeliveryGivenUp(OfConnection):
    """A delivery became a dead letter: it stays until a person replays or discards it."""

    delivery: int
    reason: Private


@dataclass(frozen=True, kw_only=True)
class OfStaff(Event):
    """An event of a member's own chain."""

    staff_id: int

    @property
    def subject(self) -> str:
        """The member."""
        return f"staff:{self.staff_id}"


@dataclass(frozen=True, kw_only=True)
class ReadingChosen(OfStaff):
    """A member reads the desk in this language and zone; "" is whatever their chat says."""

    locale: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class PlaceReadingSet(Event):
    """A conversation's cards are in this language and zone."""

    conversation_id: int
    locale: str
    zone: str
    by: str

    @property
    def subject(self) -> str:
        """The conversation."""
        return f"conversation:{self.conversation_id}"


@dataclass(frozen=True, kw_only=True)
class LinkCodeMade(OfStaff):
    """A one-time code links the member's next chat until `expires_at` (real clock)."""

    by: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class LinkCodeMistyped(OfStaff):
    """Somebody gave the beginning of the member's code with a wrong end; `left` tries are left, none ends the code."""

    left: int


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(OfStaff):
    """A further chat identity is the member's."""

    face: str
    identity: Private


@dataclass(frozen=True, kw_only=True)
class ExaminationAsked(OfStaff):
    """An admin has everything the desk stands on looked at."""


@dataclass(frozen=True, kw_only=True)
class RolesSet(OfStaff):
    """A member holds other roles than before."""

    before: tuple[str, ...]
    roles: tuple[str, ...]
    by: str


@dataclass(frozen=True, kw_only=True)
class WentAway(OfStaff):
    """A member is away until then; `relieved_id` stood in before and no longer does."""

    until: datetime
    delegate_id: int | None
    relieved_id: int | None
    by: str


@dataclass(frozen=True, kw_only=True)
class CameBack(OfStaff):
    """A member is there again: their time is over, or somebody said so before."""

    delegate_id: int | None
    by: str


@dataclass(frozen=True, kw_only=True)
class PreferencesSet(OfStaff):
    """A member chose what they hear and when; both hold what changed only."""

    before: Mapping[str, str]
    chosen: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class MessagesReleased(OfStaff):
    """Quiet hours are over: `told_id`, the member or whoever stands in, is told what waited. `held` are its rows."""

    told_id: int
    held: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MorningCame(OfStaff):
    """A member's working day begins: what is new since then, and what waited for it, is told."""

    since: datetime
    held: tuple[int, ...]
