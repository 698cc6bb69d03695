"""Wanting somebody to be told something: a row; what it says is looked up when it is sent. Params ending in `_at` are ISO moments,
in `_on` ISO days.

What a person is told goes through their preferences: it leaves at once, waits for the end of their quiet hours or for the morning's
digest, or is not said at all. What a group is told in its conversation is not held by anybody.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from core.engine import outbox, timers
from core.engine.db.bulk import insert_all
from core.engine.db.tables.people import held_messages
from core.engine.outbox import Order
from core.engine.transaction import Tx

from .preferences import QUIET, preferences_of
from .reminders import RULES, Way, kind_of

TELL = "chat.tell"
SAY = "chat.say"
QUIET_ENDS = "quiet.ends"  # the timer's kind
AT_ONCE, NEVER = "at_once", "never"


def tell(tx: Tx, staff_id: int, say: str, *, case_id: int | None = None, **params: object) -> None:
    """Tell a member privately, in whichever chats they are reached. `say` is a key of the catalogue."""
    tell_all(tx, [to_person(staff_id, say, case_id=case_id, **params)])


def tell_all(tx: Tx, orders: Sequence[Order]) -> None:
    """Tell people and conversations, each person as they prefer."""
    Telling(tx, orders).write(tx)


def hold(tx: Tx, held: Sequence[tuple[Order, str]]) -> None:
    """Keep private messages for later, each with what it waits for."""
    rows = [{"staff_id": order.ids["staff_id"], "until": until, "said": order.ids} for order, until in held]
    insert_all(tx.connection, held_messages, rows, held_at=tx.now)


def to_person(staff_id: int, say: str, *, case_id: int | None = None, **params: object) -> Order:
    """The row that tells a member privately."""
    return Order(TELL, {"staff_id": staff_id, **_said(say, case_id, params)}, f"staff:{staff_id}")


def to_place(conversation_id: int, say: str, *, case_id: int | None = None, **params: object) -> Order:
    """The row that says something in a conversation: to a group, when nobody in particular must act."""
    return Order(SAY, {"conversation_id": conversation_id, **_said(say, case_id, params)}, f"conversation:{conversation_id}")


def asking(order: Order, staff_ids: Collection[int]) -> Order:
    """The same said in a conversation, with those who must act: they are mentioned there."""
    return replace(order, ids={**order.ids, "asked": sorted(staff_ids)}) if staff_ids else order


class Telling:
    """Who is told, and when each may be: read once for all of them, then written. Who sleeps is reckoned once for each.

    `told`: those orders that are told, now or later; not what the person switched off.
    """

    def __init__(self, tx: Tx, orders: Sequence[Order]) -> None:
        asked = {int(order.ids["staff_id"]) for order in orders if _is_choice(order)}
        self._wanted = preferences_of(tx.connection, asked) if asked else {}
        self._quiet = {staff_id: whose.day.quiet_until(tx.now) for staff_id, whose in self._wanted.items()}
        self._ways = [(order, self._until(order)) for order in orders]
        self.told = [order for order, until in self._ways if until != NEVER]

    def write(self, tx: Tx) -> None:
        """What is told now as rows of the outbox; what is told later with what it waits for."""
        outbox.enqueue_all(tx, [order for order, until in self._ways if until == AT_ONCE])
        hold(tx, [(order, until) for order, until in self._ways if until in (QUIET, Way.DIGEST)])
        for staff_id in {order.ids["staff_id"] for order, until in self._ways if until == QUIET}:
            timers.schedule(tx, QUIET_ENDS, f"staff:{staff_id}", due_at=self._quiet[staff_id] or tx.now, rule=QUIET_ENDS)

    def _until(self, order: Order) -> str:
        """What it waits for; AT_ONCE, or NEVER for what the person switched off."""
        kind, whose = kind_of(order.ids["say"]), self._wanted.get(order.ids.get("staff_id", 0))
        if kind is None or whose is None or not _is_choice(order):
            return AT_ONCE
        way = whose.way(kind)
        if way is Way.NOW:
            return AT_ONCE if self._quiet[whose.staff_id] is None else QUIET
        return way.value if way is Way.DIGEST else NEVER


def _is_choice(order: Order) -> bool:
    """Whether a person's preferences or quiet hours have a say in it."""
    kind = kind_of(order.ids["say"]) if order.kind == TELL else None
    return kind is not None and not RULES[kind].wakes


def _said(say: str, case_id: int | None, params: dict[str, object]) -> dict[str, object]:
    return {"say": say, "params": params} | ({"case_id": case_id} if case_id else {})
