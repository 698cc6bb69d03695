"""Where a customer's ladder stands: what was done, what comes next, when and why."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from core.cases.model import Case
from core.cases.queries import case
from core.chat.showing.notices import next_notice, notice_buttons, notice_stand
from core.chat.values import Day, Moment, Money, Text, Value
from core.chat.views import Button, CaseView, Section, Table, Tone
from core.chat.words import Words
from core.collections import rows
from core.collections.exempting import exemption_of
from core.collections.freshness import BOOKS, old_books
from core.collections.hours import askable_on
from core.collections.ladder import Coming, Ladder, Outcome, Waits, coming
from core.collections.policy import Asks, Does, Policy, Rule, Step
from core.collections.queries import policy_called, policy_on
from core.collections.shipped import OURS
from core.customers.queries import calendar_of, today_of
from core.engine.calendars import Calendar
from core.engine.errors import Conflict
from core.people.model import Member, Right
from core.people.queries import name_called
from core.receivables.queries import payer

TONES = {Waits.START: Tone.WARNING, Waits.HAND: Tone.WARNING}


def source_of(words: Words, rule: Rule) -> str:
    """Where a rule comes from; what we ship in the reader's language, a partner's own words as they are."""
    return words.say("policy.shipped") if rule.source == OURS else rule.source


def ladder_of_case(connection: Connection, words: Words, found: Case, now: datetime) -> tuple[Section, ...]:
    """What the case's card says of its ladder: one section, none for a case that is closed or collects nothing."""
    climbed = None if found.payer_id is None else rows.ladder_of(connection, found.payer_id, found.currency)
    if climbed is None or found.customer_id is None or found.is_closed:
        return ()
    exempt = exempt_lines(connection, words, found.customer_id, now)
    lines = tuple(Text(line, quoted=True) for line in [*exempt, *_stand(connection, words, climbed, found.customer_id, now)])
    return (Section(title=words.say("ladder.title"), lines=lines, tone=TONES.get(climbed.waits, Tone.NEUTRAL)),)


def why_ladder(connection: Connection, words: Words, found: Case, now: datetime) -> list[Section]:
    """What the card says of it, and what the next notice waits for: `policy` has every step."""
    climbed = None if found.payer_id is None else rows.ladder_of(connection, found.payer_id, found.currency)
    more = [] if climbed is None else next_notice(connection, words, climbed, now)
    return [replace(each, lines=(*each.lines, *_quoted(more))) for each in ladder_of_case(connection, words, found, now)]


def exempt_lines(connection: Connection, words: Words, customer_id: int, now: datetime) -> list[str]:
    """That the policy leaves the customer alone: until when, whether reminders go on, who answers for it, by which source."""
    exempt = exemption_of(connection, customer_id, today_of(connection, customer_id, now))
    if exempt is None:
        return []
    key = "ladder.exempt.reminded" if exempt.remind else "ladder.exempt"
    owner, source = name_called(connection, exempt.owner), source_of(words, exempt)
    return [words.say(key, until=exempt.until, owner=owner, source=source, dated=words.day(exempt.dated))]


def ladder_buttons(connection: Connection, words: Words, found: Case, reader: Member | None) -> tuple[Button, ...]:
    """Start what waits for a person; the whole ladder behind a rare button."""
    climbed = None if found.payer_id is None else rows.ladder_of(connection, found.payer_id, found.currency)
    if climbed is None or found.is_closed:
        return ()
    may = reader is None or Right.WORK in reader.rights
    start = (Button(label=words.say("button.start"), action="start", subject=found.id, facts=found.version),)
    return (
        *(start if climbed.waits is Waits.START and may else ()),
        Button(label=words.say("button.policy"), action="policy", subject=found.id, facts=found.version, rare=True),
        *notice_buttons(connection, words, found, reader),
    )


def policy_view(connection: Connection, words: Words, case_id: int, now: datetime, reader: Member | None) -> CaseView:
    """Every step with its plan, what became of it, and the rule's source. Raises NotFound; Conflict for a case that collects nothing."""
    found = case(connection, case_id)
    if found.payer_id is None or found.customer_id is None:
        raise Conflict("ladder_needs_collection", number=found.number)
    climbed = rows.ladder_of(connection, found.payer_id, found.currency)
    today = today_of(connection, found.customer_id, now)
    in_force = policy_on(connection, today)
    policy = in_force if climbed is None else policy_called(connection, climbed.policy)
    stand = [words.say("ladder.none")] if climbed is None else _stand(connection, words, climbed, found.customer_id, now)
    exempt = exempt_lines(connection, words, found.customer_id, now)
    held = (Section(title=words.say("ladder.exempt.title"), lines=_quoted(exempt), tone=Tone.WARNING),) if exempt else ()
    back = (Button(label=words.say("button.case"), action="case", subject=case_id),)
    may_replan = climbed is not None and climbed.policy != in_force.version and (reader is None or Right.FINANCE in reader.rights)
    notices = notice_buttons(connection, words, found, reader, with_ticket=True)
    again = (Button(label=words.say("button.replan"), action="replan", subject=case_id, form=False),) if may_replan else ()
    tables = () if climbed is None else (_table(connection, words, policy, climbed),)
    is_sent = climbed is not None and climbed.waits in (Waits.HAND, Waits.PROOF)  # then the lines are where its notices are
    heading = words.say("notice.title" if is_sent else "ladder.next")
    return CaseView(
        title=words.say("ladder.of", number=found.number),
        status=stand[0],
        tone=Tone.NEUTRAL if climbed is None else TONES.get(climbed.waits, Tone.NEUTRAL),
        sections=(*held, *((Section(title=heading, lines=_quoted(stand[1:])),) if stand[1:] else ())),
        tables=tables,
        buttons=(*again, *notices, *back),
        footnotes=(Text(words.say("ladder.policy", version=policy.version, title=policy.title, since=Day(policy.since))),),
    )


def _quoted(lines: list[str]) -> tuple[Text, ...]:
    return tuple(Text(line, quoted=True) for line in lines)


def _stand(connection: Connection, words: Words, climbed: Ladder, customer_id: int, now: datetime) -> list[str]:
    policy = policy_called(connection, climbed.policy)
    next_one = coming(policy, climbed)
    if climbed.waits is Waits.START:
        return [words.say("ladder.to_review")]
    if climbed.waits in (Waits.HAND, Waits.PROOF):
        last = rows.waiting_step(connection, climbed.id)
        hand = words.say(f"ladder.hand.{last.detail}") if last is not None and last.detail else ""
        waits = words.say(f"ladder.waits.{climbed.waits}", step=words.named("step", last.name if last else ""), hand=hand).strip()
        return [waits, *notice_stand(connection, words, climbed)]
    if next_one is None:
        return [words.say("ladder.done")]
    day = _day_of(connection, policy, next_one, customer_id)
    said = [words.say("ladder.coming", step=words.named("step", next_one.step.name), day=day)]
    if climbed.paused_for == BOOKS:
        said = [_waits_for_books(connection, words, policy, climbed, next_one, now)]
    elif climbed.paused_for:
        said = [
            words.say("ladder.paused", step=words.named("step", next_one.step.name), why=words.say(f"ladder.pause.{climbed.paused_for}"))
        ]
    return [*said, _because(words, policy, climbed, next_one, day, calendar_of(connection, customer_id))]


def _waits_for_books(connection: Connection, words: Words, policy: Policy, climbed: Ladder, next_one: Coming, now: datetime) -> str:
    """How old the books are; once newer ones came, that the step is taken in the next morning."""
    whose = payer(connection, climbed.payer_id)
    key = "ladder.books" if old_books(connection, policy, whose, now) is not None else "ladder.books_came"
    return words.say(key, step=words.named("step", next_one.step.name), as_of=Moment(whose.as_of))


def _day_of(connection: Connection, policy: Policy, next_one: Coming, customer_id: int) -> date:
    """A step is taken on a working day; an approver is asked on one on which it is not in vain."""
    if next_one.step.does is Does.ASK:
        return askable_on(connection, policy, customer_id, next_one.on)
    return calendar_of(connection, customer_id).add_working_days(next_one.on, 0)


def _because(words: Words, policy: Policy, climbed: Ladder, next_one: Coming, day: date, calendar: Calendar) -> str:
    """The plan from the due date, or the predecessor that came later than planned, and a closed day skipped."""
    said = words.say("ladder.because.plan", days=next_one.step.day, due=climbed.anchor, day=next_one.planned_on)
    if next_one.on > next_one.planned_on and climbed.last_on is not None:
        before = policy.ladder[climbed.climbed - 1]
        gap = next_one.step.day - before.day
        said = words.say("ladder.because.gap", days=gap, before=words.named("step", before.name), last=climbed.last_on, day=next_one.on)
    if day == next_one.on:
        return said
    is_curfew = next_one.step.does is Does.ASK and calendar.is_working_day(next_one.on)
    return f"{said} {words.say('ladder.because.curfew' if is_curfew else 'ladder.because.closed', day=day)}"


def _table(connection: Connection, words: Words, policy: Policy, climbed: Ladder) -> Table:
    done = {row.name: row for row in rows.steps_of(connection, climbed.id)}
    lines: list[tuple[Value, ...]] = []
    for step in policy.ladder:
        row = done.get(step.name)
        planned = Day(row.planned_on) if row is not None else Day(date.fromordinal(climbed.anchor.toordinal() + step.day))
        amount: Value = Money(row.amount, climbed.currency) if row is not None else Text("")
        lines.append((Text(words.named("step", step.name)), planned, Text(_outcome(words, step, policy, climbed, row)), amount))
    shown = ("step", "planned", "stand", *(("amount",) if done else ()))  # before the first step there is no amount to tell
    columns = tuple(words.say(f"column.{name}") for name in shown)
    rows_shown = tuple(line[: len(shown)] for line in lines)
    return Table(title=words.say("ladder.steps"), columns=columns, rows=rows_shown, numeric=frozenset({3} if done else ()))


def _does(step: Step) -> str:
    """The key of what it does, and for the step that asks an approver, who does."""
    return "ladder.does.ask_by_policy" if step.by is Asks.POLICY else f"ladder.does.{step.does}"


def _outcome(words: Words, step: Step, policy: Policy, climbed: Ladder, row: Row[Any] | None) -> str:
    if row is not None:
        is_sent = row.outcome == Outcome.SENDING and not row.detail  # else a person sends it, and that says why
        return words.say("ladder.outcome.on_its_way" if is_sent else f"ladder.outcome.{Outcome(row.outcome)}")
    passed = policy.ladder.index(step) < climbed.climbed
    return words.say("ladder.outcome.passed" if passed else _does(step))
