"""Who may decide a request, who is asked, who watches, and what those who are present cannot give."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from core.chat.showing.people import first_of
from core.chat.values import Person, Text
from core.chat.views import Fact, Section, Tone
from core.chat.words import Words
from core.collections.policy import Need
from core.people.model import Right
from core.people.queries import display_name, holders
from core.suspensions.asking import Part, Standing, people_of
from core.suspensions.model import State, Suspension
from core.suspensions.queries import votes_of
from core.suspensions.quorum import approvals_of, lack, needs_of, undecided


def deciding(connection: Connection, words: Words, found: Suspension) -> tuple[Fact, ...]:
    """While it waits: how many approvals it takes and whose, and everybody's part by name."""
    if found.state is not State.PROPOSED:
        return ()
    standing = [each for each in people_of(connection, found.id) if each.until_at is None]
    asked = {each.staff_id: each for each in standing if each.part is Part.ASKED}
    given = {vote.staff_id for vote in votes_of(connection, found)}
    whom = sorted((_asked(connection, words, each, given) for each in asked.values()), key=lambda person: person.name)
    others = "may_decide" if asked else "could_decide"
    parts = {
        others: [_name(connection, e.staff_id) for e in standing if e.part is Part.DECIDES and e.staff_id not in asked],
        "watches": [_name(connection, each.staff_id) for each in standing if each.part is Part.WATCHES],
    }
    shown = [Fact(words.say(f"fact.{part}"), Text(", ".join(sorted(names)), quoted=True)) for part, names in parts.items() if names]
    named = [Fact(words.say("fact.asked"), first_of(words, whom))] if whom else []
    return (Fact(words.say("fact.quorum"), Text(_quorum(connection, words, found))), *named, *shown)


def lacking(connection: Connection, words: Words, found: Suspension, now: datetime) -> tuple[Section, ...]:
    """That those who are present cannot approve it, and who could, if so."""
    lines = lacking_lines(connection, words, found, now)
    if not lines:
        return ()
    return (Section(title=words.say("suspension.lacking"), lines=tuple(Text(line, quoted=True) for line in lines), tone=Tone.WARNING),)


def lacking_lines(connection: Connection, words: Words, found: Suspension, now: datetime) -> list[str]:
    """How many approvals nobody present can give; who is back when, who is kept out and why, who may make somebody an approver."""
    lacks = lack(connection, found, now)
    if lacks is None:
        return []
    lines = [words.count("suspension.lacks", lacks.missing)]
    lines += [words.say("suspension.lacks.away", name=_name(connection, each), until=until) for each, until in lacks.away.items()]
    if lacks.involved:
        lines.append(words.say("suspension.lacks.involved", names=_names(connection, lacks.involved)))
    if lacks.uncounted:
        lines.append(
            words.say("suspension.lacks.uncounted", names=_names(connection, lacks.uncounted), of=_named(words, connection, found))
        )
    admins = ", ".join(each.name for each in holders(connection, Right.ADMINISTER))
    return [*lines, words.say("suspension.lacks.admins", names=admins)] if admins else lines


def stuck(connection: Connection, words: Words, now: datetime) -> list[str]:
    """A line for each request that those who are present cannot approve, with who could: said to whoever goes away or changes a role."""
    told = [(each.number, lacking_lines(connection, words, each, now)) for each in undecided(connection)]
    return [words.say("suspension.stuck", number=number, lines=" ".join(lines)) for number, lines in told if lines]


def _quorum(connection: Connection, words: Words, found: Suspension) -> str:
    whole, *_ = needs_of(connection, found)
    given = len(approvals_of(connection, found))
    said = [needed(words, whole)]
    said += [words.count("suspension.quorum.given", given)] if given else []
    named = _named(words, connection, found)
    return ", ".join([*said, named] if named else said)


def _named(words: Words, connection: Connection, found: Suspension) -> str:
    """Of whom the policy wants how many."""
    _, *named = needs_of(connection, found)
    return ", ".join(needed(words, need) for need in named)


def needed(words: Words, need: Need) -> str:
    """So many approvals, and whose where the policy says."""
    kind, _, name = need.of.partition(" ")
    if not name:
        return words.count("suspension.quorum", need.approvals)
    return words.say(f"suspension.quorum.{kind}", n=need.approvals, name=words.say(f"choice.roles.{name}") if kind == "role" else name)


def _asked(connection: Connection, words: Words, standing: Standing, given: Collection[int]) -> Person:
    """Who must still act is mentioned; whose vote is there is only named."""
    absent = standing.instead_of
    note = "" if absent is None else words.say("suspension.asked_for", absent=_name(connection, absent))
    return Person(_name(connection, standing.staff_id), acts=0 if standing.staff_id in given else standing.staff_id, note=note)


def _names(connection: Connection, people: Iterable[int]) -> str:
    return ", ".join(sorted(_name(connection, each) for each in people))


def _name(connection: Connection, staff_id: int) -> str:
    return display_name(connection, f"staff:{staff_id}")
