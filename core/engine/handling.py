"""How a capability offers its commands to the door: a function per command, and the roots it locks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import Connection

from .journal import Event
from .transaction import Tx


class Command:
    """Something somebody wants done. `needs` names the right it takes; `facts` is what the person saw, only ever compared."""

    needs: ClassVar[str]


@dataclass(frozen=True)
class Handler:
    """`run` changes rows and returns what happened, doing no I/O but the database's. `locks` names the roots to lock first."""

    run: Callable[[Tx, Any], Iterable[Event]]
    locks: Callable[[Connection, Any], Iterable[str]] = lambda _connection, _command: ()


Handlers = Mapping[type[Command], Handler]


@dataclass(frozen=True)
class Outcome:
    """What a command came to: the first event's name and the rows it happened to. `repeated`: the key had been used before."""

    kind: str
    ids: dict[str, int] = field(default_factory=dict)
    repeated: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is stored under its gesture's key."""
        return {"kind": self.kind, "ids": self.ids}
