"""What may be pressed about a request to suspend: to decide it, to stop it, to undo it, to ask for it again."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from core.cases.model import Case
from core.chat.showing.attesting import attest_button
from core.chat.showing.closing import closing_buttons
from core.chat.showing.handing import carried_button
from core.chat.showing.holding import lift_button
from core.chat.showing.revising import changes_button, revise_button
from core.chat.views import Button, Confirm, Tone
from core.chat.words import Words
from core.collections.queries import policy_called
from core.customers.queries import customer, subscription
from core.people.model import Member, Right
from core.suspensions.chasing import LEFT
from core.suspensions.checking import open_handwork
from core.suspensions.model import MAYBE_OFF, NOT_SENT, ItemState, RestoreState, State, Suspension
from core.suspensions.queries import items_maybe_off, newest_suspension_of, restores_of
from core.suspensions.revising import may_answer
from core.suspensions.rules import left_over, stops_of

AGAIN = {State.VOIDED, State.EXPIRED, State.STOPPED, State.REFUSED, State.FAILED, State.DRY_RUN}


def request_buttons(
    connection: Connection, words: Words, found: Suspension, of: Case, today: date, reader: Member | None
) -> tuple[Button, ...]:  # fmt: skip
    """Those of a request's card. On a shared one everybody sees them; every command checks the right, the person and the facts again."""
    made: list[Button] = []
    asks_answer = found.is_to_revise or (found.state is State.PROPOSED and found.unseen)
    if asks_answer and (reader is None or (_may(reader, Right.PROPOSE) and may_answer(connection, found, f"staff:{reader.id}"))):
        made.append(revise_button(words, found))
    if found.state is State.PROPOSED:
        made += _deciding(connection, words, found, today, reader)
    if found.is_open and any(one.state in NOT_SENT for one in found.items):
        label = "button.withdraw" if found.state is State.PROPOSED else "button.stop"
        made.append(Button(label=words.say(label), action="stop", subject=found.id, facts=found.facts, tone=Tone.DANGER, form=True))
    made += [*lift_button(words, found, reader), *attest_button(words, found, reader)]
    newest = newest_suspension_of(connection, found.case_id)
    if newest is not None and newest.id == found.id:
        made += restore_buttons(connection, words, found)
        made += closing_buttons(connection, words, of, found.facts, reader)
        made += _going_on(words, found, of, reader)
        if _may_be_asked_again(connection, found) and not of.is_closed and _may(reader, Right.PROPOSE):
            made.append(Button(label=words.say("button.ask_again"), action="ask_again", subject=found.id, facts=found.facts))
    return tuple(made)


def _deciding(connection: Connection, words: Words, found: Suspension, today: date, reader: Member | None) -> Iterable[Button]:
    """Yes, unless something has to happen before it; what a person does about a term's end; something else first; no."""
    stops = stops_of(found, policy_called(connection, found.listed["policy"]), today)
    if not (found.is_to_revise or stops) and _may(reader, Right.DECIDE):
        yield _approve(connection, words, found)
    if "term_end" in stops and _may(reader, Right.PROPOSE):
        yield Button(label=words.say("button.term"), action="term", subject=found.case_id, facts=found.facts, form=True)
    if _may(reader, Right.DECIDE):
        if not found.is_to_revise:
            yield changes_button(words, found)
        yield Button(label=words.say("button.refuse"), action="refuse", subject=found.id, facts=found.facts, form=True)


def _going_on(words: Words, found: Suspension, of: Case, reader: Member | None) -> Iterable[Button]:
    """What Partner Center refused or left unknown may be taken up again, while the approval is good: when pressed, that is looked at."""
    if left_over(found) and not of.is_closed and _may(reader, Right.PROPOSE):
        yield Button(label=words.say("button.carry_on"), action="carry_on", subject=found.id, facts=found.facts)


def _may_be_asked_again(connection: Connection, found: Suspension) -> bool:
    """What ended without being switched off; of what was partly carried out, whatever is on."""
    if found.state in AGAIN:
        return True
    parts = [one for one in found.items if one.state not in MAYBE_OFF or one.state is ItemState.UNKNOWN]
    return not found.is_open and any(subscription(connection, one.subscription_id).status == "active" for one in parts)


def _may(reader: Member | None, right: Right) -> bool:
    return reader is None or right in reader.rights


def _approve(connection: Connection, words: Words, found: Suspension) -> Button:
    name = customer(connection, found.customer_id).name
    mode = words.say(f"suspension.mode.{found.listed['mode']}")
    confirm = Confirm(
        title=words.say("approve.confirm.title"), yes=words.say("button.approve"), no=words.say("form.cancel"),
        text=words.count("approve.confirm.text", len(found.items), customer=name, mode=mode),
    )  # fmt: skip
    return Button(
        label=words.say("button.approve"), action="approve", subject=found.id, facts=found.facts, tone=Tone.GOOD, confirm=confirm
    )  # fmt: skip


def restore_buttons(connection: Connection, words: Words, found: Suspension) -> list[Button]:
    """How what is off, or may be, is switched on again: on the request's card and on its case's."""
    off = [one for one in items_maybe_off(connection, case_id=found.case_id) if one.state is not ItemState.SENDING]
    ways = [next(reversed(restores_of(connection, one)), None) for one in off]
    made: list[Button] = carried_button(words, found, ways)
    if any(way is not None and way.state is RestoreState.PROPOSED for way in ways):
        confirm = Confirm(
            title=words.say("restore.confirm.title"), text=words.say("restore.confirm.text"), yes=words.say("button.restore_paid"),
            no=words.say("form.cancel"),
        )  # fmt: skip
        label = words.say("button.restore_paid")
        made += [Button(label=label, action="restore_paid", subject=found.case_id, facts=found.facts, tone=Tone.GOOD, confirm=confirm)]
    elif any(way is None or way.done_at is not None for way in ways):
        made += [Button(label=words.say("button.restore"), action="restore", subject=found.case_id, facts=found.facts, form=True)]
    if any(way is not None and way.state in LEFT for way in ways):
        label = words.say("button.leave_off")
        made.append(Button(label=label, action="leave_off", subject=found.case_id, facts=found.facts, form=True, rare=True))
    if next(open_handwork(connection, found.case_id), None) is not None:
        made.append(Button(label=words.say("button.checked"), action="checked", subject=found.case_id, facts=found.facts))
    return made
