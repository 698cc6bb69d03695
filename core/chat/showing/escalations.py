"""What a case's card says of its escalation: whom it reached, level by level, what comes next, and who sees to it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import Shown
from core.chat.showing.people import actor_name
from core.chat.values import Text, Value
from core.chat.views import Button, Section, Tone
from core.chat.words import Words
from core.escalations.model import Escalation, Passed, State, Telling
from core.escalations.queries import newest_escalation_of
from core.people.model import Member, Right
from core.people.queries import conversation, display_name

SHOWN = 6  # levels told; the earlier ones are counted


@dataclass(frozen=True)
class EscalationParts:
    """What escalations add to a case's card; `first` stands before the other buttons."""

    sections: tuple[Section, ...] = ()
    first: tuple[Button, ...] = ()
    buttons: tuple[Button, ...] = ()


def escalations_of_case(connection: Connection, words: Words, seen: Shown, reader: Member | None) -> EscalationParts:
    """The case's newest chain, and the button to start or to acknowledge one."""
    found = seen.case
    newest = newest_escalation_of(connection, found.id) if seen.escalated else None
    running = newest is not None and newest.is_open
    return EscalationParts(
        sections=() if newest is None else (_section(connection, words, newest),),
        first=(_acknowledge(words, found),) if running and _may_acknowledge(newest, reader) else (),
        buttons=() if running or found.is_closed or not _may_work(reader) else (_escalate(words, found),),
    )


def _section(connection: Connection, words: Words, newest: Escalation) -> Section:
    left_out = max(len(newest.told) - SHOWN, 0)
    lines = [_asked(connection, words, newest)]
    if left_out:
        lines.append(Text(words.count("escalation.earlier", left_out)))
    lines += [_told(connection, words, newest, telling) for telling in newest.told[left_out:]]
    lines.append(Text(_where(connection, words, newest), quoted=True))
    tone = Tone.WARNING if newest.is_open else Tone.GOOD
    return Section(title=words.say(f"escalation.heading.{newest.state}"), lines=tuple(lines), tone=tone)


def _asked(connection: Connection, words: Words, newest: Escalation) -> Value:
    if newest.rule:
        return Text(words.say(f"escalation.started.{newest.rule}", at=newest.started_at))
    by = actor_name(connection, words, newest.started_by)
    return Text(words.say("escalation.asked", by=by, at=newest.started_at, reason=newest.reason), quoted=True)


def _told(connection: Connection, words: Words, newest: Escalation, telling: Telling) -> Value:
    """`Level 2 of 4, 14:00: told #billing; not told: owner (nobody there)`"""
    whom = [display_name(connection, f"staff:{staff_id}") for staff_id in telling.staff]
    whom += [words.say("escalation.place", face=_face(connection, place).capitalize()) for place in telling.places]
    passed = [words.say(f"escalation.passed.{Passed(why)}", whom=_called(words, word)) for word, why in telling.passed.items()]
    shown = [words.say("escalation.reached", whom=", ".join(whom)), *passed] if whom else passed
    at = {"level": telling.level, "levels": len(newest.chain.levels), "at": telling.at}
    return Text(words.say("escalation.level", **at, what="; ".join(shown)), quoted=True)


def _face(connection: Connection, place: int) -> str:
    row = conversation(connection, place)
    return str(row.face) if row is not None else ""


def _called(words: Words, word: str) -> str:
    key = f"escalation.whom.{word}"
    return words.say(key) if words.has(key) else word


def _where(connection: Connection, words: Words, newest: Escalation) -> str:
    if newest.state is State.RUNNING and newest.next_at is not None:
        is_last = newest.level >= len(newest.chain.levels)
        return words.say("escalation.again" if is_last else "escalation.next", level=newest.level + 1, at=newest.next_at)
    if newest.state is State.ACKNOWLEDGED:
        return words.say("escalation.seen_to", by=actor_name(connection, words, newest.ended_by), at=newest.ended_at)
    return words.say(f"escalation.state.{newest.state}")


def _may_work(reader: Member | None) -> bool:
    return reader is None or Right.WORK in reader.rights


def _may_acknowledge(newest: Escalation | None, reader: Member | None) -> bool:
    """On a shared card everybody sees it; who may is looked at when it is pressed."""
    return _may_work(reader) or (newest is not None and reader is not None and reader.id in newest.reached)


def _acknowledge(words: Words, found: Case) -> Button:
    return Button(label=words.say("button.acknowledge"), action="acknowledge", subject=found.id, tone=Tone.GOOD)


def _escalate(words: Words, found: Case) -> Button:
    return Button(label=words.say("button.escalate"), action="escalate", subject=found.id, form=True, rare=True)
