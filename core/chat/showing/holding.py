"""What a request's card says of the clock: the earliest execution, what holds it back and until when, who set the curfew aside."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from core.chat.showing.attesting import attested
from core.chat.values import Moment, Person, Text, Value
from core.chat.views import Button, Fact, NoteView, Section, Tone
from core.chat.words import Words
from core.collections.curfew import next_allowed
from core.collections.queries import policy_called
from core.customers.queries import subscriptions_of
from core.people.model import Member, Right
from core.people.queries import display_name
from core.suspensions.holding import chance_at, hours_of
from core.suspensions.lifting import Lift, lift_for
from core.suspensions.model import Suspension


def clocks(connection: Connection, words: Words, found: Suspension, now: datetime | None) -> tuple[Fact, ...]:
    """When it could happen at the earliest, until when the decision is good, and who set the curfew aside; once it ended, only who said
    that the bank was checked.

    `now` None for a card that stands in a channel for hours and is drawn anew only when something happened: as it was when asked for.
    """
    said = attested(connection, words, found)
    if not found.is_open:
        return said
    expires = "fact.approval_expires" if found.cooling_until else "fact.decide_until"
    shown = [Fact(words.say("fact.earliest"), _earliest(connection, words, found, now))]
    shown += [Fact(words.say(expires), Moment(found.expires_at))] if found.expires_at else []
    lift = lift_for(connection, found.case_id, found.askers, found.proposed_at)
    return (*shown, *(_lifted(connection, words, lift) if lift is not None else ()), *said)


def _earliest(connection: Connection, words: Words, found: Suspension, now: datetime | None) -> Value | tuple[Value, ...]:
    if found.cooling_until is not None:
        until = next((each["until"] for each in found.missing if each.get("until")), "")
        hours = hours_of(connection, found, found.proposed_at)
        return Moment(datetime.fromisoformat(until) if until else next_allowed(hours, found.cooling_until) or found.cooling_until)
    cooling = policy_called(connection, found.listed["policy"]).decision.cooling_off
    chance = chance_at(connection, found, now or found.proposed_at, counted=now is not None)
    if chance.why is None:
        return Text(words.count("suspension.earliest", int(cooling.total_seconds() // 60)))
    why = words.say(f"because.{chance.why}")
    if chance.earliest is None:
        return Text(words.say("suspension.held.never", why=why))
    return Moment(chance.earliest), Text(words.say("suspension.not_before", why=why))


def held_section(connection: Connection, words: Words, found: Suspension) -> Iterable[Section]:
    """What the clock holds back, each with its reason and its moment."""
    held = [each for each in found.missing if each["what"] == "held"]
    if not held or not found.is_open:
        return
    names = {s.id: s.name for s in subscriptions_of(connection, found.customer_id)}
    lines = tuple(Text(line, quoted=True) for each in held for line in _held(words, found, names, each))
    yield Section(title=words.say("suspension.held"), lines=lines, tone=Tone.WARNING)


def _held(words: Words, found: Suspension, names: Mapping[int, str], held: Mapping[str, Any]) -> Iterable[str]:
    why = words.say(f"because.{held['why']}")
    if held.get("subscription"):
        yield words.say("suspension.held.renewal", name=names.get(held["subscription"], ""), why=why)
        return
    if not held["until"]:
        yield words.say("suspension.held.never", why=why)
        return
    until = datetime.fromisoformat(held["until"])
    yield words.say("suspension.held.until", why=why, until=until)
    if found.expires_at is not None and until >= found.expires_at:
        yield words.say("suspension.held.too_long", expires=found.expires_at)


def is_held(found: Suspension) -> bool:
    """Whether a clock, and nothing else, holds it back."""
    return bool(found.missing) and all(each["what"] == "held" for each in found.missing)


def _lifted(connection: Connection, words: Words, lift: Lift) -> tuple[Fact, ...]:
    who = Person(display_name(connection, lift.by))
    return (
        Fact(words.say("fact.curfew_lifted"), (who, Moment(lift.at), Text(words.say("curfew.until", until=lift.until)))),
        Fact(words.say("fact.curfew_reason"), Text(lift.reason, quoted=True)),
    )


def lift_button(words: Words, found: Suspension, reader: Member | None) -> tuple[Button, ...]:
    """Offered where the clock holds it back."""
    if not is_held(found) or not found.is_open or (reader is not None and Right.FINANCE not in reader.rights):
        return ()
    label = words.say("button.lift")
    return (Button(label=label, action="lift", subject=found.case_id, facts=found.facts, form=True, rare=True),)


def lifted_view(connection: Connection, words: Words, case_id: int, now: datetime) -> NoteView:
    """Read back: for which case, until when, and what goes on without it."""
    lift = lift_for(connection, case_id, (), now)
    assert lift is not None  # noqa: S101 (it was written in this very gesture)
    title = words.say("curfew.lifted", number=f"C-{case_id}")
    return NoteView(title=title, facts=_lifted(connection, words, lift), footnotes=(Text(words.say("curfew.goes_on")),))
