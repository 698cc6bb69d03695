"""What follows from events about people: who must hear of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.transaction import Tx

from .events import IdentityLinked, LinkCodeMade, LinkCodeMistyped, RolesSet
from .queries import display_name, identities_of
from .telling import tell

Reaction = Callable[[Tx, Any], Iterable[Command]]


def tell_of_code(tx: Tx, event: LinkCodeMade) -> Iterable[Command]:
    """Who is reached already hears that somebody else made a code for them."""
    if event.by != f"staff:{event.staff_id}" and identities_of(tx.connection, event.staff_id):
        tell(tx, event.staff_id, "tell.link_code_made", by=display_name(tx.connection, event.by))
    return ()


def tell_of_wrong_tries(tx: Tx, event: LinkCodeMistyped) -> Iterable[Command]:
    """Somebody guessed until the code died."""
    if not event.left and identities_of(tx.connection, event.staff_id):
        tell(tx, event.staff_id, "tell.link_code_died")
    return ()


def tell_both_chats(tx: Tx, event: IdentityLinked) -> Iterable[Command]:
    """In every chat of the member's, the new one among them."""
    tell(tx, event.staff_id, "tell.linked", chat=event.face.capitalize())
    return ()


def tell_of_roles(tx: Tx, event: RolesSet) -> Iterable[Command]:
    """Whoever may do more or less from now on hears it, unless they did it themselves."""
    if event.by != f"staff:{event.staff_id}" and identities_of(tx.connection, event.staff_id):
        tell(tx, event.staff_id, "tell.roles", by=display_name(tx.connection, event.by), roles=", ".join(event.roles))
    return ()


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    LinkCodeMade: (tell_of_code,),
    LinkCodeMistyped: (tell_of_wrong_tries,),
    IdentityLinked: (tell_both_chats,),
    RolesSet: (tell_of_roles,),
}
