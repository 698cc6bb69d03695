"""A function per command about cases."""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.commands import ConfirmLink
from core.customers.handlers import confirm_link
from core.customers.model import LinkKind
from core.customers.queries import customer
from core.engine.db.tables.cases import cases, notes
from core.engine.errors import Conflict, InvalidInput
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import display_name, member

from . import collection, targets, unreached, waiting
from .changing import change, hand_to, must_follow, open_case_for
from .clocks import plan
from .commands import (
    AddNote,
    AssignCase,
    HandBack,
    HandOverCase,
    MatchCase,
    OpenCase,
    ProposeTriage,
    ReopenCase,
    ReplanClocks,
    ResolveCase,
    TakeCase,
    TriageCase,
)  # fmt: skip
from .events import (
    CaseAssigned,
    CaseHandedBack,
    CaseMatched,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseTaken,
    CaseTriaged,
    ClocksReplanned,
    NoteAdded,
    TriageProposed,
)  # fmt: skip
from .messages import must_be_link
from .model import MESSAGE, UNTOLD, Audience, Case, Kind, NoteState, State, Told
from .notes import NOTE_HANDLERS, add_note, keep_note
from .queries import case, collection_case, roots_of
from .triage import propose

TITLE_LIMIT = 300
NOT_WAITING = {"waiting_since": None, "waiting_on": "", "asked_again_at": None}  # what a case that was closed no longer does


def open_case(tx: Tx, command: OpenCase) -> Iterable[Event]:
    """Raises InvalidInput for an empty title or a link that is none, NotFound for an unknown customer."""
    title = command.title.strip()
    if not title:
        raise InvalidInput("title_missing", "title")
    if command.customer_id is not None:
        customer(tx.connection, command.customer_id)
    values: dict[str, object] = {
        "kind": command.kind.value, "state": State.NEW.value, "title": title[:TITLE_LIMIT], "customer_id": command.customer_id,
        "triage": command.triage, "triage_by": tx.actor.id if command.triage else "", "opened_at": tx.now,
        "extra": {MESSAGE: must_be_link(command.message)} if command.message else {},
        "ticket_connection": command.ticket_connection, "ticket": command.ticket, "requestor": command.requestor,
    }  # fmt: skip
    case_id = int(tx.connection.execute(sa.insert(cases).values(**values).returning(cases.c.id)).scalar_one())
    if command.text.strip():
        keep_note(tx, case_id, command.text, audience=Audience.INTERNAL, state=NoteState.KEPT)
    opened = {"kind": command.kind.value, "customer_id": command.customer_id, "triage": command.triage, "source": tx.actor.face}
    return [CaseOpened(case_id=case_id, title=Private(title), **opened)]  # type: ignore[arg-type]  # a mixed dict


def take_case(tx: Tx, command: TakeCase) -> Iterable[Event]:
    """A leaver's case may be taken over. Raises Conflict when it is closed, one's own, or a colleague's."""
    found = open_case_for(tx, command.case_id)
    taker = tx.actor.staff_id
    if taker is None:
        raise Conflict("only_people_take_cases")
    if found.assignee_id == taker:
        raise Conflict("case_is_yours", number=found.number)
    if found.assignee_id is not None and member(tx.connection, found.assignee_id) is not None:
        name = display_name(tx.connection, f"staff:{found.assignee_id}")
        raise Conflict("case_is_taken", number=found.number, name=name)
    hand_to(tx, found, taker)
    return [CaseTaken(case_id=found.id, staff_id=taker)]


def assign_case(tx: Tx, command: AssignCase) -> list[CaseAssigned]:
    """Raises InvalidInput for somebody who may not work on cases, Conflict when it is closed or theirs already."""
    found = open_case_for(tx, command.case_id)
    receiver = member(tx.connection, command.staff_id)
    if receiver is None or Right.WORK not in receiver.rights:
        name = display_name(tx.connection, f"staff:{command.staff_id}")
        raise InvalidInput("may_not_work", "person", name=name)
    if found.assignee_id == receiver.id:
        raise Conflict("case_is_theirs", number=found.number, name=receiver.name)
    hand_to(tx, found, receiver.id)
    return [CaseAssigned(case_id=found.id, staff_id=receiver.id, before=found.assignee_id, by=tx.actor.id)]


def hand_over(tx: Tx, command: HandOverCase) -> Iterable[Event]:
    """As assigning; the note goes to the ticket's internal comments too. Raises InvalidInput for an empty one besides."""
    found = case(tx.connection, command.case_id)
    noted = next(iter(add_note(tx, AddNote(case_id=found.id, text=command.text))))
    assigned = assign_case(tx, AssignCase(case_id=found.id, staff_id=command.staff_id))
    return [noted, *(replace(one, note_id=noted.ids["note_id"]) for one in assigned)]


def propose_triage(tx: Tx, command: ProposeTriage) -> Iterable[Event]:
    """From the title and what the customer wrote; nothing when a person has chosen or no word speaks for any kind."""
    found = case(tx.connection, command.case_id)
    if found.triage_by.startswith("staff:"):
        return []
    texts = tx.connection.scalars(sa.select(notes.c.body).where(notes.c.case_id == found.id, notes.c.direction == "in")).all()
    proposal = propose(" ".join([found.title, *texts]))
    if proposal is None or proposal.kind == found.triage:
        return []
    change(tx, found.id, triage=proposal.kind.value, triage_by="system", extra=_extra(tx, found, because=list(proposal.written)))
    return [TriageProposed(case_id=found.id, triage=proposal.kind.value, because=proposal.because)]


def triage_case(tx: Tx, command: TriageCase) -> Iterable[Event]:
    """Confirming a proposal is a decision too; deciding the same again changes nothing. Raises Conflict for a closed case."""
    found = open_case_for(tx, command.case_id)
    if found.kind is not Kind.QUESTION:
        raise Conflict("case_is_collection", number=found.number)
    if found.triage == command.triage and found.triage_by.startswith("staff:"):
        return []
    change(tx, found.id, triage=command.triage.value, triage_by=tx.actor.id, extra=_extra(tx, found, because=[]))
    return [CaseTriaged(case_id=found.id, before=found.triage, triage=command.triage.value)]


def _extra(tx: Tx, found: Case, *, because: list[str]) -> dict[str, object]:
    before = tx.connection.scalar(sa.select(cases.c.extra).where(cases.c.id == found.id)) or {}
    return {**before, "triage_because": because}


def match_case(tx: Tx, command: MatchCase) -> Iterable[Event]:
    """Confirms the requestor's link too, unless told not to. Raises Conflict when the case or the address has another customer."""
    found = open_case_for(tx, command.case_id)
    customer(tx.connection, command.customer_id)
    if found.customer_id == command.customer_id:
        return []
    if found.customer_id is not None:
        raise Conflict("case_is_matched", number=found.number, customer=customer(tx.connection, found.customer_id).name)
    change(tx, found.id, customer_id=command.customer_id)
    matched = CaseMatched(case_id=found.id, customer_id=command.customer_id, before=found.customer_id)
    return [matched, *_remember(tx, found, command)]


def _remember(tx: Tx, found: Case, command: MatchCase) -> Iterable[Event]:
    external = found.requestor if command.remember == "address" else found.requestor.partition("@")[2]
    if command.remember == "no" or not found.ticket_connection or not external:
        return ()
    link = {"kind": LinkKind.TICKET_ORG, "connection": found.ticket_connection, "external": external}
    return confirm_link(tx, ConfirmLink(customer_id=command.customer_id, **link))  # type: ignore[arg-type]  # a mixed dict


def replan_clocks(tx: Tx, command: ReplanClocks) -> Iterable[Event]:
    """Nothing when no deadline moves."""
    moved = plan(tx, case(tx.connection, command.case_id))
    return [ClocksReplanned(case_id=command.case_id, moved=tuple(moved))] if moved else []


def resolve_case(tx: Tx, command: ResolveCase) -> Iterable[Event]:
    """Raises Conflict when it is closed already."""
    found = case(tx.connection, command.case_id)
    must_follow(found, State.RESOLVED)
    why = command.why.strip() if command.told is Told.NO else ""
    extra = {**found.extra, UNTOLD: why}
    change(tx, found.id, state=State.RESOLVED.value, resolved_at=tx.now, **NOT_WAITING, told_customer=command.told.value, extra=extra)
    return [CaseResolved(case_id=found.id, before=found.state.value, told=command.told.value, why=Private(why))]


def reopen_case(tx: Tx, command: ReopenCase) -> Iterable[Event]:
    """Raises Conflict when it is not closed, or when its payer has another open collection case by now."""
    found = case(tx.connection, command.case_id)
    if not found.is_closed:
        raise Conflict("case_is_not_closed", number=found.number)
    _only_collection(tx, found)
    change(tx, found.id, state=State.OPEN.value, resolved_at=None, told_customer="")
    return [CaseReopened(case_id=found.id, before=found.state.value)]


def _only_collection(tx: Tx, found: Case) -> None:
    if found.kind is not Kind.COLLECTION or found.payer_id is None or found.state is not State.RESOLVED:
        return
    other = collection_case(tx.connection, found.payer_id, found.currency)
    if other is not None:
        raise Conflict("collection_is_open", number=found.number, other=f"C-{other}")


def hand_back(tx: Tx, command: HandBack) -> Iterable[Event]:
    """The reason becomes an internal comment of the ticket. Raises Conflict when there is no ticket or it is closed."""
    found = case(tx.connection, command.case_id)
    must_follow(found, State.HANDED_BACK)
    if not found.ticket:
        raise Conflict("no_ticket_to_hand_back", number=found.number)
    note_id = keep_note(tx, found.id, command.reason, audience=Audience.INTERNAL, state=NoteState.QUEUED)
    change(tx, found.id, state=State.HANDED_BACK.value, **NOT_WAITING)
    reason = Private(command.reason.strip())
    handed = CaseHandedBack(case_id=found.id, before=found.state.value, reason=reason)
    return [NoteAdded(case_id=found.id, note_id=note_id, text=reason), handed]  # the ticket hears the reason before the status


def _roots(connection: Connection, command: TakeCase) -> list[str]:
    return roots_of(connection, command.case_id)


HANDLERS: Handlers = {
    **collection.HANDLERS,
    **targets.HANDLERS,
    **waiting.HANDLERS,
    OpenCase: Handler(open_case, lambda _c, command: [f"customer:{command.customer_id}"] if command.customer_id else []),
    TakeCase: Handler(take_case, _roots),
    AssignCase: Handler(assign_case, _roots),
    HandOverCase: Handler(hand_over, _roots),
    ProposeTriage: Handler(propose_triage, _roots),
    TriageCase: Handler(triage_case, _roots),
    MatchCase: Handler(match_case, lambda c, command: [f"customer:{command.customer_id}", *roots_of(c, command.case_id)]),
    ReplanClocks: Handler(replan_clocks, _roots),
    ResolveCase: Handler(resolve_case, _roots),
    ReopenCase: Handler(reopen_case, _roots),
    HandBack: Handler(hand_back, _roots),
    **NOTE_HANDLERS,
    **unreached.HANDLERS,
}
