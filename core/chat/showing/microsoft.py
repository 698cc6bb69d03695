"""A case at Microsoft: the packet to copy, and what the case's card says of the request and its clock."""

from dataclasses import dataclass

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import Shown, case
from core.chat.shortening import shortened
from core.chat.showing.people import actor_name
from core.chat.values import Link, Moment, Text, Value
from core.chat.views import Button, Fact, PreviewView, Section, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.engine.errors import NotFound
from core.escalations.doors import WAYS, Door
from core.escalations.model import Entry, Packet, Request, Turn
from core.escalations.packet import written
from core.escalations.queries import newest_request_of
from core.people.model import Member, Right

SHOWN, QUOTE = 6, 300  # entries on the card, characters of each


@dataclass(frozen=True)
class MicrosoftParts:
    """What a request to Microsoft adds to a case's card."""

    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    buttons: tuple[Button, ...] = ()


def microsoft_of_case(connection: Connection, words: Words, seen: Shown, reader: Member | None) -> MicrosoftParts:
    """Whose turn it is, what was done so far, and the button for what comes next."""
    found = seen.case
    newest = newest_request_of(connection, found.id) if seen.at_microsoft else None
    if newest is None:
        return MicrosoftParts()
    may = newest.is_open and not found.is_closed and (reader is None or Right.WORK in reader.rights)
    return MicrosoftParts(
        facts=_facts(words, newest), sections=(_section(connection, words, newest),), buttons=_buttons(words, found, may=may)
    )


def packet_view(connection: Connection, words: Words, case_id: int, reader: Member) -> PreviewView:
    """The packet in English, ready to be copied, with the door it goes through. Raises NotFound when none was written."""
    found = newest_request_of(connection, case_id)
    if found is None or not found.packet:
        raise NotFound("packet_none", number=f"C-{case_id}")
    about, door = case(connection, case_id), Door(found.door)
    whose = customer(connection, about.customer_id or 0)
    text = written(door, Packet(**found.packet), about, whose, contact=reader.name)
    way = WAYS[door]
    return PreviewView(
        title=words.say("packet.title", number=about.number),
        status=words.say("packet.status"),
        tone=Tone.WARNING,
        facts=(
            Fact(words.say("fact.door"), Link(words.say(f"choice.door.{door}"), way.url)),
            Fact(words.say("fact.address"), Text(way.url)),
        ),
        sections=(Section(title=words.say("packet.copy"), lines=(Text(text, quoted=True),)),),
        footnotes=(Text(words.say(f"door.{door}.how")), Text(words.say("packet.then", number=case_id))),
        buttons=(Button(label=words.say("button.microsoft"), action="microsoft", subject=case_id, form=True),),
    )


def _facts(words: Words, newest: Request) -> tuple[Fact, ...]:
    if newest.waiting_since is None:
        return ()
    return (Fact(words.say("fact.at_microsoft"), (Text(newest.number), Moment(newest.waiting_since))),)


def _section(connection: Connection, words: Words, newest: Request) -> Section:
    left_out = max(len(newest.history) - SHOWN, 0)
    lines: list[Value] = [Text(words.count("microsoft.earlier", left_out))] if left_out else []
    lines += [_line(connection, words, entry) for entry in newest.history[left_out:]]
    if newest.state is Turn.WAITING:
        key = "microsoft.next" if newest.next_at is not None else "microsoft.no_more"
        lines.append(Text(words.say(key, **({"at": newest.next_at} if newest.next_at else {}), n=newest.reminders)))
    tone = Tone.GOOD if newest.state is Turn.SOLVED else Tone.WARNING if newest.state is Turn.ANSWERED else Tone.NEUTRAL
    return Section(title=words.say(f"microsoft.heading.{newest.state}", request=newest.number), lines=tuple(lines), tone=tone)


def _line(connection: Connection, words: Words, entry: Entry) -> Value:
    said = words.say(f"choice.door.{entry.text}") if entry.what == "prepared" else entry.text
    short = shortened(words, said, QUOTE)
    by = actor_name(connection, words, entry.by)
    return Text(
        words.say(f"microsoft.did.{entry.what}", by=by, at=entry.at, text=short or words.say("microsoft.nothing_said")), quoted=True
    )


def _buttons(words: Words, found: Case, *, may: bool) -> tuple[Button, ...]:
    if not may:
        return ()
    return (Button(label=words.say("button.microsoft"), action="microsoft", subject=found.id, form=True),)
