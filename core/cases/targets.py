"""How long what may take: a row per clock, with who set it and since when. What an admin sets comes before what is shipped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.dialects import insert_into
from core.engine.db.tables.cases import targets
from core.engine.db.tables.people import groups
from core.engine.errors import InvalidInput, NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import SetTarget
from .events import TargetSet
from .reckoning import Why

LONGEST = timedelta(hours=1000)  # of open time: some six months of office hours


class Clock(StrEnum):
    """What somebody waits for."""

    FIRST_RESPONSE = "first_response"  # the customer for the first answer
    NEXT_REPLY = "next_reply"  # the customer for an answer to what they wrote after ours
    RESOLUTION = "resolution"  # the customer for the end of it
    CUSTOMER_TURN = "customer_turn"  # we for the customer
    MICROSOFT_TURN = "microsoft_turn"  # we for Microsoft


@dataclass(frozen=True, kw_only=True)
class Target:
    """Open time that may pass, and the share of it after which a warning goes out; 0 for none."""

    clock: Clock
    wait: timedelta
    warn_percent: int
    source: str
    since: date

    @property
    def early(self) -> timedelta:
        """The open time after which the warning goes out."""
        return timedelta(minutes=self.wait // timedelta(minutes=1) * self.warn_percent // 100)


OURS, SHIPPED_ON = "the desk's own default", date(2026, 11, 1)

# Nobody but the partner sets these: Microsoft promises its partners first answers by severity, not ends, and customers' contracts differ.
SHIPPED = {
    clock: Target(clock=clock, wait=timedelta(hours=hours), warn_percent=warn, source=OURS, since=SHIPPED_ON)
    for clock, hours, warn in (
        (Clock.FIRST_RESPONSE, 4, 75),
        (Clock.NEXT_REPLY, 8, 75),
        (Clock.RESOLUTION, 40, 75),
        (Clock.CUSTOMER_TURN, 24, 0),
        (Clock.MICROSOFT_TURN, 24, 0),
    )
}

# What makes a clock stand still. An answer is owed whoever's turn it is; the end of a case waits for whom it depends on.
STOPPED_BY: dict[Clock, frozenset[Why]] = {
    Clock.FIRST_RESPONSE: frozenset({Why.CLOSED}),
    Clock.NEXT_REPLY: frozenset({Why.CLOSED}),
    Clock.RESOLUTION: frozenset({Why.CUSTOMER, Why.MICROSOFT, Why.CLOSED}),
    Clock.CUSTOMER_TURN: frozenset(),
    Clock.MICROSOFT_TURN: frozenset(),
}

# The rules of a clock's timers: its warning, and its end.
WARNINGS = {
    Clock.FIRST_RESPONSE: "first_response_soon",
    Clock.NEXT_REPLY: "next_reply_soon",
    Clock.RESOLUTION: "resolution_soon",
    Clock.CUSTOMER_TURN: "waiting_soon",
    Clock.MICROSOFT_TURN: "microsoft_soon",
}
ENDS = {
    Clock.FIRST_RESPONSE: "first_response_missed",
    Clock.NEXT_REPLY: "next_reply_missed",
    Clock.RESOLUTION: "resolution_missed",
    Clock.CUSTOMER_TURN: "waiting_too_long",
    Clock.MICROSOFT_TURN: "microsoft_too_long",
}
CLOCK_OF = {rule: clock for rules in (WARNINGS, ENDS) for clock, rule in rules.items()}

# The more pressing one, further back, speaks for all when several of a case fall due together.
PRESSING = (
    *(WARNINGS[clock] for clock in (Clock.MICROSOFT_TURN, Clock.CUSTOMER_TURN, Clock.RESOLUTION, Clock.NEXT_REPLY, Clock.FIRST_RESPONSE)),
    *(ENDS[clock] for clock in (Clock.MICROSOFT_TURN, Clock.CUSTOMER_TURN, Clock.RESOLUTION, Clock.NEXT_REPLY, Clock.FIRST_RESPONSE)),
)


def target_for(connection: Connection, clock: Clock, *, group: str, triage: str) -> Target:
    """The narrowest target that fits: of the group for this kind of question, of the kind, of the group, of all, the shipped one."""
    rows = connection.execute(sa.select(targets).where(targets.c.clock == clock.value))
    fits = [row for row in rows if row.group_name in ("", group) and row.triage in ("", triage)]
    narrowest = max(fits, key=lambda row: (bool(row.triage), bool(row.group_name)), default=None)
    return SHIPPED[clock] if narrowest is None else _target(narrowest)


def all_targets(connection: Connection) -> list[tuple[str, str, Target]]:
    """Group, kind of question ("" for every) and target: what is set, and what is shipped where nothing is set for all."""
    rows = connection.execute(sa.select(targets).order_by(targets.c.clock, targets.c.group_name, targets.c.triage))
    own = [(row.group_name, row.triage, _target(row)) for row in rows]
    general = {target.clock for group, triage, target in own if not group and not triage}
    return [*own, *(("", "", target) for clock, target in SHIPPED.items() if clock not in general)]


def set_target(tx: Tx, command: SetTarget) -> Iterable[Event]:
    """Raises InvalidInput for a wait of nothing or of more than can be reckoned, a warning outside 0 to 99, no source; NotFound."""
    clock = Clock(command.clock)
    if not timedelta() < command.wait <= LONGEST:
        raise InvalidInput("target_out_of_range", "wait", hours=int(LONGEST.total_seconds() // 3600))
    if not 0 <= command.warn_percent < 100:
        raise InvalidInput("warning_out_of_range", "warn")
    if command.group and tx.connection.scalar(sa.select(groups.c.id).where(groups.c.name == command.group)) is None:
        raise NotFound("group_not_found", name=command.group)
    if not command.source.strip():
        raise InvalidInput("target_without_source", "source")
    key = {"clock": clock.value, "group_name": command.group, "triage": command.triage}
    minutes = int(command.wait.total_seconds() // 60)
    said = {"wait_minutes": minutes, "warn_percent": command.warn_percent, "source": command.source.strip()}
    values = {**said, "since": tx.now.date()}
    upsert = insert_into(tx.connection, targets).values(**key, **values)
    tx.connection.execute(upsert.on_conflict_do_update(index_elements=list(key), set_=values))
    return [TargetSet(clock=clock.value, group=command.group, triage=command.triage, **said)]  # type: ignore[arg-type]  # a mixed dict


def _target(row: Row[object]) -> Target:
    wait = timedelta(minutes=row.wait_minutes)
    return Target(clock=Clock(row.clock), wait=wait, warn_percent=row.warn_percent, source=row.source, since=row.since)


HANDLERS: Handlers = {SetTarget: Handler(set_target, lambda _c, _command: ["targets:all"])}
