"""Wanting somebody to be told something: a row; what it says is looked up when it is sent. Params ending in `_at` are ISO moments."""

from core.engine import outbox
from core.engine.outbox import Order
from core.engine.transaction import Tx

TELL = "chat.tell"
SAY = "chat.say"


def tell(tx: Tx, staff_id: int, say: str, *, case_id: int | None = None, **params: object) -> None:
    """Tell a member privately, in whichever chats they are reached. `say` is a key of the catalogue."""
    outbox.enqueue_all(tx, [to_person(staff_id, say, case_id=case_id, **params)])


def to_person(staff_id: int, say: str, *, case_id: int | None = None, **params: object) -> Order:
    """The row that tells a member privately."""
    return Order(TELL, {"staff_id": staff_id, **_said(say, case_id, params)}, f"staff:{staff_id}")


def to_place(conversation_id: int, say: str, *, case_id: int | None = None, **params: object) -> Order:
    """The row that says something in a conversation: to a group, when nobody in particular must act."""
    return Order(SAY, {"conversation_id": conversation_id, **_said(say, case_id, params)}, f"conversation:{conversation_id}")


def _said(say: str, case_id: int | None, params: dict[str, object]) -> dict[str, object]:
    return {"say": say, "params": params} | ({"case_id": case_id} if case_id else {})
