"""What holds back collecting, as cards and answers show it: until when, why, and which feed will settle it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from core.cases.queries import collection_cases
from core.chat.showing.people import actor_name
from core.chat.values import Day, Moment, Money, Text, Value
from core.chat.views import Button, CustomerView, Fact, NoteView, Section, Tone
from core.chat.words import Words
from core.collections.model import DISPUTED, Dispute, DisputeState, Hold, PaymentState, Promise, PromiseState, ReportedPayment
from core.collections.standing import (
    dispute,
    disputed,
    disputes_of,
    hold,
    holds_of,
    open_payments,
    open_promises,
    payment,
    payments_of,
    promise,
    promises_of,
    record_of,
    split,
)
from core.customers.queries import calendar_of, customer, today_of
from core.engine.calendars import Closed
from core.people.model import Member, Right
from core.receivables.model import Position
from core.receivables.queries import payer, payers_of, positions_of_payer

Held = ReportedPayment | Promise | Dispute | Hold


def standing_sections(connection: Connection, words: Words, owed: Position, customer_id: int) -> tuple[Section, ...]:
    """On a card: everything that holds back collecting from this payer in this currency, and how promises were kept."""
    lines = [_line(connection, words, each) for each in held(connection, customer_id, owed.payer_id, owed.currency)]
    parts = split(connection, owed)
    if parts.disputed:
        lines.append(
            words.say("standing.split", disputed=Money(parts.disputed, owed.currency), left=Money(parts.undisputed, owed.currency))
        )
    lines += _record(words, promises_of(connection, owed.payer_id))
    if not lines:
        return ()
    return (Section(title=words.say("standing.title"), lines=_texts(lines), tone=Tone.WARNING),)


def held(connection: Connection, customer_id: int, payer_id: int, currency: str) -> list[Held]:
    """Payments reported, promises, disputes and holds that have not ended; holds also when they are still to begin."""
    return [
        *open_payments(connection, payer_id, currency), *open_promises(connection, payer_id, currency),
        *disputed(connection, payer_id, currency), *holds_of(connection, customer_id, payer_id),
    ]  # fmt: skip


def payment_view(connection: Connection, words: Words, payment_id: int, reader: Member) -> NoteView:
    """What was recorded, read back: the amount, the day, until when it is waited for and which days do not count. Raises NotFound."""
    found = payment(connection, payment_id)
    facts = (
        *_whose(connection, words, found), Fact(words.say("fact.paid_on"), Day(found.paid_on)),
        Fact(words.say("fact.evidence"), Text(found.proof, quoted=True)), Fact(words.say("fact.waited_until"), Day(found.until)),
        *_not_counted(connection, words, found.customer_id, today_of(connection, found.customer_id, found.at), found.until),
        Fact(words.say("fact.as_of"), Moment(found.before_as_of)),
    )  # fmt: skip
    return _note(connection, words, f"payment.{found.state}", found, facts, reader)


def promise_view(connection: Connection, words: Words, promise_id: int, reader: Member) -> NoteView:
    """What was promised, read back: the amount, the day, when it will be judged, and how earlier ones were kept. Raises NotFound."""
    found = promise(connection, promise_id)
    facts = [
        *_whose(connection, words, found), Fact(words.say("fact.promised_on"), Day(found.promised_on)),
        Fact(words.say("fact.how"), Text(found.how, quoted=True)), Fact(words.say("fact.judge_from"), Day(found.judge_from)),
        *_not_counted(connection, words, found.customer_id, found.promised_on, found.judge_from),
    ]  # fmt: skip
    facts += [Fact(words.say("fact.record"), Text(line)) for line in _record(words, promises_of(connection, found.payer_id))]
    return _note(connection, words, f"promise.{found.state}", found, tuple(facts), reader)


def dispute_view(connection: Connection, words: Words, dispute_id: int, reader: Member) -> NoteView:
    """What is disputed, read back. Raises NotFound."""
    found = dispute(connection, dispute_id)
    facts = [*_whose(connection, words, found), Fact(words.say("fact.disputed_invoice"), Text(_place(words, found), quoted=True))]
    facts.append(Fact(words.say("fact.reason"), Text(found.reason, quoted=True)))
    if found.overridden_by:
        facts.append(Fact(words.say("fact.override"), Text(_override(connection, words, found), quoted=True)))
    if found.end_reason:
        facts.append(Fact(words.say("fact.why"), Text(found.end_reason, quoted=True)))
    return _note(connection, words, f"dispute.{found.state}", found, tuple(facts), reader)


def hold_view(connection: Connection, words: Words, hold_id: int, reader: Member) -> NoteView:
    """What is held, read back. Raises NotFound."""
    found = hold(connection, hold_id)
    facts = (
        *_whose(connection, words, found), Fact(words.say("fact.hold_since"), Day(found.since)),
        Fact(words.say("fact.hold_until"), _end(words, found)), Fact(words.say("fact.reason"), Text(found.reason, quoted=True)),
    )  # fmt: skip
    return _note(connection, words, f"hold.{found.state}", found, facts, reader)


def _end(words: Words, found: Hold) -> Value:
    return Text(words.say("hold.until_released")) if found.until is None else Day(found.until)


def pauses_view(connection: Connection, words: Words, customer_id: int, now: datetime, reader: Member) -> CustomerView:
    """Everything that holds back collecting from the customer, payer by payer, with a button to end each. Raises NotFound."""
    today = today_of(connection, customer_id, now)
    sections, buttons, seen = [], [], set[str]()
    for whose in payers_of(connection, customer_id):
        for owed in positions_of_payer(connection, whose.id, today):
            sections += [
                Section(title=f"{whose.name}, {owed.currency}", lines=section.lines, tone=section.tone)
                for section in standing_sections(connection, words, owed, customer_id)
            ]
            for each in held(connection, customer_id, whose.id, owed.currency):
                buttons += [] if each.number in seen else _ways(words, each, reader)
                seen.add(each.number)
    return CustomerView(
        title=words.say("pauses.title", customer=customer(connection, customer_id).name),
        status=words.say("pauses.some" if seen else "pauses.none"), tone=Tone.WARNING if seen else Tone.GOOD,
        sections=tuple(sections), buttons=tuple(buttons),
    )  # fmt: skip


def waits(connection: Connection, words: Words, owed: Position, customer_id: int) -> list[Section]:
    """The arithmetic of every day that is waited for: from which day, which days do not count, and which feed settles it."""
    made = []
    for each in open_payments(connection, owed.payer_id, owed.currency):
        start = today_of(connection, customer_id, each.at)
        lines = [words.say("why.payment", day=Day(start)), *_closed(connection, words, customer_id, start, each.until)]
        lines.append(words.say("why.payment.until", day=Day(each.until)))
        made.append(Section(title=words.say("why.payment.title", number=each.number), lines=_texts(lines)))
    for one in open_promises(connection, owed.payer_id, owed.currency):
        lines = [words.say("why.promise", day=Day(one.promised_on))]
        lines += _closed(connection, words, customer_id, one.promised_on, one.judge_from)
        lines.append(words.say("why.promise.from", day=Day(one.judge_from)))
        made.append(Section(title=words.say("why.promise.title", number=one.number), lines=_texts(lines)))
    return made


def money_buttons(words: Words, case_id: int, version: int, reader: Member | None) -> list[Button]:
    """What may be recorded on a collection case; everybody sees them on a shared card, the verbs check the right."""
    offered = [("payment", Right.WORK), ("promise", Right.WORK), ("dispute", Right.WORK), ("hold", Right.STOP), ("pauses", Right.READ)]
    return [
        Button(label=words.say(f"button.{name}"), action=name, subject=case_id, facts=version, form=name != "pauses", rare=True)
        for name, right in offered
        if reader is None or right in reader.rights
    ]


def _note(connection: Connection, words: Words, key: str, found: Held, facts: Sequence[Fact], reader: Member) -> NoteView:
    buttons = [*_ways(words, found, reader), *_case_button(connection, words, found)]
    return NoteView(title=words.say(f"standing.{key}", number=found.number), facts=tuple(facts), buttons=tuple(buttons))


def _case_button(connection: Connection, words: Words, found: Held) -> list[Button]:
    """To the collection case it is about; nothing while there is none, or for a hold about a whole customer."""
    if isinstance(found, Hold) or (case_id := collection_cases(connection, found.payer_id).get(found.currency)) is None:
        return []
    return [Button(label=words.say("button.case"), action="case", subject=case_id)]


def _whose(connection: Connection, words: Words, found: Held) -> tuple[Fact, ...]:
    name = customer(connection, found.customer_id).name
    if found.payer_id is not None and (paying := payer(connection, found.payer_id).name) != name:
        name = f"{name} ({paying})"
    who = Fact(words.say("fact.customer"), Text(name, quoted=True))
    if isinstance(found, Hold):
        return (who, Fact(words.say("fact.hold_kind"), Text(words.say(f"choice.hold_kind.{found.kind}"))))
    return (who, Fact(words.say("fact.amount"), Money(found.amount, found.currency)))


def _ways(words: Words, found: Held, reader: Member) -> list[Button]:
    """What may be done about it: nothing once it ended."""
    offered: dict[type[Held], list[tuple[str, Right]]] = {
        ReportedPayment: [("withdraw_payment", Right.WORK)],
        Promise: [("withdraw_promise", Right.WORK), ("replace_promise", Right.WORK)],
        Dispute: [("settle", Right.WORK), ("override", Right.FINANCE)],
        Hold: [("release", Right.STOP)],
    }
    if found.state not in ("open", DisputeState.ACCEPTED):
        return []
    named = [(name, right) for name, right in offered[type(found)] if not (name == "override" and _is_decided(found))]
    return [
        Button(label=words.say(f"button.{name}", number=found.number), action=name, subject=found.id, form=True)
        for name, right in named
        if right in reader.rights
    ]


def _is_decided(found: Held) -> bool:
    return isinstance(found, Dispute) and (found.state is not DisputeState.OPEN or bool(found.overridden_by))


def _line(connection: Connection, words: Words, found: Held) -> str:
    """One record in a sentence or two."""
    by = actor_name(connection, words, found.by)
    if isinstance(found, ReportedPayment):
        return words.say(
            "standing.line.payment", number=found.number, amount=Money(found.amount, found.currency), day=Day(found.paid_on), person=by,
            until=Day(found.until), proof=found.proof,
        )  # fmt: skip
    if isinstance(found, Promise):
        return words.say(
            "standing.line.promise", number=found.number, amount=Money(found.amount, found.currency), day=Day(found.promised_on),
            how=found.how, judge_from=Day(found.judge_from),
        )  # fmt: skip
    if isinstance(found, Hold):
        kind = words.say(f"choice.hold_kind.{found.kind}")
        return words.say(
            "standing.line.hold",
            number=found.number,
            kind=kind,
            since=Day(found.since),
            until=_end(words, found),
            reason=found.reason,
            person=by,
        )
    said = words.say(
        f"standing.line.dispute.{found.state}", number=found.number, amount=Money(found.amount, found.currency),
        invoice=_place(words, found), reason=found.reason,
    )  # fmt: skip
    return f"{said} {_override(connection, words, found)}" if found.overridden_by else said


def _place(words: Words, found: Dispute) -> str:
    return found.invoice if found.line is None else words.say("standing.place", invoice=found.invoice, line=found.line)


def _override(connection: Connection, words: Words, found: Dispute) -> str:
    return words.say("standing.overridden", person=actor_name(connection, words, found.overridden_by), reason=found.override_reason)


def _record(words: Words, given: Iterable[Promise]) -> list[str]:
    """2 of 3 kept; nothing while none was judged."""
    known = list(given)
    record = record_of(known)
    if not record.judged:
        return []
    partly = sum(p.state is PromiseState.PARTLY for p in known)
    kept = words.count("standing.record", record.judged, kept=record.kept)
    return [f"{kept} {words.count('standing.partly', partly)}" if partly else kept]


def _not_counted(connection: Connection, words: Words, customer_id: int, start: date, end: date) -> tuple[Fact, ...]:
    closed = list(_closed(connection, words, customer_id, start, end))
    return (Fact(words.say("fact.not_counted"), Text("; ".join(closed))),) if closed else ()


def _closed(connection: Connection, words: Words, customer_id: int, start: date, end: date) -> Iterable[str]:
    """The days after `start` up to `end` on which the customer's banks are closed, and why."""
    calendar = calendar_of(connection, customer_id)
    for number in range(1, (end - start).days + 1):
        day = start + timedelta(days=number)
        why = calendar.why_closed(day, words.language)
        if why is not None:
            yield words.say("why.closed", day=words.brief_day(day), reason=why[1] if why[0] is not Closed.WEEK else words.say("why.week"))


def _texts(lines: Iterable[str]) -> tuple[Value, ...]:
    return tuple(Text(line, quoted=True) for line in lines)


def history(connection: Connection, words: Words, payer_id: int, title: str) -> list[Section]:
    """On a statement: promises, payments reported and disputes that have ended, and how."""
    ended: list[Held] = [
        *(p for p in payments_of(connection, payer_id) if p.state is not PaymentState.OPEN),
        *(p for p in promises_of(connection, payer_id) if p.state is not PromiseState.OPEN),
        *(d for d in disputes_of(connection, payer_id) if d.state not in DISPUTED),
    ]
    lines = [_ended(words, each) for each in ended]
    return [Section(title=words.say("statement.history", name=title), lines=_texts(lines))] if lines else []


def _ended(words: Words, found: Held) -> str:
    kind = {ReportedPayment: "payment", Promise: "promise", Dispute: "dispute", Hold: "hold"}[type(found)]
    said = words.say(f"standing.{kind}.{found.state}", number=found.number)
    return said if isinstance(found, Hold) else f"{said} ({words.money(found.amount, found.currency)})"
