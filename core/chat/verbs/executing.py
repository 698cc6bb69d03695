"""Verbs about a request that is being carried out: going on where Partner Center refused or nobody knows."""

from datetime import datetime

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.days import Tense
from core.chat.requests import Private, Reply
from core.chat.showing.runbooks import runbook_view
from core.chat.showing.suspensions import suspension_view
from core.people.model import Right
from core.suspensions.commands import RecordCarried, ResumeSuspension
from core.suspensions.restore_commands import DeclineRestore, ReportHandwork


def carry_on(asked: Asked, given: Given) -> Reply:
    """The rest of it, under the same approval, after a fresh look."""
    suspension_id = int(str(given["suspension"]))
    asked.do(ResumeSuspension(suspension_id=suspension_id))
    with asked.reading() as connection:
        return Private(suspension_view(connection, asked.words, suspension_id, asked.now, asked.member))


def leave_off(asked: Asked, given: Given) -> Reply:
    """It stays off, and nobody is reminded of it any more."""
    case_id = int(str(given["case"]))
    outcome = asked.do(DeclineRestore(case_id=case_id, reason=str(given["reason"])))
    with asked.reading() as connection:
        return Private(suspension_view(connection, asked.words, outcome.ids["suspension_id"], asked.now, asked.member))


def checked(asked: Asked, given: Given) -> Reply:
    """Set again by hand; read, not believed."""
    outcome = asked.do(ReportHandwork(case_id=int(str(given["case"]))))
    with asked.reading() as connection:
        return Private(suspension_view(connection, asked.words, outcome.ids["suspension_id"], asked.now, asked.member))


def runbook(asked: Asked, given: Given) -> Reply:
    """Trials, Azure plans and what is neither a licence nor an add-on: by hand, step by step."""
    with asked.reading() as connection:
        return Private(runbook_view(connection, asked.words, int(str(given["case"]))))


def carried(asked: Asked, given: Given) -> Reply:
    """Done by hand at the provider: off, or on again, with the provider's reference."""
    done_at = given.get("done_at")
    command = RecordCarried(
        case_id=int(str(given["case"])), reference=str(given["reference"]), who=str(given.get("who") or ""),
        done_at=done_at if isinstance(done_at, datetime) else None,
    )  # fmt: skip
    outcome = asked.do(command)
    with asked.reading() as connection:
        return Private(suspension_view(connection, asked.words, outcome.ids["suspension_id"], asked.now, asked.member))


SUSPENSION = Argument(name="suspension", kind=ArgumentKind.SUSPENSION)

ACTIONS = (
    Action(
        name="carry_on", right=Right.PROPOSE, topic=Topic.SUSPENSIONS, answer=carry_on, arguments=(SUSPENSION,), polish=("dokończ",),
        use=Use.RARE, example="carry_on {suspension}",
    ),
    Action(
        name="runbook", right=Right.READ, topic=Topic.SUSPENSIONS, answer=runbook, polish=("instrukcja",), use=Use.RARE,
        example="runbook {case}", arguments=(Argument(name="case", kind=ArgumentKind.CASE),),
    ),
    Action(
        name="carried", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=carried, form=True, polish=("załatwione",), use=Use.RARE,
        example="carried {case} PR-5512 {text}",
        arguments=(
            Argument(name="case", kind=ArgumentKind.CASE),
            Argument(name="done_at", kind=ArgumentKind.MOMENT, required=False, tense=Tense.PAST, after=("at", "o")),
            Argument(name="reference", kind=ArgumentKind.NAME, max_length=100),
            Argument(name="who", kind=ArgumentKind.TEXT, required=False, max_length=200),
        ),
    ),
    Action(
        name="checked", right=Right.WORK, topic=Topic.SUSPENSIONS, answer=checked, polish=("ustawione",), use=Use.RARE,
        example="checked {case}", arguments=(Argument(name="case", kind=ArgumentKind.CASE),),
    ),
    Action(
        name="leave_off", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=leave_off, form=True, polish=("nie przywracaj",), use=Use.RARE,
        example="leave_off {case} {text}",
        arguments=(
            Argument(name="case", kind=ArgumentKind.CASE), Argument(name="reason", kind=ArgumentKind.LONG_TEXT, max_length=1000),
        ),
    ),
)  # fmt: skip
