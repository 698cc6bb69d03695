"""Verbs that move a case on."""

from collections.abc import Mapping
from datetime import datetime

from core.cases.commands import (
    AddNote,
    AssignCase,
    EndWait,
    HandBack,
    HandOverCase,
    MatchCase,
    OpenCase,
    ReopenCase,
    ResolveCase,
    TakeCase,
    TriageCase,
    WaitForCustomer,
)  # fmt: skip
from core.cases.model import Told, WaitingOn
from core.cases.queries import case
from core.cases.triage import Triage
from core.cases.turns import AssignNext
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.days import Tense
from core.chat.forms import When
from core.chat.messages import LINK, SAID_BY, link_of, title_of
from core.chat.requests import Private, Reply
from core.chat.showing.cases import case_view
from core.chat.showing.closing import before_resolving
from core.chat.values import Text
from core.chat.verbs.cases import CASE, case_of, settled
from core.chat.views import NoteView, View
from core.customers.queries import customer
from core.people.absence import away
from core.people.model import Right
from core.people.queries import display_name

TEXT = Argument(name="text", kind=ArgumentKind.LONG_TEXT)
TRIAGE = Argument(name="triage", kind=ArgumentKind.WORD, choices=tuple(kind.value for kind in Triage))
ON = Argument(name="on", kind=ArgumentKind.WORD, required=False, choices=tuple(on.value for on in WaitingOn))
UNTIL = Argument(name="until", kind=ArgumentKind.MOMENT, required=False, tense=Tense.FUTURE)
NEXT = "next"
ADDRESS, DOMAIN, NO = "address", "domain", "no"


def take(asked: Asked, given: Given) -> Reply:
    """The case is this member's now."""
    asked.do(TakeCase(case_id=case_of(given)))
    return settled(asked, case_of(given), asked.words.say("case.taken", number=f"C-{case_of(given)}"))


def assign(asked: Asked, given: Given) -> Reply:
    """The case is somebody's now, or that of whoever is next in turn, and they are told."""
    if given["person"] == NEXT:
        return _handed(asked, given, asked.do(AssignNext(case_id=case_of(given))).ids["staff_id"])
    staff_id = int(str(given["person"]))
    asked.do(AssignCase(case_id=case_of(given), staff_id=staff_id))
    return _handed(asked, given, staff_id)


def hand_over(asked: Asked, given: Given) -> Reply:
    """The case is somebody else's, with a note for them."""
    staff_id = int(str(given["person"]))
    asked.do(HandOverCase(case_id=case_of(given), staff_id=staff_id, text=str(given["text"])))
    return _handed(asked, given, staff_id)


def _handed(asked: Asked, given: Given, staff_id: int) -> Reply:
    """Whose it is now; that they are away is worth a sentence even where a form would only close."""
    with asked.reading() as connection:
        name, absence = display_name(connection, f"staff:{staff_id}"), away(connection, staff_id, asked.now)
    sentence = asked.words.say("case.assigned", number=f"C-{case_of(given)}", name=name)
    if absence is None:
        return settled(asked, case_of(given), sentence)
    warning = asked.words.say("case.assigned_away", name=name, until=absence.until_at)
    return Private(NoteView(title=sentence, footnotes=(Text(warning),)))


def triage(asked: Asked, given: Given) -> Reply:
    """What the question is about, decided by a person."""
    kind = Triage(str(given["triage"]))
    asked.do(TriageCase(case_id=case_of(given), triage=kind))
    shown = asked.words.say(f"choice.triage.{kind}")
    return settled(asked, case_of(given), asked.words.say("case.triaged", number=f"C-{case_of(given)}", kind=shown))


def match(asked: Asked, given: Given) -> Reply:
    """Whose case it is, decided by a person."""
    customer_id = int(str(given["customer"]))
    asked.do(MatchCase(case_id=case_of(given), customer_id=customer_id, remember=str(given.get("remember", ADDRESS))))
    with asked.reading() as connection:
        name = customer(connection, customer_id).name
    return settled(asked, case_of(given), asked.words.say("case.matched", number=f"C-{case_of(given)}", customer=name))


def note(asked: Asked, given: Given) -> Reply:
    """A remark for colleagues, on the desk and in the ticket's internal comments."""
    asked.do(AddNote(case_id=case_of(given), text=str(given["text"])))
    return settled(asked, case_of(given), asked.words.say("case.noted", number=f"C-{case_of(given)}"))


def wait(asked: Asked, given: Given) -> Reply:
    """It is the customer's turn, until a moment that is read back or for the usual days."""
    until, on = given.get("until"), WaitingOn(str(given.get("on", WaitingOn.CUSTOMER)))
    assert isinstance(until, datetime | None)  # noqa: S101 (the parser's own promise)
    asked.do(WaitForCustomer(case_id=case_of(given), until=until, on=on))
    said = "case.waiting" if on is WaitingOn.CUSTOMER else "case.waiting_microsoft"
    if until is not None:
        return settled(asked, case_of(given), asked.words.say(f"{said}_until", number=f"C-{case_of(given)}", until=until))
    return settled(asked, case_of(given), asked.words.say(said, number=f"C-{case_of(given)}"))


def our_turn(asked: Asked, given: Given) -> Reply:
    """It is our turn again."""
    asked.do(EndWait(case_id=case_of(given)))
    return settled(asked, case_of(given), asked.words.say("case.resumed", number=f"C-{case_of(given)}"))


def resolve(asked: Asked, given: Given) -> Reply:
    """Nothing is left to do."""
    asked.do(ResolveCase(case_id=case_of(given), told=Told(str(given["told"])), why=str(given.get("why", ""))))
    return settled(asked, case_of(given), asked.words.say("case.resolved", number=f"C-{case_of(given)}"))


def what_is_left(asked: Asked, given: Given) -> View | None:
    """What the desk itself would wait for."""
    with asked.reading() as connection:
        return before_resolving(connection, asked.words, case_of(given))


def reopen(asked: Asked, given: Given) -> Reply:
    """Something is left to do after all."""
    asked.do(ReopenCase(case_id=case_of(given)))
    return settled(asked, case_of(given), asked.words.say("case.reopened", number=f"C-{case_of(given)}"))


def hand_back(asked: Asked, given: Given) -> Reply:
    """The ticket goes back to where it came from."""
    asked.do(HandBack(case_id=case_of(given), reason=str(given["text"])))
    return settled(asked, case_of(given), asked.words.say("case.handed_back", number=f"C-{case_of(given)}"))


def new(asked: Asked, given: Given) -> Reply:
    """A case opened by hand; its number is what the person needs to hear."""
    customer_id = int(str(given["customer"])) if "customer" in given else None
    triage_kind, text = str(given.get("triage", "")), str(given.get("text", ""))
    outcome = asked.do(
        OpenCase(
            title=str(given["title"]), customer_id=customer_id, triage=triage_kind, text=text, requestor=str(given.get(SAID_BY.name, "")),
            message=link_of(given),
        )
    )  # fmt: skip
    return Private(NoteView(title=asked.words.say("case.opened", number=f"C-{outcome.ids['case_id']}")))


def about_case(asked: Asked, given: Given) -> View:
    """The case above the form that asks something about it, without its buttons."""
    with asked.reading() as connection:
        return case_view(connection, asked.words, case_of(given), asked.now, asked.member)


def titled(_asked: Asked, given: Given) -> Mapping[str, str]:
    """A message's first line is where the title starts."""
    return {"title": title_of(given)}


def proposed_triage(asked: Asked, given: Given) -> Mapping[str, str]:
    """A proposal is where the choice starts, once it is known whose."""
    if "case" not in given:
        return {}
    with asked.reading() as connection:
        return {"triage": case(connection, case_of(given)).triage}


ACTIONS = (
    Action(
        name="take", right=Right.WORK, topic=Topic.CASES, answer=take, arguments=(CASE,), polish=("weź", "biorę"), use=Use.EVERYDAY,
        example="take {case}",
    ),
    Action(
        name="assign", right=Right.WORK, topic=Topic.CASES, answer=assign, polish=("przydziel",), form=True,
        arguments=(CASE, Argument(name="person", kind=ArgumentKind.STAFF, choices=(NEXT,))), example="assign {case} {person}",
    ),
    Action(
        name="handover", right=Right.WORK, topic=Topic.CASES, answer=hand_over, polish=("przekaż",), form=True,
        arguments=(CASE, Argument(name="person", kind=ArgumentKind.STAFF), TEXT), example="handover {case} {person} {text}",
    ),
    Action(
        name="triage", right=Right.WORK, topic=Topic.CASES, answer=triage, arguments=(CASE, TRIAGE), polish=("rodzaj",), form=True,
        lead=about_case, prefill=proposed_triage, example="triage {case} proration",
    ),
    Action(
        name="match", right=Right.WORK, topic=Topic.CASES, answer=match, form=True, lead=about_case, polish=("dopasuj",),
        example="match {case} {customer}", prefill=lambda _asked, _given: {"remember": ADDRESS},
        arguments=(
            CASE, Argument(name="customer", kind=ArgumentKind.CUSTOMER),
            Argument(name="remember", kind=ArgumentKind.WORD, choices=(ADDRESS, DOMAIN, NO), required=False),
        ),
    ),
    Action(
        name="note", right=Right.WORK, topic=Topic.CASES, answer=note, arguments=(CASE, TEXT), polish=("notatka",), form=True,
        example="note {case} {text}",
    ),
    Action(
        name="wait", right=Right.WORK, topic=Topic.CASES, answer=wait, arguments=(CASE, ON, UNTIL), polish=("czekaj",),
        example="wait {case} {text}",
    ),
    Action(
        name="ours", right=Right.WORK, topic=Topic.CASES, answer=our_turn, arguments=(CASE,), polish=("nasze",),
        example="ours {case}",
    ),
    Action(
        name="resolve", right=Right.WORK, topic=Topic.CASES, answer=resolve, form=True, lead=what_is_left, polish=("rozwiąż", "zamknij"),
        aliases=("close",), use=Use.EVERYDAY, example="resolve {case} yes",
        arguments=(
            CASE, Argument(name="told", kind=ArgumentKind.WORD, choices=tuple(told.value for told in Told)),
            Argument(name="why", kind=ArgumentKind.LONG_TEXT, max_length=500, when=When(field="told", among=(Told.NO,))),
        ),
    ),
    Action(
        name="reopen", right=Right.WORK, topic=Topic.CASES, answer=reopen, arguments=(CASE,), polish=("otwórz",), use=Use.RARE,
        example="reopen {case}",
    ),
    Action(
        name="notbilling", right=Right.WORK, topic=Topic.CASES, answer=hand_back, arguments=(CASE, TEXT), polish=("oddaj", "zwróć"),
        form=True, use=Use.RARE, example="notbilling {case} {text}",
    ),
    Action(
        name="new", right=Right.WORK, topic=Topic.CASES, answer=new, polish=("nowa",), form=True, use=Use.EVERYDAY,
        on_message=True, prefill=titled,
        arguments=(
            Argument(name="title", kind=ArgumentKind.TEXT, max_length=300),
            Argument(name="customer", kind=ArgumentKind.CUSTOMER, required=False),
            Argument(name="triage", kind=ArgumentKind.WORD, choices=TRIAGE.choices, required=False),
            Argument(name="text", kind=ArgumentKind.LONG_TEXT, required=False), SAID_BY, LINK,
        ),
    ),
)  # fmt: skip
