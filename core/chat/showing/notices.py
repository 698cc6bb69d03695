"""The notices that the desk sends: what became of each, and the next one as it will be sent."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import case
from core.chat.values import Moment, Money, Text, Value
from core.chat.views import Button, Fact, PreviewView, Section, Tone
from core.chat.words import Words
from core.collections import rows
from core.collections.access import AccessLetter, letters_of_case
from core.collections.climbing import NOTICES
from core.collections.drafting import Draft, WhyNot, drafts
from core.collections.freshness import BOOKS, old_books
from core.collections.keeping import moment_on
from core.collections.ladder import Ladder, Waits, coming
from core.collections.notices import Channel, DeskNotice, notices_of_case, notices_of_step
from core.collections.pausing import why_paused
from core.collections.policy import Policy, Sender, Step
from core.collections.queries import policy_called
from core.collections.sending import step_called
from core.customers.model import Mode
from core.customers.queries import customer
from core.engine.errors import Conflict
from core.people.model import Member, Right
from core.receivables.model import Position
from core.receivables.queries import payer, position

MOST = 2500  # characters of one piece of a letter: below both chats' limit for a text


def desk_notice_lines(connection: Connection, words: Words, found: Case) -> tuple[Value, ...]:
    """A line for each notice and letter of the case's that the desk sent."""
    sent = [_line(connection, words, each) for each in notices_of_case(connection, found)]
    letters = [_letter(words, each) for each in letters_of_case(connection, found.id)]
    return tuple(Text(each, quoted=True) for each in (*sent, *letters))


def notice_stand(connection: Connection, words: Words, climbed: Ladder) -> list[str]:
    """Where the notices of the step that is under way are."""
    row = rows.waiting_step(connection, climbed.id)
    return [] if row is None else [_state(connection, words, each) for each in notices_of_step(connection, row.id)]


def notice_buttons(
    connection: Connection, words: Words, found: Case, reader: Member | None, *, with_ticket: bool = False
) -> tuple[Button, ...]:
    """Look at the next notice; let the desk send what waits for a person; choose a ticket where the whole ladder is shown."""
    climbed = None if found.payer_id is None else rows.ladder_of(connection, found.payer_id, found.currency)
    if climbed is None or found.is_closed:
        return ()
    show = Button(label=words.say("button.preview"), action="preview", subject=found.id, facts=found.version, rare=True)
    may = reader is None or Right.WORK in reader.rights
    into = Button(label=words.say("button.ticket"), action="ticket", subject=found.id, facts=found.version, form=True, rare=True)
    return (*_deliver(words, climbed, found.id, reader, rare=True), show, *((into,) if may and with_ticket else ()))


def next_notice(connection: Connection, words: Words, climbed: Ladder, now: datetime) -> list[str]:
    """The next notice, when it leaves at the earliest, what it waits for, and what proves it. Nothing once none is to come, nor while one
    is on its way or waits for a person."""
    following = _next(connection, climbed, now)
    if following is None or climbed.waits is not Waits.NOTHING:
        return []
    whose = payer(connection, climbed.payer_id)
    zone = customer(connection, whose.customer_id or 0).zone
    pause = why_paused(connection, whose, climbed.currency, now, following.step.does)
    said = [words.say("notice.next", step=words.named("step", following.step.name), at=following.at, zone=zone)]
    if (books := _old_books(connection, climbed, following, now)) is not None and following.step.sender is Sender.DESK:
        said = [] if climbed.paused_for == BOOKS else [*said, words.say("notice.next_books", as_of=books)]
    if pause is not None:
        held = {"why": words.say(f"ladder.pause.{pause.why}"), "number": f" ({pause.number})" if pause.number else ""}
        said.append(words.say("notice.next_held" if pause.until is None else "notice.next_held_until", **held, day=pause.until))
    return [*said, words.say("notice.next_proof", wait=following.policy.notices.proven_after)]


def preview_view(connection: Connection, words: Words, case_id: int, now: datetime, reader: Member | None) -> PreviewView:
    """The next notice of the case's ladder, to the letter. Raises NotFound; Conflict for a case that collects nothing."""
    found = case(connection, case_id)
    if found.payer_id is None or found.customer_id is None:
        raise Conflict("ladder_needs_collection", number=found.number)
    climbed = rows.ladder_of(connection, found.payer_id, found.currency)
    back = Button(label=words.say("button.case"), action="case", subject=case_id)
    following = None if climbed is None else _next(connection, climbed, now)
    if climbed is None or following is None:
        return PreviewView(title=words.say("notice.preview.none", number=found.number), buttons=(back,))
    title = words.say("notice.preview.title", number=found.number, step=words.named("step", following.step.name))
    deliver = _deliver(words, climbed, case_id, reader)
    if climbed.waits is Waits.PROOF and following.sent:
        lines = [_state(connection, words, each) for each in following.sent]
        return _preview(words, title, words.say("notice.preview.on_its_way"), following.sent[0], climbed.currency, lines, (back,))
    warning = _warning(connection, words, climbed, following, now)
    ready = drafts(connection, following.policy, following.step, climbed, following.owed(connection, climbed), following.at)
    if isinstance(ready, WhyNot):
        said = words.say("notice.preview.not", hand=words.say(f"ladder.hand.{ready}")) + warning
        return PreviewView(title=title, status=said, tone=Tone.WARNING, buttons=(back,))
    to = [f"{each.to.name} <{each.to.email}>, {words.say(f'notice.channel.{each.to.channel}')}" for each in ready]
    status = _when(connection, words, climbed, following, now) + warning
    return _preview(words, title, status, ready[0], climbed.currency, to, (*deliver, back))


@dataclass(frozen=True)
class _Next:
    """The step whose notice is next, when it leaves at the earliest, and what of it was sent. `row_detail`: why a person sends it."""

    policy: Policy
    step: Step
    at: datetime
    sent: tuple[DeskNotice, ...] = ()
    row_detail: str = ""

    def owed(self, connection: Connection, climbed: Ladder) -> Position:
        """What will be owed then, if nothing changes."""
        whose = payer(connection, climbed.payer_id)
        zone = ZoneInfo(customer(connection, whose.customer_id or 0).zone)
        return position(connection, whose.id, climbed.currency, self.at.astimezone(zone).date())


def _next(connection: Connection, climbed: Ladder, now: datetime) -> _Next | None:
    policy = policy_called(connection, climbed.policy)
    row = rows.waiting_step(connection, climbed.id) if climbed.waits in (Waits.HAND, Waits.PROOF) else None
    if row is not None and (step := step_called(policy, row.name)) is not None:
        return _Next(policy, step, now, tuple(notices_of_step(connection, row.id)), row.detail)
    following = next((step for step in policy.ladder[climbed.climbed :] if step.does in NOTICES), None)
    due = coming(policy, climbed)
    if following is None or due is None:
        return None
    day = due.on if due.step is following else max(due.on, climbed.anchor.fromordinal(climbed.anchor.toordinal() + following.day))
    return _Next(policy, following, max(now, moment_on(connection, payer(connection, climbed.payer_id), day)))


def _old_books(connection: Connection, climbed: Ladder, following: _Next, now: datetime) -> Moment | None:
    """Of when the books are, where they are too old for what the desk or a person sends; not for what only is rehearsed."""
    whose = payer(connection, climbed.payer_id)
    is_asked = following.step.sender is not Sender.ACCOUNTING and customer(connection, whose.customer_id or 0).mode is not Mode.DRY_RUN
    return Moment(whose.as_of) if is_asked and old_books(connection, following.policy, whose, now) is not None else None


def _warning(connection: Connection, words: Words, climbed: Ladder, following: _Next, now: datetime) -> str:
    """For a person who sends it: that the books are old. It holds them back from nothing."""
    is_theirs = climbed.waits is Waits.HAND or following.step.sender is Sender.HAND
    books = _old_books(connection, climbed, following, now) if is_theirs else None
    return "" if books is None else f" {words.say('notice.preview.books_hand', as_of=books)}"


def _when(connection: Connection, words: Words, climbed: Ladder, following: _Next, now: datetime) -> str:
    whose, books = payer(connection, climbed.payer_id), _old_books(connection, climbed, following, now)
    if climbed.waits is Waits.HAND:
        detail = following.row_detail or following.step.sender.value
        return words.say("notice.preview.waits", hand=words.say(f"ladder.hand.{detail}"))
    if customer(connection, whose.customer_id or 0).mode is Mode.DRY_RUN:
        return words.say("notice.preview.dry_run")
    if climbed.waits is Waits.START:
        return words.say("notice.preview.to_review")
    if following.step.sender is not Sender.DESK:
        return words.say("notice.preview.by_hand", hand=words.say(f"ladder.hand.{following.step.sender}"))
    if why_paused(connection, whose, climbed.currency, now, following.step.does) is not None:
        return words.say("notice.preview.held")
    return words.say("notice.preview.leaves" if books is None else "notice.preview.books", at=Moment(following.at), as_of=books)


def _preview(
    words: Words, title: str, status: str, shown: Draft | DeskNotice, currency: str, to: list[str], buttons: tuple[Button, ...]
) -> PreviewView:
    language = words.say(f"language.{shown.language}") if words.has(f"language.{shown.language}") else shown.language
    facts = [
        Fact(words.say("preview.to"), Text("; ".join(to), quoted=True)),
        Fact(words.say("fact.texts"), Text(words.say("notice.preview.texts", version=shown.texts, language=language), quoted=True)),
        Fact(words.say("fact.asks_for"), Money(shown.amount, currency)),
    ]
    if shown.names_at is not None:
        facts.append(Fact(words.say("fact.names"), Moment(shown.names_at)))
    facts.append(Fact(words.say("fact.subject"), Text(shown.subject, quoted=True)))
    return PreviewView(
        title=title, status=status, tone=Tone.NEUTRAL, facts=tuple(facts),
        sections=tuple(
            Section(title=words.say("preview.text") if number == 0 else "", lines=(Text(part, quoted=True),))
            for number, part in enumerate(_parts(shown.body))
        ),
        buttons=buttons,
        footnotes=(Text(f"{words.say('fact.evidence_digest')} {shown.digest[:16]}…"),),
    )  # fmt: skip


def _parts(body: str) -> list[str]:
    """The whole letter in pieces that no chat cuts, broken between paragraphs."""
    parts = [""]
    for paragraph in body.split("\n\n"):
        if parts[-1] and len(parts[-1]) + len(paragraph) > MOST:
            parts.append("")
        parts[-1] = f"{parts[-1]}\n\n{paragraph}".strip()
    return parts


def _deliver(words: Words, climbed: Ladder, case_id: int, reader: Member | None, *, rare: bool = False) -> tuple[Button, ...]:
    may = reader is None or Right.WORK in reader.rights
    if climbed.waits is not Waits.HAND or not may:
        return ()
    return (Button(label=words.say("button.deliver"), action="deliver", subject=case_id, rare=rare, tone=Tone.GOOD),)


def _line(connection: Connection, words: Words, sent: DeskNotice) -> str:
    of = words.say("notice.by_desk", kind=words.say(f"choice.kind.{sent.kind}"), texts=sent.texts)
    return f"{_state(connection, words, sent)} ({of})"


def _letter(words: Words, sent: AccessLetter) -> str:
    """No proof is waited for: nothing is founded on it."""
    said: dict[str, object] = {
        "number": sent.number, "recipient": sent.recipient, "channel": words.say("notice.channel.mail"),
        "said": (sent.bounce or sent.said)[:200], "at": Moment(sent.accepted_at or sent.queued_at),
    }  # fmt: skip
    stand = words.say(f"letter.state.{sent.state}" if words.has(f"letter.state.{sent.state}") else f"notice.state.{sent.state}", **said)
    return f"{stand} ({words.say(f'letter.{sent.kind}')})"


def _state(connection: Connection, words: Words, sent: DeskNotice) -> str:
    said: dict[str, object] = {
        "number": sent.number, "recipient": sent.recipient, "channel": words.say(f"notice.channel.{Channel(sent.channel)}"),
        "said": (sent.bounce or sent.said)[:200],
    }  # fmt: skip
    if sent.accepted_at is not None:
        policy = policy_called(connection, rows.ladder(connection, sent.ladder_id).policy)
        said |= {"at": Moment(sent.accepted_at), "until": Moment(sent.accepted_at + policy.notices.proven_after)}
    return words.say(f"notice.state.{sent.state}", **said)
