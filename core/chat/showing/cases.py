"""The view of one case."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from core.cases.model import Audience, Case, Kind, Note, NoteState, State, Told
from core.cases.queries import Shown, case_shown, guesses, notes_of
from core.chat.shortening import shortened
from core.chat.showing.deadlines import deadline_facts, owed_in
from core.chat.showing.delays import delays
from core.chat.showing.escalations import escalations_of_case
from core.chat.showing.ladder import ladder_buttons, ladder_of_case
from core.chat.showing.microsoft import microsoft_of_case
from core.chat.showing.people import actor_name
from core.chat.showing.receivables import money_of_case
from core.chat.showing.snoozes import snooze_buttons, snooze_facts
from core.chat.showing.suspensions import suspension_of_case
from core.chat.showing.watching import watching_of_case
from core.chat.values import Link, Moment, Person, Text, Value
from core.chat.views import Button, CaseView, Fact, Section, Tone
from core.chat.words import Words
from core.engine.transaction import SYSTEM
from core.people.absence import away
from core.people.model import Member, Right

TONES = {State.NEW: Tone.WARNING, State.RESOLVED: Tone.GOOD}
QUOTE, WHOLE = 600, 2500  # characters of a note shown on the card, and to one reader: three of them must fit in a message of either chat


def case_view(connection: Connection, words: Words, case_id: int, now: datetime, reader: Member | None = None) -> CaseView:
    """The case at `now`; `reader` None for a card that everybody in a conversation sees. Raises NotFound."""
    seen = case_shown(connection, case_id)
    found = seen.case
    written = notes_of(connection, case_id)
    answers = (n for n in written if n.audience is Audience.CUSTOMER and n.author != SYSTEM.id)  # the desk's own notices are none
    queued = next((n for n in answers if n.state is NoteState.QUEUED), None)
    money = money_of_case(connection, words, found, now, reader)
    stops = suspension_of_case(connection, words, found, reader)
    asked = escalations_of_case(connection, words, seen, reader)
    there = microsoft_of_case(connection, words, seen, reader)
    watching = watching_of_case(connection, words, seen, reader)
    late = () if reader is None else delays(words, seen.late)
    owed = owed_in(connection, found)
    owner = _owner(connection, words, seen, is_late=any(one.is_late(now) for one in owed), now=now)
    return CaseView(
        title=words.say("case.title", number=found.number, title=found.title),
        status=_status(words, found, queued),
        tone=Tone.WARNING if queued or found.told_customer == Told.NO else TONES.get(found.state, Tone.NEUTRAL),
        facts=(
            *_facts(words, found, customer=seen.customer, owner=owner),
            *deadline_facts(words, found, owed, now),
            *snooze_facts(connection, words, seen),
            *there.facts,
            *watching.facts,
            *money.facts,
            *late,
        ),
        sections=(
            *_sections(connection, words, found, written, reader),
            *asked.sections,
            *there.sections,
            *money.sections,
            *ladder_of_case(connection, words, found, now),
            *stops.sections,
        ),
        tables=money.tables,
        buttons=(
            *asked.first,
            *_buttons(words, found, reader, may_undo=queued is not None),
            *snooze_buttons(words, seen, reader),
            *there.buttons,
            *asked.buttons,
            *stops.buttons,
            *money.buttons,
            *watching.buttons,
            *ladder_buttons(connection, words, found, reader),
        ),
        footnotes=(Text(words.say("message.threads")),) if reader is None and not found.is_closed else (),
    )


def _status(words: Words, found: Case, queued: Note | None) -> str:
    state = words.say("case.untold") if found.told_customer == Told.NO else words.say(f"case.state.{found.stand}")
    return f"{state}. {words.say('case.reply_queued')}" if queued else state


def _owner(connection: Connection, words: Words, seen: Shown, *, is_late: bool, now: datetime) -> Value:
    """Who works on it; who must act once it is late, and is there to do so."""
    if seen.assignee is None or seen.case.assignee_id is None:
        return Text(words.say("case.nobody"))
    acts = is_late and away(connection, seen.case.assignee_id, now) is None
    return Person(seen.assignee, acts=seen.case.assignee_id if acts else 0)


def _facts(words: Words, found: Case, *, customer: str | None, owner: Value) -> tuple[Fact, ...]:
    whose = Text(words.say("case.unmatched")) if customer is None else Text(customer, quoted=True)
    facts = [Fact(words.say("fact.customer"), whose)]
    if found.kind is Kind.QUESTION:
        facts.append(Fact(words.say("fact.question"), _question(words, found)))
    facts += [Fact(words.say("fact.owner"), owner), Fact(words.say("fact.opened"), Moment(found.opened_at))]
    if found.untold_because:
        facts.append(Fact(words.say("fact.untold"), Text(found.untold_because, quoted=True)))
    if found.ticket:
        facts.append(Fact(words.say("fact.ticket"), _ticket(words, found)))
    if found.follows is not None:
        facts.append(Fact(words.say("fact.follows"), Text(f"C-{found.follows}")))
    if found.requestor:
        facts.append(Fact(words.say("fact.requestor"), Text(found.requestor, quoted=True)))
    if found.message:
        facts.append(Fact(words.say("fact.message"), Link(words.say("message.open"), found.message)))
    return tuple(facts)


def _ticket(words: Words, found: Case) -> Text:
    name = _named(found)
    status = found.closed_elsewhere
    return Text(words.say("case.ticket_closed", ticket=name, status=status) if status else name, quoted=True)


def _named(found: Case) -> str:
    return f"{found.ticket_connection} {found.ticket}"


def _question(words: Words, found: Case) -> Text:
    if not found.triage:
        return Text(words.say("case.not_triaged"))
    kind = words.say(f"choice.triage.{found.triage}")
    if found.triage_by != "system":
        return Text(kind)
    because = ", ".join(found.triage_reasons)
    return Text(words.say("case.triage_proposed", kind=kind, because=because), quoted=True)


def _sections(
    connection: Connection, words: Words, found: Case, written: Sequence[Note], reader: Member | None
) -> tuple[Section, ...]:  # fmt: skip
    """What the customer wrote last, the newest answer and remark, and whose an unmatched case may be."""
    said = next((n for n in written if n.audience is Audience.CUSTOMER and n.direction == "in"), None)
    replied = next((n for n in written if n.audience is Audience.CUSTOMER and n.direction == "out"), None)
    remark = next((n for n in written if n.audience is Audience.INTERNAL), None)
    shown = (("case.customer_wrote", said), ("case.we_wrote", replied), ("case.remark", remark))
    written_in = ((heading, given, _body(words, found, given, reader)) for heading, given in shown if given is not None)
    made = [_note(connection, words, heading, given, body) for heading, given, body in written_in]
    suggested = guesses(connection, found) if found.customer_id is None else ()
    if suggested:
        lines: tuple[Value, ...] = tuple(Text(c.name, quoted=True) for c in suggested)
        made.append(Section(title=words.say("case.guesses"), lines=lines))
    return tuple(made)


def _body(words: Words, found: Case, given: Note, reader: Member | None) -> str:
    """Its beginning on the card that everybody sees; as much as a message holds for one reader, who asked."""
    if reader is None:
        return shortened(words, given.body, QUOTE, words.say("shortened.case", number=found.id))
    return shortened(words, given.body, WHOLE, words.say("shortened.ticket", ticket=_named(found)) if found.ticket else "")


def _note(connection: Connection, words: Words, heading: str, given: Note, body: str) -> Section:
    author = actor_name(connection, words, given.author)
    title = words.say(heading, author=author, at=given.at)
    lines: list[Value] = [Text(body, quoted=True)]
    if given.link:
        lines.append(Link(words.say("message.open"), given.link))
    if given.state is NoteState.FAILED:
        lines.append(Text(words.say("case.note_failed")))
    return Section(title=title, lines=tuple(lines), tone=Tone.DANGER if given.state is NoteState.FAILED else Tone.NEUTRAL)


def _buttons(words: Words, found: Case, reader: Member | None, *, may_undo: bool) -> tuple[Button, ...]:
    """What may be done next. A card for everybody offers everything: rights are looked at when somebody presses."""
    if reader is not None and Right.WORK not in reader.rights:
        return ()
    undo = Button(label=words.say("button.unsend"), action="withdraw", subject=found.id, tone=Tone.WARNING)
    made = [undo] if may_undo else []
    return (*made, *(_closed_buttons(words, found) if found.is_closed else _open_buttons(words, found)))


def _open_buttons(words: Words, found: Case) -> list[Button]:
    made = [_press(words, found, "take", tone=Tone.GOOD)] if found.assignee_id is None else []
    if found.customer_id is None:
        made.append(_press(words, found, "match", form=True))
    if found.ticket:
        made.append(_press(words, found, "reply", form=True))
    made += [_press(words, found, "note", form=True), _press(words, found, "resolve", form=True)]
    made.append(_press(words, found, "ours" if found.state is State.WAITING else "wait", rare=True))
    made.append(_press(words, found, "assign", form=True, rare=True))
    if found.kind is Kind.QUESTION:
        made.append(_press(words, found, "triage", form=True, rare=True))
    if found.ticket:
        made.append(_press(words, found, "notbilling", form=True, rare=True))
    return made


def _closed_buttons(words: Words, found: Case) -> list[Button]:
    may_tell = found.state is State.RESOLVED and bool(found.ticket) and found.told_customer == Told.NO
    made = [_press(words, found, "reply", form=True)] if may_tell else []
    return [*made, _press(words, found, "reopen")]


def _press(words: Words, found: Case, action: str, *, form: bool = False, rare: bool = False, tone: Tone = Tone.NEUTRAL) -> Button:
    return Button(label=words.say(f"button.{action}"), action=action, subject=found.id, form=form, rare=rare, tone=tone)
