"""Wanting somebody to be told something privately: a row; what it says is looked up when it is sent."""

from core.engine import outbox
from core.engine.transaction import Tx

TELL = "chat.tell"
SAY = "chat.say"


def tell(tx: Tx, staff_id: int, say: str, *, case_id: int | None = None, **params: object) -> None:
    """Tell a member, in whichever chats they are reached. `say` is a key of the catalogue; params ending in `_at` are ISO moments."""
    ids = {"staff_id": staff_id, "say": say, "params": params} | ({"case_id": case_id} if case_id else {})
    outbox.enqueue(tx, TELL, ids, lane=f"staff:{staff_id}")


def say_in(tx: Tx, conversation_id: int, say: str, *, case_id: int | None = None, **params: object) -> None:
    """Say something in a conversation, for a group of which nobody in particular must act."""
    ids = {"conversation_id": conversation_id, "say": say, "params": params} | ({"case_id": case_id} if case_id else {})
    outbox.enqueue(tx, SAY, ids, lane=f"conversation:{conversation_id}")
