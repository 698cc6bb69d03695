"""How a request that was sent ended, in one line: what is off now, how much of it, and what should bring it back comes before all else."""

from sqlalchemy import Connection

from core.chat.showing.handing import handed_status
from core.chat.words import Words
from core.suspensions.model import OPEN_RESTORES, ItemState, RestoreState, State, Suspension
from core.suspensions.offering import REPORTED
from core.suspensions.queries import items_maybe_off, restores_of


def ended_status(connection: Connection, words: Words, found: Suspension, **params: object) -> str:
    """Its state with `params` in it; while a payment waits for somebody to restore, or a restore is under way, that too."""
    said = handed_status(words, found) or _in_part(connection, words, found) or words.say(f"suspension.state.{found.state}", **params)
    back = _back(connection, found)
    return words.say("suspension.state.with_back", state=said, back=words.say(f"suspension.back.{back}")) if back else said


def _in_part(connection: Connection, words: Words, found: Suspension) -> str:
    """Partner Center refused some of a set, and the rest is off."""
    off = sum(
        one.suspension_id == found.id and one.state is ItemState.SUSPENDED for one in items_maybe_off(connection, case_id=found.case_id)
    )
    return words.say("suspension.state.in_part", off=off, all=len(found.items)) if found.state is State.FAILED and off else ""


def _back(connection: Connection, found: Suspension) -> str:
    """`paid`, `reported` or `under_way`; "" while nothing brings anything back."""
    if found.state not in (State.SUSPENDED, State.FAILED, State.UNKNOWN):
        return ""
    open_ways = [way for one in found.items for way in restores_of(connection, one) if way.state in OPEN_RESTORES]
    proposed = [way for way in open_ways if way.state is RestoreState.PROPOSED]
    if proposed:
        return "reported" if proposed[-1].answer.get("because") == REPORTED else "paid"
    return "under_way" if open_ways else ""
