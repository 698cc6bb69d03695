"""What follows from escalations, and from cases for them: timers, private tellings, cards."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.cases.clocks import first_answer_due
from core.cases.commands import LeaveToRequest, TakeBack
from core.cases.events import CaseHandedBack, CaseOpened, CaseReopened, CaseResolved, CaseTaken, CaseWaiting, ClocksReplanned
from core.cases.model import WaitingOn
from core.cases.queries import case
from core.cases.watching import tell_listeners
from core.engine import cards, outbox, timers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.queries import display_name, routed
from core.people.telling import asking, tell, tell_all, to_person, to_place

from .commands import AskAboutRequest, CloseRequest, RaiseLevel, SettleEscalation, StartIfMissed
from .events import (
    EscalationAcknowledged,
    EscalationClosed,
    EscalationStarted,
    LevelTold,
    MicrosoftAnswered,
    MicrosoftAsked,
    MicrosoftSilent,
    OfEscalation,
    OfRequest,
    PacketPrepared,
    RequestClosed,
    RequestOpened,
    RequestSolved,
)
from .inside import WATCH
from .model import FIRST_RESPONSE_MISSED, State, Turn
from .queries import chain_for, escalation, open_request_of

Reaction = Callable[[Tx, Any], Iterable[Command]]
LEVEL, LOOK = "escalation.level", "escalation.microsoft"


def show(tx: Tx, event: OfEscalation | OfRequest) -> Iterable[Command]:
    """Every copy of the case's card is stale from this commit on."""
    cards.refresh(tx, event.subject)
    return ()


def begin(_tx: Tx, event: EscalationStarted) -> Iterable[Command]:
    """The first level is told at once."""
    return (RaiseLevel(escalation_id=event.escalation_id),)


def tell_level(tx: Tx, event: LevelTold) -> Iterable[Command]:
    """Each person privately, a group where it meets; the wait for the next level begins now."""
    found = escalation(tx.connection, event.escalation_id)
    by = display_name(tx.connection, found.started_by)
    say = "escalation.told_missed" if found.rule else "escalation.told"
    params = {"number": f"C-{event.case_id}", "level": event.level, "levels": len(found.chain.levels)}
    said = params if found.rule else {**params, "by": by, "reason": found.reason}
    orders = [to_person(staff_id, say, case_id=event.case_id, **said) for staff_id in event.staff]
    orders += [asking(to_place(place, say, case_id=event.case_id, **said), event.staff) for place in event.places]
    tell_all(tx, orders)
    subject = f"escalation:{event.escalation_id}"
    if event.next_at is not None:
        timers.schedule(tx, LEVEL, subject, due_at=event.next_at, rule=f"level_{event.level}")
    return ()


def tell_watchers(tx: Tx, event: LevelTold) -> Iterable[Command]:
    """Whoever watches hears of each level once, unless they are told as somebody of it."""
    found = escalation(tx.connection, event.escalation_id)
    if not found.repeats:
        given = {"level": event.level, "levels": len(found.chain.levels)}
        tell_listeners(tx, event.case_id, "watch.escalated", but=found.reached, **given)
    return ()


def stop(tx: Tx, event: EscalationAcknowledged | EscalationClosed) -> Iterable[Command]:
    """No level is told any more."""
    timers.cancel(tx, LEVEL, f"escalation:{event.escalation_id}")
    return ()


def tell_starter(tx: Tx, event: EscalationAcknowledged) -> Iterable[Command]:
    """Whoever asked for help hears who gives it."""
    kind, _, number = event.started_by.partition(":")
    if kind == "staff" and event.by != event.started_by:
        by = display_name(tx.connection, event.by)
        tell(tx, int(number), "escalation.acknowledged", case_id=event.case_id, number=f"C-{event.case_id}", by=by)
    return ()


def watch(tx: Tx, event: CaseOpened | CaseReopened | ClocksReplanned) -> Iterable[Command]:
    """Where the group wants it, a first answer that is missed starts a chain by itself."""
    found = case(tx.connection, event.case_id)
    due = first_answer_due(tx.connection, found.id)
    if due is not None and FIRST_RESPONSE_MISSED in chain_for(tx.connection, found.kind).starts_on:
        timers.schedule(tx, WATCH, f"case:{found.id}", due_at=max(due, tx.now), rule=FIRST_RESPONSE_MISSED)
    return ()


def settle(tx: Tx, event: CaseTaken | CaseResolved | CaseHandedBack) -> Iterable[Command]:
    """Taking the case answers for it; closing it ends the question."""
    if isinstance(event, CaseTaken):
        return (SettleEscalation(case_id=event.case_id, state=State.ACKNOWLEDGED, by=f"staff:{event.staff_id}"),)
    timers.cancel(tx, WATCH, event.subject)
    closed = SettleEscalation(case_id=event.case_id, state=State.CLOSED, by=tx.actor.id)
    return (closed, CloseRequest(case_id=event.case_id))


def look_later(tx: Tx, event: RequestOpened | MicrosoftAsked | MicrosoftSilent) -> Iterable[Command]:
    """Microsoft's clock."""
    if event.next_at is not None:
        timers.schedule(tx, LOOK, f"request:{event.request_id}", due_at=event.next_at, rule="microsoft_answers")
    return ()


def stop_looking(tx: Tx, event: MicrosoftAnswered | RequestSolved | RequestClosed) -> Iterable[Command]:
    """Nobody waits for Microsoft any more."""
    timers.cancel(tx, LOOK, f"request:{event.request_id}")
    return ()


def leave_case(_tx: Tx, event: RequestOpened | MicrosoftAsked) -> Iterable[Command]:
    """It is Microsoft's turn in the case too: its own clocks stand still."""
    return (LeaveToRequest(case_id=event.case_id),)


def take_case_back(_tx: Tx, event: MicrosoftAnswered | RequestSolved) -> Iterable[Command]:
    """It is our turn: what stood still goes on."""
    return (TakeBack(case_id=event.case_id),)


def follow_wait(tx: Tx, event: CaseWaiting) -> Iterable[Command]:
    """Somebody lets the case wait for Microsoft while a request is open there: its clock is the one that reminds."""
    found = open_request_of(tx.connection, event.case_id) if event.on == WaitingOn.MICROSOFT else None
    return (LeaveToRequest(case_id=event.case_id),) if found is not None and found.state is Turn.WAITING else ()


def ask_for_answer(tx: Tx, event: MicrosoftSilent) -> Iterable[Command]:
    """Whoever can look into the request at Microsoft; the last time, or when that is nobody in particular, also the group."""
    say = "microsoft.silent" if event.next_at is not None else "microsoft.silent_last"
    params = {"number": f"C-{event.case_id}", "request": event.number, "since_at": event.since.isoformat()}
    if event.staff_id is not None:
        tell(tx, event.staff_id, say, case_id=event.case_id, **params)
    if event.staff_id is None or event.next_at is None:
        places = routed(tx.connection, case(tx.connection, event.case_id).kind)
        asked = () if event.staff_id is None else (event.staff_id,)
        outbox.enqueue_all(tx, [asking(to_place(place, say, case_id=event.case_id, **params), asked) for place in places])
    return ()


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    EscalationStarted: (begin, show),
    LevelTold: (tell_level, tell_watchers, show),
    EscalationAcknowledged: (stop, tell_starter, show),
    EscalationClosed: (stop, show),
    PacketPrepared: (show,),
    RequestOpened: (look_later, leave_case, show),
    MicrosoftAsked: (look_later, leave_case, show),
    MicrosoftSilent: (look_later, ask_for_answer, show),
    MicrosoftAnswered: (stop_looking, take_case_back, show),
    RequestSolved: (stop_looking, take_case_back, show),
    RequestClosed: (stop_looking, show),
}
OF_CASES: Mapping[type[Event], Sequence[Reaction]] = {
    CaseOpened: (watch,),
    CaseReopened: (watch,),
    ClocksReplanned: (watch,),
    CaseTaken: (settle,),
    CaseWaiting: (follow_wait,),
    CaseResolved: (settle,),
    CaseHandedBack: (settle,),
}
TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    LEVEL: lambda timer: RaiseLevel(escalation_id=timer.subject_id),
    LOOK: lambda timer: AskAboutRequest(request_id=timer.subject_id),
    WATCH: lambda timer: StartIfMissed(case_id=timer.subject_id),
}
