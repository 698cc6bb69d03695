"""The view of an answer before it leaves: to whom, from whom, in which language the customer reads, and the words themselves."""

from sqlalchemy import Connection

from core.cases.model import Case, Note, NoteState
from core.cases.queries import case, note
from core.chat.showing.people import actor_name
from core.chat.values import Text
from core.chat.views import Button, Fact, PreviewView, Section, Tone
from core.chat.words import Words, closest
from core.collections.access import letters_of_note
from core.customers.queries import customer
from core.suspensions.by_letter import by_mail, is_letter, words_of

TONES = {NoteState.QUEUED: Tone.WARNING, NoteState.SENT: Tone.GOOD, NoteState.FAILED: Tone.DANGER}


def preview_view(connection: Connection, words: Words, note_id: int) -> PreviewView:
    """The answer and where it is. Raises NotFound."""
    given = note(connection, note_id)
    found = case(connection, given.case_id)
    facts = _by_letter(connection, words, given, found) if is_letter(connection, note_id) else _into_ticket(connection, words, given, found)
    if found.customer_id is not None:
        language = closest(customer(connection, found.customer_id).locale)
        facts.append(Fact(words.say("preview.language"), Text(words.say(f"language.{language}"))))
    return PreviewView(
        title=words.say("preview.letter" if is_letter(connection, note_id) else "preview.title", number=found.number),
        status=words.say(f"preview.{given.state}"),
        tone=TONES.get(given.state, Tone.NEUTRAL),
        facts=tuple(facts),
        sections=(Section(title=words.say("preview.text"), lines=(Text(given.body, quoted=True),)),),
        buttons=_buttons(words, given.state, note_id),
    )


def _into_ticket(connection: Connection, words: Words, given: Note, found: Case) -> list[Fact]:
    sender = words.say("preview.sender", name=actor_name(connection, words, given.author), connection=found.ticket_connection)
    return [
        Fact(words.say("preview.to"), Text(found.requestor, quoted=True)),
        Fact(words.say("preview.from"), Text(sender, quoted=True)),
        Fact(words.say("fact.ticket"), Text(f"{found.ticket_connection} {found.ticket}", quoted=True)),
    ]


def _by_letter(connection: Connection, words: Words, given: Note, found: Case) -> list[Fact]:
    """As it went, else as it would go now."""
    went = letters_of_note(connection, given.id)
    to = [f"{each.name} <{each.recipient}>" for each in went] or [f"{each.name} <{each.email}>" for each in by_mail(connection, found)]
    said = words_of(connection, given.id)
    subject, texts = (went[0].subject, went[0].texts) if went else (said.subject, said.texts) if said is not None else ("", "")
    sender = words.say("preview.sender_by_mail", name=actor_name(connection, words, given.author))
    facts = [(words.say("preview.to"), "; ".join(to)), (words.say("preview.from"), sender), (words.say("fact.subject"), subject)]
    prepared = words.say("preview.prepared_from", version=texts) if texts else ""
    return [Fact(label, Text(value, quoted=True)) for label, value in (*facts, (words.say("fact.texts"), prepared)) if value]


def _buttons(words: Words, state: NoteState, note_id: int) -> tuple[Button, ...]:
    if state is NoteState.DRAFT:
        return (Button(label=words.say("button.send"), action="send_draft", subject=note_id, tone=Tone.GOOD),)
    if state is NoteState.QUEUED:
        return (Button(label=words.say("button.unsend"), action="unsend", subject=note_id, tone=Tone.WARNING),)
    return ()
