"""The card of a request to suspend: what would happen and since when each fact is known, who decided, where each subscription is."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from core.cases.model import Case, Kind
from core.cases.queries import case
from core.chat.showing.closing import closing_buttons, closing_lines, told_section
from core.chat.showing.deciding import deciding, lacking
from core.chat.showing.delays import delays
from core.chat.showing.ended import ended_status
from core.chat.showing.holding import clocks, held_section, is_held
from core.chat.showing.impact import item_section
from core.chat.showing.ladder import source_of
from core.chat.showing.people import actor_name
from core.chat.showing.revising import answerer, not_asked, reason_of, revision, since
from core.chat.showing.stops import blocked, standing
from core.chat.showing.suspension_buttons import request_buttons, restore_buttons
from core.chat.showing.whose import whose_facts
from core.chat.values import Day, Moment, Money, Person, Text, Value
from core.chat.views import Button, Fact, Section, SuspensionView, Table, Tone
from core.chat.words import Words
from core.collections.policy import Policy
from core.collections.queries import policy_called
from core.customers.queries import customer, subscriptions_of, today_of
from core.engine.cards import held_back
from core.people.model import Member, Right
from core.people.queries import display_name
from core.suspensions.model import State, Suspension, Verdict
from core.suspensions.queries import is_brought_back, newest_suspension_of, suspension, votes_of
from core.suspensions.rules import stops_of

TONES = {
    State.PROPOSED: Tone.WARNING, State.COOLING: Tone.WARNING, State.LOOKING: Tone.WARNING, State.EXECUTING: Tone.WARNING,
    State.SUSPENDED: Tone.DANGER, State.FAILED: Tone.DANGER, State.UNKNOWN: Tone.DANGER,
}  # fmt: skip
SAID_BY_A_PERSON = {State.REFUSED, State.STOPPED}


@dataclass(frozen=True)
class StopParts:
    """What a collection case's card shows of suspensions."""

    sections: tuple[Section, ...] = ()
    buttons: tuple[Button, ...] = ()


def suspension_view(
    connection: Connection, words: Words, suspension_id: int, now: datetime, reader: Member | None = None
) -> SuspensionView:
    """The request at `now`; `reader` None for a card that everybody in a conversation sees. Raises NotFound."""
    found = suspension(connection, suspension_id)
    of = case(connection, found.case_id)
    today = today_of(connection, found.customer_id, now)
    late = () if reader is None else delays(words, held_back(connection, f"suspension:{found.id}"))
    return SuspensionView(
        title=words.say("suspension.title", number=found.number, customer=customer(connection, found.customer_id).name),
        status=_status(connection, words, found, today),
        tone=Tone.NEUTRAL if is_brought_back(connection, found) else TONES.get(found.state, Tone.NEUTRAL),
        facts=(
            *_facts(connection, words, found, of),
            *deciding(connection, words, found),
            *clocks(connection, words, found, now if reader else None),
            *late,
        ),
        sections=(
            *lacking(connection, words, found, now),
            *_notes(connection, words, found, of, today),
            *(item_section(connection, words, found, one) for one in found.items),
            *told_section(connection, words, found, of),
        ),
        tables=(_arithmetic(words, found),),
        buttons=request_buttons(connection, words, found, of, today, reader),
        footnotes=(Text(_source(words, policy_called(connection, found.listed["policy"]))),),
    )


def _source(words: Words, policy: Policy) -> str:
    return words.say("suspension.policy", version=policy.version, source=source_of(words, policy.decision))


def suspension_of_case(connection: Connection, words: Words, found: Case, reader: Member | None) -> StopParts:
    """The newest request of a collection case, and the buttons to ask for one or to undo it."""
    if found.kind is not Kind.COLLECTION:
        return StopParts()
    newest = newest_suspension_of(connection, found.id)
    buttons: list[Button] = []
    if not found.is_closed and (newest is None or not newest.is_open) and (reader is None or Right.PROPOSE in reader.rights):
        buttons.append(
            Button(label=words.say("button.suspend"), action="suspend", subject=found.id, facts=found.version, form=True, rare=True)
        )
    if newest is None:
        return StopParts(buttons=tuple(buttons))
    buttons += [*restore_buttons(connection, words, newest), *closing_buttons(connection, words, found, newest.facts, reader)]
    state = "restored" if is_brought_back(connection, newest) else newest.state
    line = Text(words.say("suspension.of_case", number=newest.number, state=words.say(f"suspension.short.{state}")))
    lines = (line, *closing_lines(connection, words, found))
    return StopParts((Section(title=words.say("suspension.heading"), lines=lines),), tuple(buttons))


def _status(connection: Connection, words: Words, found: Suspension, today: date) -> str:
    if found.state is State.PROPOSED:
        return _waiting(connection, words, found, today)
    if is_brought_back(connection, found):
        return words.say("suspension.state.restored")
    params: dict[str, object] = {"person": actor_name(connection, words, found.ended_by)}
    if found.cooling_until is not None:
        params["until"] = found.cooling_until
    if found.state is State.VOIDED or (found.state is State.EXPIRED and found.end_reason):
        return words.say(f"suspension.{found.state}.{found.end_reason or 'facts_changed'}")
    if found.state is State.STOPPED and found.end_reason == "halted":
        return words.say("suspension.stopped.halted")
    if found.state is State.LOOKING:
        return _looking(words, found)
    return ended_status(connection, words, found, **params)


def _looking(words: Words, found: Suspension) -> str:
    if is_held(found):
        return words.say("suspension.state.held", why=words.say(f"because.{found.missing[0]['why']}"))
    return words.say("suspension.state.looking" if found.missing else "suspension.state.executing")


def _waiting(connection: Connection, words: Words, found: Suspension, today: date) -> str:
    if found.is_to_revise:
        return words.say("suspension.state.to_revise", person=answerer(connection, words, found))
    stops = stops_of(found, policy_called(connection, found.listed["policy"]), today)
    return blocked(connection, words, found, stops[0]) if stops else words.say("suspension.state.proposed")


def _facts(connection: Connection, words: Words, found: Suspension, of: Case) -> tuple[Fact, ...]:
    listed = found.listed
    heard = Moment(datetime.fromisoformat(found.bound["as_of"]["position"]))
    made = [
        Fact(words.say("fact.case"), Text(of.number)),
        *whose_facts(connection, words, of, (one.subscription_id for one in found.items)),
        Fact(words.say("fact.overdue"), Money(int(listed["overdue"]), str(listed["currency"]))),
        Fact(words.say("fact.books_as_of"), heard),
        Fact(words.say("fact.proposed"), (Person(actor_name(connection, words, found.proposed_by)), Moment(found.proposed_at))),
        Fact(words.say("fact.reason"), Text(reason_of(words, found), quoted=True)),
        Fact(words.say("fact.notices"), _notices(words, found)),
        Fact(words.say("fact.mode"), Text(words.say(f"suspension.mode.{'' if found.is_open else 'ended.'}{listed['mode']}"))),
    ]
    made += [_vote(connection, words, v.staff_id, v.verdict, v.at) for v in votes_of(connection, found)]
    if found.state in SAID_BY_A_PERSON and found.end_reason not in ("", "halted"):
        made.append(Fact(words.say("fact.why"), Text(found.end_reason, quoted=True)))
    return tuple(made)


def _vote(connection: Connection, words: Words, staff_id: int, verdict: Verdict, at: datetime) -> Fact:
    return Fact(words.say(f"suspension.vote.{verdict}"), (Person(display_name(connection, f"staff:{staff_id}")), Moment(at)))


def _notices(words: Words, found: Suspension) -> Value:
    lines = [
        words.say("suspension.notice", kind=words.say(f"choice.kind.{n['kind']}"), day=Day(date.fromisoformat(n["sent_on"])))
        for n in found.listed["notices"]
    ]
    return Text("; ".join(lines) if lines else words.say("suspension.no_notices"))


def _notes(connection: Connection, words: Words, found: Suspension, of: Case, today: date) -> tuple[Section, ...]:
    """What holds back collecting, what changed since it was shown, and what the last look misses."""
    made = [*not_asked(connection, words, found), *revision(connection, words, found), *standing(connection, words, found, of, today)]
    names = {s.id: s.name for s in subscriptions_of(connection, found.customer_id)}
    changed = [_changed(words, found, names, c) for c in found.bound.get("changed", ())]
    made += since(words, found, names, changed)
    made += held_section(connection, words, found)
    missing = [_missing(words, m) for m in found.missing if m["what"] != "held"]
    if missing:
        made.append(Section(title=words.say("suspension.missing"), lines=tuple(Text(m) for m in missing), tone=Tone.WARNING))
    return tuple(made)


def _changed(words: Words, found: Suspension, names: dict[int, str], change: dict[str, object]) -> str:
    """Which fact, and for amounts, states and seats what it was and what it is."""
    fact = str(change["fact"])
    if fact.startswith("subscription:"):
        _, row, name = fact.split(":")
        label = f"{names.get(int(row), row)}: {words.say(f'suspension.fact.{name}')}"
    else:
        label = words.say(f"suspension.fact.{fact}")
    before, after = (_plain(words, found, fact, change[side]) for side in ("before", "after"))
    return words.say("suspension.change", fact=label, before=before, after=after) if before or after else label


def _plain(words: Words, found: Suspension, fact: str, value: object) -> str:
    if fact in ("overdue", "undisputed") and isinstance(value, int):
        return words.money(value, str(found.listed["currency"]))
    if isinstance(value, str) and fact.endswith((":end_of_term", ":at_term_end")):
        return words.say(f"term.short.{value or 'undecided'}")
    if isinstance(value, str) and fact.endswith(":status"):
        return words.named("subscription.status", value)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _missing(words: Words, missing: object) -> str:
    assert isinstance(missing, dict)  # noqa: S101 (our own row)
    if missing["what"] == "open_amount":
        return words.say("suspension.missing.open_amount", invoice=missing["invoice"])
    as_of, needed = (datetime.fromisoformat(missing[name]) for name in ("as_of", "needed"))
    return words.say(f"suspension.missing.{missing['what']}", as_of=as_of, needed=needed)


def _arithmetic(words: Words, found: Suspension) -> Table:
    """The overdue invoices and their sum: the amount explains itself."""
    currency = str(found.listed["currency"])
    rows: list[tuple[Value, ...]] = [
        (
            Text(i["number"], quoted=True),
            Day(date.fromisoformat(i["due_on"])),
            Money(i["total"], currency),
            _open(words, i["open"], currency),
        )
        for i in found.listed["invoices"]
    ]
    total = (Text(words.say("suspension.sum")), Text(""), Text(""), Money(int(found.listed["overdue"]), currency))
    columns = tuple(words.say(f"column.{name}") for name in ("invoice", "due", "total", "open"))
    return Table(title=words.say("suspension.arithmetic"), columns=columns, rows=(*rows, total), numeric=frozenset({2, 3}))


def _open(words: Words, amount: int | None, currency: str) -> Value:
    return Text(words.say("receivables.not_named")) if amount is None else Money(amount, currency)
