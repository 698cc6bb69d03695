"""One subscription of a request: what stops, what goes on costing, what is lost, and where its process is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from core.charges.books import left_by
from core.charges.impacts import Effect, Impact, Read, impacts
from core.charges.levers import levers
from core.charges.queries import price_of
from core.chat.showing.books import PRICED, books_lines
from core.chat.showing.handing import handed_lines, way_back_lines
from core.chat.showing.terms import term_facts, term_lines
from core.chat.showing.windows import lever_lines
from core.chat.values import Moment, Text, Value
from core.chat.views import Fact, Section, Tone
from core.chat.words import Words
from core.customers.model import Subscription
from core.customers.queries import customer, subscription, subscriptions_of
from core.suspensions.answers import meaning
from core.suspensions.checking import left_to_set
from core.suspensions.model import NOT_SENT, Item, ItemState, Restore, RestoreState, State, Suspension
from core.suspensions.offering import NOT_FOUND, PAID, REPORTED
from core.suspensions.outside import OUTSIDE
from core.suspensions.queries import resource_of, restores_of
from core.suspensions.rules import by_hand
from core.suspensions.terms.queries import term_end_of

TONES = {
    ItemState.SUSPENDED: Tone.DANGER, ItemState.FAILED: Tone.DANGER, ItemState.UNKNOWN: Tone.DANGER, ItemState.LOOKING: Tone.WARNING,
    ItemState.BY_HAND: Tone.WARNING,
    ItemState.SENDING: Tone.WARNING, ItemState.ACCEPTED: Tone.WARNING, ItemState.VERIFYING: Tone.WARNING,
}  # fmt: skip


def item_section(connection: Connection, words: Words, whole: Suspension, one: Item) -> Section:
    """Its facts, its impact while that matters, its process and its way back."""
    read = subscription(connection, one.subscription_id)
    is_carried = one.is_by_hand and one.state is ItemState.SUSPENDED
    lines: list[Value] = [] if _is_untouched(whole, one) else [Text(words.say(_where(one, is_carried=is_carried)))]
    lines += handed_lines(connection, words, whole, one, read) if one.is_by_hand else []
    lines += [Text(line, quoted=True) for line in _answer(words, whole, one)]
    if whole.is_open:
        lines += [Text(line) for line in impact(connection, words, read, since=max(read.as_of, whole.proposed_at))]
    ways = restores_of(connection, one)
    is_back = any(way.state is RestoreState.RESTORED for way in ways)
    end = term_end_of(connection, read) if whole.is_open or (one.state is ItemState.SUSPENDED and not is_back) else None
    lines += [Text(line) for line in term_lines(words, end, to_come=whole.is_open)] if end else []
    for way in ways:
        lines += _way_back(connection, words, one, way)
        lines += way_back_lines(connection, words, whole, one, way, read) if one.is_by_hand else []
    tone = Tone.NEUTRAL if is_back else TONES.get(one.state, Tone.NEUTRAL)
    facts = (*_facts(words, whole, one, read), *(term_facts(connection, words, end) if end else ()))
    return Section(title=read.name, facts=facts, lines=tuple(lines), tone=tone)


def _is_untouched(whole: Suspension, one: Item) -> bool:
    """Nothing has happened yet, and the request's own state says so: the card begins with what would happen."""
    return one.state is ItemState.WAITING and whole.state in (State.PROPOSED, State.COOLING)


def _where(one: Item, *, is_carried: bool) -> str:
    return "suspension.item.carried" if is_carried else f"suspension.item.{one.state}"


def impact(connection: Connection, words: Words, read: Subscription, *, since: datetime) -> Iterable[str]:
    """What a suspension does, by kind of subscription, and what would cost less; windows that were open at `since`, each with its end,
    as a card stands in its channel for hours and is drawn anew only when something happened."""
    resource = resource_of(connection, read.id)
    yield from impact_lines(connection, words, read, resource)
    found, price = levers(resource, read, since), price_of(connection, read.id)
    if price is None:
        yield from [*lever_lines(words, found)] or [words.say("lever.none")]
        yield from [words.say("books.unknown")] if any(each.way in PRICED for each in found) else []
        return
    left = [(each, left_by(each, price, read, resource, since)) for each in found]
    yield from books_lines(words, left, price)


def impact_lines(connection: Connection, words: Words, read: Subscription, resource: Mapping[str, Any]) -> Iterator[str]:
    """One line each, with the day of its rule. The point of no return is told in the customer's time: they plan by it."""
    whose = customer(connection, read.customer_id)
    addons = tuple(each.name for each in subscriptions_of(connection, whose.id) if each.parent and each.parent == read.external)
    theirs = replace(words, zone=whose.zone)
    for each in impacts(Read(facts=read, resource=resource, addons=addons)):
        yield f"{_effect(words, theirs, each).removesuffix('.')} ({words.say('windows.by_rule', day=words.day(each.dated))})"


def _effect(words: Words, theirs: Words, each: Impact) -> str:
    if each.effect in (Effect.STOPS, Effect.STOPS_ADDON, Effect.STOPS_NOTHING):
        return words.count(f"impact.{each.effect}", each.seats)
    if each.effect is Effect.SCHEDULED:
        changes = ", ".join(words.say(f"impact.change.{what}", value=shown) for what, shown in each.changes)
        return words.say("impact.scheduled", changes=changes)
    return theirs.say(f"impact.{each.effect}", until=each.until or "", names=", ".join(each.names))


def _facts(words: Words, whole: Suspension, one: Item, read: Subscription) -> tuple[Fact, ...]:
    """While it may still be decided or held back: the bound facts, on which the decision stands. From the call on, and once the request
    ended: what was read last, with the moment since when it is so, which stays true however often it is read again."""
    heard: datetime | None
    is_bound = whole.is_open and one.state in NOT_SENT
    if is_bound:
        listed, moment = whole.listed, whole.bound["as_of"].get(f"subscription:{read.id}")
        status, seats, ends = (listed[f"subscription:{read.id}:{name}"] for name in ("status", "quantity", "term_end"))
        term_end, heard = (datetime.fromisoformat(text) if text else None for text in (ends, moment))
    else:
        status, seats, term_end, heard = read.status, read.quantity, read.term_end_at, read.since_at or read.as_of
    named = Text(words.named("subscription.status", str(status)), quoted=True)
    made = [Fact(words.say("fact.status"), named), Fact(words.say("fact.seats"), Text(str(seats)))]
    moments = (("fact.term_end", term_end), ("fact.read_at" if is_bound else "fact.unchanged_since", heard))
    return (*made, *(Fact(words.say(name), Moment(at)) for name, at in moments if at is not None))


def _answer(words: Words, whole: Suspension, one: Item) -> Iterable[str]:
    """Microsoft's own words where a person must look, what they mean and what to do."""
    code = one.answer.get("code") or ""
    if one.answer.get("until") and one.state is ItemState.LOOKING:
        until = datetime.fromisoformat(one.answer["until"])
        yield words.say("suspension.later", until=until, code=code or "409")
        yield words.say(f"answer.{meaning(code or '409').name}")
        if whole.expires_at is not None and until >= whole.expires_at:
            yield words.say("suspension.later_too_late", until=whole.expires_at)
    if one.state in (ItemState.FAILED, ItemState.UNKNOWN) and (code or one.answer.get("description")):
        yield from _said(words, one.answer)


def _said(words: Words, answer: Mapping[str, Any]) -> Iterable[str]:
    yield words.say("suspension.answered", code=answer.get("code", ""), description=answer.get("description", ""))
    yield words.say(f"answer.{meaning(answer.get('code')).name}")


def _way_back(connection: Connection, words: Words, one: Item, way: Restore) -> list[Value]:
    because = way.answer.get("because", "")
    is_report = way.state is RestoreState.PROPOSED and because == REPORTED
    is_carried = way.state is RestoreState.RESTORED and "reference" in way.answer
    state = "reported" if is_report else "carried" if is_carried else way.state
    lines: list[Value] = [Text(words.say(f"restore.state.{state}"))]
    if not way.reason and way.state is not RestoreState.PROPOSED and because in (PAID, NOT_FOUND, OUTSIDE):
        lines.append(Text(words.say(f"restore.by_{because}")))
    if way.reason and way.state is not RestoreState.PROPOSED:
        lines.append(Text(words.say("restore.reason", reason=way.reason), quoted=True))
    if way.state is RestoreState.SENDING and way.answer.get("until"):
        lines.append(Text(words.say("restore.again", until=datetime.fromisoformat(way.answer["until"]))))
    if way.state is RestoreState.FAILED or (way.state is RestoreState.SENDING and way.answer.get("code")):
        lines += [Text(line, quoted=True) for line in _said(words, way.answer)]
    if way.state is RestoreState.RESTORED and not is_carried:
        lines += _handwork(connection, words, one, way)
    return lines


def _handwork(connection: Connection, words: Words, one: Item, way: Restore) -> list[Value]:
    """What resuming did not bring back: what is left to be set, and what was set and read back."""
    lost, left = by_hand(one.snapshot, way.answer.get("after") or {}), left_to_set(connection, one, way)
    lines: list[Value] = [Text(words.say(f"restore.by_hand.{name}")) for name in left]
    lines += [Text(words.say(f"restore.read_back.{name}")) for name in lost if name not in left]
    return lines if left else [*lines, Text(words.say("restore.nothing_by_hand"))]
