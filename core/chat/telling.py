"""What a person or a group is told, from its outbox row, in their own language."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from core.cases.model import Case, Kind
from core.cases.queries import case, note
from core.cases.turns import next_turn
from core.cases.unreached import REMINDS
from core.chat.shortening import shortened
from core.chat.showing.morning import morning_view, standing
from core.chat.showing.people import people_who_act
from core.chat.values import Moment, Text
from core.chat.views import Button, Fact, NoteView, Tone, View
from core.chat.words import Words
from core.collections.notices import desk_notice
from core.customers.queries import customer
from core.people.model import ROUND_ROBIN, Member
from core.people.mornings import DIGEST_SAID, HELD, held_said

NAMED = {"step": "step", "decided": "term.short", "says": "term.short"}  # what is told by its name, and where the catalogue has it
OF_REQUEST = ("tell.asked_to_", "tell.suspension_changes", "tell.suspension_expiring", "tell.nobody_can_approve", "tell.ladder_asked")
QUOTE = 600  # characters of a note that are told


def private_view(connection: Connection, words: Words, reader: Member, ids: Mapping[str, Any], now: datetime) -> View | None:
    """What a person is told at `now`; None when nothing is left of it. Raises NotFound when the case is gone."""
    if ids["say"] not in (HELD, DIGEST_SAID):
        return telling_view(connection, words, ids)
    said = [one for one in held_said(connection, ids["held"]) if standing(connection, one)]
    if ids["say"] == HELD and len(said) == 1:
        return telling_view(connection, words, said[0])
    since = datetime.fromisoformat(ids["params"]["since_at"]) if ids["say"] == DIGEST_SAID else None
    return morning_view(connection, words, reader, [(sentence(words, one), one.get("case_id")) for one in said], since, now)


def sentence(words: Words, ids: Mapping[str, Any]) -> str:
    """What an outbox row says, in the reader's words."""
    return words.say(ids["say"], **{name: _value(words, name, value) for name, value in ids["params"].items()})


def telling_view(connection: Connection, words: Words, ids: Mapping[str, Any]) -> NoteView:
    """The sentence, and the case it is about. Raises NotFound when the case is gone."""
    title = sentence(words, ids)
    if "case_id" not in ids:
        return NoteView(title=title, buttons=_doors(words, str(ids["say"])))
    about = case(connection, int(ids["case_id"]))
    label = "fact.case" if about.kind is Kind.COLLECTION else "fact.question"
    facts = [Fact(words.say(label), Text(about.title, quoted=True))]
    if about.customer_id is not None:
        facts.append(Fact(words.say("fact.customer"), Text(customer(connection, about.customer_id).name, quoted=True)))
    if (note_id := ids["params"].get("note_id")) is not None:
        facts.append(Fact(words.say("fact.handed_over"), Text(_short(words, note(connection, int(note_id)).body, about), quoted=True)))
    if (notice_id := ids["params"].get("desk_notice_id")) is not None:
        came_back = desk_notice(connection, int(notice_id))
        facts.append(Fact(words.say("fact.recipient"), Text(came_back.recipient, quoted=True)))
        facts.append(Fact(words.say("fact.carrier_said"), Text(shortened(words, came_back.bounce or came_back.said, QUOTE), quoted=True)))
    show = Button(label=words.say("button.case"), action="case", subject=about.id)
    return NoteView(title=title, facts=tuple(facts), buttons=(*_asked_of(words, ids), show))


def _short(words: Words, body: str, about: Case) -> str:
    return shortened(words, body, QUOTE, words.say("shortened.case", number=about.id))


def place_view(connection: Connection, words: Words, ids: Mapping[str, Any], now: datetime) -> NoteView:
    """What a group is told at `now`, and who of it must act: whoever was asked, or who is first in line for what nobody works on. Raises
    NotFound when the case is gone."""
    view, asked = telling_view(connection, words, ids), ids.get("asked") or _on_turn(connection, ids, now)
    people = people_who_act(connection, words, asked)
    return replace(view, facts=(Fact(words.say("fact.asked_to_act"), people), *view.facts)) if people else view


def _on_turn(connection: Connection, ids: Mapping[str, Any], now: datetime) -> Sequence[int]:
    """Of a reminder that has no owner to go to."""
    if not str(ids["say"]).startswith(REMINDS) or "case_id" not in ids:
        return ()
    about = case(connection, int(ids["case_id"]))
    turn = next_turn(connection, about, now, only=ROUND_ROBIN) if about.assignee_id is None and not about.is_closed else None
    return () if turn is None else (turn,)


def _doors(words: Words, said: str) -> tuple[Button, ...]:
    """Where what is told can be looked at."""
    return (Button(label=words.say("webhooks.open"), action="webhooks", subject=0),) if said == "tell.letters" else ()


def _asked_of(words: Words, ids: Mapping[str, Any]) -> tuple[Button, ...]:
    """What is asked of whoever is told, or what they may want to do about being told."""
    if "staff_id" in ids and str(ids["say"]).startswith("nudge."):
        return (Button(label=words.say("button.snooze"), action="snooze", subject=int(ids["case_id"]), form=True),)
    if str(ids["say"]).startswith("tell.term_end_"):
        return (Button(label=words.say("button.term"), action="term", subject=int(ids["case_id"]), form=True),)
    if str(ids["say"]).startswith(OF_REQUEST):
        number = str(ids["params"]["number"])
        return (Button(label=words.say("home.show", number=number), action="suspension", subject=int(number.removeprefix("S-"))),)
    if not str(ids["say"]).startswith("escalation.told"):
        return ()
    return (Button(label=words.say("button.acknowledge"), action="acknowledge", subject=int(ids["case_id"]), tone=Tone.GOOD),)


def _value(words: Words, name: str, value: object) -> object:
    if name in NAMED:
        return words.named(NAMED[name], str(value))
    if name == "hand":
        return words.say(f"ladder.hand.{value}")
    if name == "refusal":
        return words.say(f"ladder.not_asked.{value}")
    if name.endswith("_on"):
        return date.fromisoformat(str(value))
    return Moment(datetime.fromisoformat(value)) if name.endswith("_at") and isinstance(value, str) else value
