"""What of a request a person carries out: what to ask of whom, and what they recorded, with its proof."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from core.chat.showing.people import actor_name
from core.chat.values import Text, Value
from core.chat.views import Button
from core.chat.words import Words
from core.customers.model import Subscription
from core.suspensions.model import Item, ItemState, Restore, RestoreState, State, Suspension
from core.suspensions.ports import Wanted

TO_DO = (RestoreState.PROPOSED, RestoreState.BY_HAND)


def handed_status(words: Words, found: Suspension) -> str:
    """Where a request stands that a person carries out; "" for any other."""
    handed = [one for one in found.items if one.is_by_hand]
    if any(one.state is ItemState.BY_HAND for one in handed):
        return words.say("suspension.state.by_hand", provider=handed[0].answer["provider"])
    return words.say("suspension.state.carried") if handed and found.state is State.SUSPENDED else ""


def handed_lines(connection: Connection, words: Words, whole: Suspension, one: Item, read: Subscription) -> list[Value]:
    """While it waits, the runbook; once recorded, who says so, the provider's reference, and whether it was read back."""
    if one.state is ItemState.BY_HAND:
        return _ask(words, "off", whole, one, read)
    if one.state is not ItemState.SUSPENDED:
        return [Text(words.say("by_hand.called_off", provider=one.answer["provider"]), quoted=True)]
    is_read = read.status == Wanted.SUSPENDED and one.done_at is not None and read.as_of >= one.done_at
    back = words.say("by_hand.read_back", as_of=read.as_of) if is_read else words.say("by_hand.not_read_back")
    return [Text(recorded(connection, words, one.answer, one.answer["provider"]), quoted=True), Text(back)]


def way_back_lines(connection: Connection, words: Words, whole: Suspension, one: Item, way: Restore, read: Subscription) -> list[Value]:
    """Likewise of the way back; what resuming does not bring back is the provider's to say where nothing can be read."""
    if way.state in TO_DO:
        return _ask(words, "on", whole, one, read)
    if way.state is not RestoreState.RESTORED or "reference" not in way.answer:
        return []
    said = recorded(connection, words, way.answer, one.answer["provider"])
    return [Text(said, quoted=True), Text(words.say("by_hand.what_is_lost"))]


def recorded(connection: Connection, words: Words, answer: Mapping[str, Any], provider: str) -> str:
    """Who recorded it, when it was done, by whom, and the reference."""
    told = {"person": actor_name(connection, words, answer["recorded_by"]), "at": datetime.fromisoformat(answer["carried_at"])}
    who = answer["who"] or provider
    return words.say("by_hand.recorded", **told, who=who, provider=provider, reference=answer["reference"])


def carried_button(words: Words, found: Suspension, ways: list[Restore | None]) -> list[Button]:
    """Where something waits to be recorded."""
    is_due = any(one.state is ItemState.BY_HAND for one in found.items)
    is_due = is_due or (any(one.is_by_hand for one in found.items) and any(way is not None and way.state in TO_DO for way in ways))
    label = words.say("button.carried")
    return [Button(label=label, action="carried", subject=found.case_id, facts=found.facts, form=True)] if is_due else []


def _ask(words: Words, way: str, whole: Suspension, one: Item, read: Subscription) -> list[Value]:
    said = {
        "provider": one.answer["provider"], "name": read.name, "subscription": read.external, "tenant": read.tenant,
        "n": read.quantity, "number": whole.number, "case": f"C-{whole.case_id}",
    }  # fmt: skip
    steps = (f"by_hand.ask_{way}", "by_hand.name_it", "by_hand.keep_reference")
    lines: list[Value] = [Text(f"{place}. {words.say(step, **said)}", quoted=True) for place, step in enumerate(steps, 1)]
    if way == "off" and whole.expires_at is not None:
        lines.append(Text(words.say("by_hand.until", until=whole.expires_at)))
    return lines
