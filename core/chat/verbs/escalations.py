"""Verbs that ask for help with a case: inside, level by level, and at Microsoft, by a packet that a person carries there."""

from collections.abc import Mapping

from core.cases.queries import case
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic
from core.chat.asking import Asked
from core.chat.building import build_form
from core.chat.forms import When
from core.chat.requests import Open, Private, Reply
from core.chat.showing.microsoft import packet_view
from core.chat.verbs.cases import CASE, case_of, settled
from core.chat.verbs.working import TEXT, about_case
from core.engine.errors import Conflict
from core.engine.folding import folded
from core.escalations.commands import (
    AcknowledgeEscalation,
    PreparePacket,
    RecordAnswer,
    RecordQuestion,
    RecordRequest,
    SolveRequest,
    StartEscalation,
)
from core.escalations.doors import Door, proposed
from core.escalations.model import Packet, Turn
from core.escalations.packet import known_for
from core.escalations.queries import newest_request_of, open_request_of
from core.people.model import Right

INSIDE, MICROSOFT = "inside", "microsoft"
TICKET, ASKED, ANSWERED, SOLVED, AGAIN = "ticket", "asked", "answered", "solved", "packet"
NEXT_STEP = {Turn.PREPARED: TICKET, Turn.WAITING: ANSWERED, Turn.ANSWERED: SOLVED}


def escalate(asked: Asked, given: Given) -> Reply:
    """The chain of the case's group starts; or the packet for Microsoft is asked for."""
    text = str(given["text"])
    is_whole = folded(text) == MICROSOFT
    if is_whole or given.get("to") == MICROSOFT:
        return Open(build_form(asked, PACKET, {"case": case_of(given)} | ({} if is_whole else {"details": text})))
    asked.do(StartEscalation(case_id=case_of(given), reason=text))
    return settled(asked, case_of(given), asked.words.say("escalation.begun", number=f"C-{case_of(given)}"))


def acknowledge(asked: Asked, given: Given) -> Reply:
    """This member sees to it: nobody else is told."""
    asked.do(AcknowledgeEscalation(case_id=case_of(given)))
    return settled(asked, case_of(given), asked.words.say("escalation.yours", number=f"C-{case_of(given)}"))


def packet(asked: Asked, given: Given) -> Reply:
    """Written down, looked over, shown to be copied. Nothing is sent."""
    fields = {name: str(given.get(name, "")) for name in Packet.__dataclass_fields__}
    asked.do(PreparePacket(case_id=case_of(given), door=Door(str(given["door"])), packet=Packet(**fields)))
    return _packet_of(asked, case_of(given))


def microsoft(asked: Asked, given: Given) -> Reply:
    """What happened at Microsoft: a request was opened, they answered, we asked more, it is solved."""
    case_id, step, text = case_of(given), str(given["step"]), str(given.get("text", ""))
    if step == AGAIN:
        return _packet_of(asked, case_id)
    if step == TICKET:
        asked.do(RecordRequest(case_id=case_id, number=str(given["number"])))
    elif step == SOLVED:
        asked.do(SolveRequest(case_id=case_id, text=text))
    else:
        asked.do({ASKED: RecordQuestion, ANSWERED: RecordAnswer}[step](case_id=case_id, text=text))
    with asked.reading() as connection:
        found = newest_request_of(connection, case_id)
    request = found.number if found is not None else ""
    return settled(asked, case_id, asked.words.say(f"microsoft.done.{step}", number=f"C-{case_id}", request=request))


def _packet_of(asked: Asked, case_id: int) -> Reply:
    with asked.reading() as connection:
        return Private(packet_view(connection, asked.words, case_id, asked.member))


def start_of_packet(asked: Asked, given: Given) -> Mapping[str, str]:
    """What the desk knows already: what was written before, else the door for such questions, tenant and subscriptions. Raises Conflict
    for a case of no customer."""
    with asked.reading() as connection:
        about = case(connection, case_of(given))
        if about.customer_id is None:
            raise Conflict("packet_unmatched", number=about.number)
        known = {"door": proposed(about.triage).value, **known_for(connection, about.customer_id)}
        before = open_request_of(connection, about.id)
    return {**known, **before.packet, "door": before.door} if before is not None and before.packet else known


def next_step(asked: Asked, given: Given) -> Mapping[str, str]:
    """What usually comes next."""
    with asked.reading() as connection:
        found = open_request_of(connection, case_of(given)) if "case" in given else None
    return {"step": NEXT_STEP[found.state] if found is not None else TICKET}


def _field(name: str, *, required: bool = True, kind: ArgumentKind = ArgumentKind.LONG_TEXT, limit: int = 1000) -> Argument:
    return Argument(name=name, kind=kind, required=required, max_length=limit)


PACKET = Action(
    name="packet", right=Right.WORK, topic=Topic.ESCALATIONS, answer=packet, form=True, lead=about_case, prefill=start_of_packet,
    typed=False, instead="escalate",
    arguments=(
        CASE, Argument(name="door", kind=ArgumentKind.WORD, choices=tuple(Door)), _field("summary", kind=ArgumentKind.TEXT, limit=150),
        _field("details"), _field("tried", limit=800), _field("tenant", required=False, kind=ArgumentKind.TEXT, limit=200),
        _field("products", required=False, kind=ArgumentKind.TEXT, limit=600),
        _field("invoices", required=False, kind=ArgumentKind.TEXT, limit=200),
        Argument(name="incident", kind=ArgumentKind.TEXT, max_length=40, when=When(field="door", among=(Door.CREDIT,))),
    ),
)  # fmt: skip
ACTIONS = (
    Action(
        name="escalate", right=Right.WORK, topic=Topic.ESCALATIONS, answer=escalate, polish=("eskaluj",), form=True,
        arguments=(CASE, TEXT, Argument(name="to", kind=ArgumentKind.WORD, choices=(INSIDE, MICROSOFT), required=False)),
        prefill=lambda _asked, _given: {"to": INSIDE}, example="escalate {case} {text}",
    ),
    Action(
        name="acknowledge", right=Right.READ, topic=Topic.ESCALATIONS, answer=acknowledge, arguments=(CASE,), polish=("potwierdź",),
        aliases=("ack",), example="acknowledge {case}",
    ),
    PACKET,
    Action(
        name="microsoft", right=Right.WORK, topic=Topic.ESCALATIONS, answer=microsoft, polish=("microsoft",), form=True,
        prefill=next_step, example="microsoft {case} ticket 2411190040001234",
        arguments=(
            CASE, Argument(name="step", kind=ArgumentKind.WORD, choices=(TICKET, ANSWERED, ASKED, SOLVED, AGAIN)),
            Argument(name="number", kind=ArgumentKind.NAME, max_length=60, when=When(field="step", among=(TICKET,))),
            Argument(
                name="text", kind=ArgumentKind.LONG_TEXT, when=When(field="step", among=(ANSWERED, ASKED, SOLVED)),
                required_when=When(field="step", among=(ANSWERED, ASKED)),
            ),
        ),
    ),
)  # fmt: skip
