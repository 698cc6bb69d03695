"""The arithmetic of a case's deadlines: start, target and its source, each day counted or closed, each pause, the sum; and what a
collection's next notice waits for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection

from core.cases.clocks import OWED, TURNS, Deadline, calendar_for, deadlines, explained, pauses_of
from core.cases.model import Case
from core.cases.queries import case
from core.cases.reckoning import Gap, Reckoned, Run, Why
from core.cases.targets import OURS, Clock
from core.chat.showing.attesting import why_attested
from core.chat.showing.closing import closing_section
from core.chat.showing.collecting import waits
from core.chat.showing.ladder import source_of, why_ladder
from core.chat.showing.snoozes import why_snoozed
from core.chat.values import Text, Value
from core.chat.views import Button, CaseView, Section, Tone
from core.chat.words import Words
from core.collections.hours import desk_hours
from core.collections.queries import policy_called
from core.customers.queries import today_of
from core.engine.calendars import Calendar, Closed, Hours, Step
from core.receivables.queries import position
from core.suspensions.model import State, Suspension
from core.suspensions.queries import open_suspension_of


def why_view(connection: Connection, words: Words, case_id: int, now: datetime) -> CaseView:
    """Every deadline of the case at `now`, the open ones reckoned day by day. Raises NotFound."""
    found = case(connection, case_id)
    known = deadlines(connection, (case_id,), still_open=False).get(case_id, [])
    running = [one for one in known if one.ended_at is None]
    sections = [_deadline(connection, words, found, one, now) for one in running]
    sections += why_snoozed(connection, words, found)
    sections += _turns(connection, words, found, now)
    sections += _done(words, [one for one in known if one.ended_at is not None and one.clock in OWED])
    sections += _waits(connection, words, found, now)
    sections += why_ladder(connection, words, found, now)
    asked = open_suspension_of(connection, case_id)
    sections += _suspension(connection, words, asked) if asked is not None else []
    sections += closing_section(connection, words, found)
    return CaseView(
        title=words.say("why.title", number=found.number),
        status=words.say(f"case.state.{found.stand}") if sections else words.say("why.nothing"),
        tone=Tone.WARNING if any(one.is_late(now) for one in running) else Tone.NEUTRAL,
        sections=tuple(sections),
        buttons=(Button(label=words.say("button.case"), action="case", subject=case_id),),
    )


def _deadline(connection: Connection, words: Words, found: Case, given: Deadline, now: datetime) -> Section:
    start = words.say(f"why.start.{given.clock}", at=given.started_at)
    if given.clock in TURNS.values() and found.waiting_until:
        lines = [start, words.say("why.said", due=found.waiting_until)]  # no target counts then, so no day of one is shown
    else:
        lines = [start, *_arithmetic(connection, words, found, given, now)]
    return Section(title=_heading(words, given, now), lines=_texts(lines), tone=Tone.WARNING if given.is_late(now) else Tone.NEUTRAL)


def _arithmetic(connection: Connection, words: Words, found: Case, given: Deadline, now: datetime) -> list[str]:
    """The target with its source, the hours, each day counted or closed, each pause, and the sum."""
    reckoned = explained(connection, found, given, now, words.language)
    source = words.say("why.shipped") if given.source == OURS else given.source
    target = words.say("why.target", wait=given.wait, source=source, since=words.day(given.since))
    hours = words.say("why.hours", hours=_hours(words, calendar_for(connection, found, given.clock)))
    return [target, hours, *_parts(words, reckoned), _sum(words, given, reckoned)]


def _heading(words: Words, given: Deadline, now: datetime) -> str:
    name = words.say(f"clock.{given.clock}")
    if given.due_at is None:
        return words.say("why.paused", clock=name, left=given.left)
    return words.say("why.late" if given.is_late(now) else "why.due", clock=name, due=given.due_at)


def _parts(words: Words, reckoned: Reckoned) -> Iterable[str]:
    for part in reckoned.parts:
        if isinstance(part, Run):
            yield from (_step(words, step) for step in part.steps if step.closed or step.counted)
        else:
            yield _gap(words, part)


def _step(words: Words, step: Step) -> str:
    day = words.brief_day(step.day)
    if step.closed is None:
        return words.say("why.counted", day=day, counted=step.counted)
    reason = step.name if step.closed is not Closed.WEEK else words.say("why.week")
    return words.say("why.closed", day=day, reason=reason)


def _gap(words: Words, gap: Gap) -> str:
    why, ended = words.say(f"why.pause.{gap.pause.why}"), gap.pause.ended_at
    until = words.moment(ended) if ended is not None else words.say("why.still")
    return words.say("why.gap", why=why, began=gap.pause.began_at, until=until, not_counted=gap.not_counted)


def _sum(words: Words, given: Deadline, reckoned: Reckoned) -> str:
    if reckoned.due_at is None:
        return words.say("why.sum.paused", passed=given.wait - reckoned.left, left=reckoned.left)
    return words.say("why.sum", wait=given.wait, due=reckoned.due_at)


def _turns(connection: Connection, words: Words, found: Case, now: datetime) -> list[Section]:
    """How long it was whose turn, in our open time: the customer's and Microsoft's each for itself."""
    calendar = calendar_for(connection, found, Clock.RESOLUTION)
    spent: dict[Why, timedelta] = {}
    for pause in pauses_of(connection, found.id):
        passed = calendar.open_time(pause.began_at, pause.ended_at or now)
        spent[pause.why] = spent.get(pause.why, timedelta()) + passed
    lines = [words.say("why.turn", why=words.say(f"why.pause.{why}"), spent=spent[why]) for why in Why if why in spent]
    return [Section(title=words.say("why.turns"), lines=_texts(lines))] if lines else []


def _done(words: Words, ended: list[Deadline]) -> list[Section]:
    lines = [_ending(words, one) for one in ended]
    return [Section(title=words.say("why.done"), lines=_texts(lines))] if lines else []


def _ending(words: Words, given: Deadline) -> str:
    name = words.say(f"clock.{given.clock}")
    if given.due_at is None or given.ended_at is None:
        return words.say("why.ended.paused", clock=name, ended=given.ended_at, left=given.left)
    late = given.ended_at > given.due_at
    return words.say("why.ended.late" if late else "why.ended.in_time", clock=name, ended=given.ended_at, due=given.due_at)


def _waits(connection: Connection, words: Words, found: Case, now: datetime) -> list[Section]:
    """Until when payments and promises of a collection case are waited for, by the customer's banking days."""
    if found.payer_id is None or found.customer_id is None:
        return []
    owed = position(connection, found.payer_id, found.currency, today_of(connection, found.customer_id, now))
    return waits(connection, words, owed, found.customer_id)


def _suspension(connection: Connection, words: Words, asked: Suspension) -> list[Section]:
    """A decision's clocks count the hours in which the approvers' group is staffed; the cooling-off is plain time."""
    decision = (policy := policy_called(connection, asked.listed["policy"])).decision
    ours = desk_hours(connection)
    lines: list[str] = []
    if asked.cooling_until is not None:
        approved = asked.cooling_until - decision.cooling_off
        lines.append(words.say("why.cooling", approved=approved, wait=decision.cooling_off, until=asked.cooling_until))
        lines.append(words.say("why.approval", approved=approved, wait=decision.approval_valid, until=asked.expires_at))
        lines += _staffed(words, ours, approved, decision.approval_valid)
    elif asked.state is State.PROPOSED and asked.expires_at is not None:
        lines.append(words.say("why.decide", proposed=asked.proposed_at, wait=decision.decide_within, until=asked.expires_at))
        lines += _staffed(words, ours, asked.proposed_at, decision.decide_within)
    lines += why_attested(connection, words, asked)
    source = words.say("why.policy", version=policy.version, source=source_of(words, decision))
    return [Section(title=words.say("why.suspension", number=asked.number), lines=_texts([*lines, source]))] if lines else []


def _staffed(words: Words, ours: Calendar, start: datetime, wait: timedelta) -> list[str]:
    """Whose hours, and what each day gave."""
    days = [_step(words, step) for step in ours.add_open_time(start, wait, locale=words.language).steps if step.closed or step.counted]
    return [words.say("why.hours", hours=_hours(words, ours)), *days]


def _hours(words: Words, calendar: Calendar) -> str:
    """Mon–Fri 09:00–17:00, Europe/Warsaw, public holidays of PL."""
    days = [(tuple(hours), number) for number, hours in enumerate(calendar.week)]
    spans = [(hours, [number for _, number in several]) for hours, several in groupby(days, key=lambda day: day[0]) if hours]
    week = "; ".join(f"{_days(words, numbers)} {', '.join(_span(one) for one in hours)}" for hours, numbers in spans)
    place = "-".join(filter(None, (calendar.country, calendar.subdivision)))
    return words.say("why.calendar" if place else "why.calendar_plain", week=week, zone=calendar.zone, country=place)


def _days(words: Words, numbers: list[int]) -> str:
    first, last = words.weekday(numbers[0]), words.weekday(numbers[-1])
    return first if first == last else f"{first}–{last}"


def _span(hours: Hours) -> str:
    return f"{hours.opens:%H:%M}–{hours.closes:%H:%M}"


def _texts(lines: Iterable[str]) -> tuple[Value, ...]:
    return tuple(Text(line, quoted=True) for line in lines)
