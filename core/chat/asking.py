"""What a verb's answer is given: who asks, in which words, and the door."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from core.desk import Desk
from core.engine.handling import Command, Outcome
from core.engine.transaction import Actor
from core.people.model import Member, Right

from .requests import ChatRequest
from .words import Words


class Snapshot(ExitStack):
    """One reading for a whole gesture, so that who asks and what they see are of the same moment.

    It begins when something is read, and ends before anything is done: what is read after that is what came of it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        """The open reading."""
        if self._connection is None:
            self._connection = self.enter_context(self._desk.reading())
        return self._connection

    def end(self) -> None:
        """What is read next is newer."""
        self._connection = None
        self.close()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One gesture of one known member. Nothing is done while something read by `reading` is still being looked at.

    `public_url` is where browsers reach the desk, "" where nobody said.
    """

    desk: Desk
    snapshot: Snapshot
    member: Member
    request: ChatRequest
    words: Words
    now: datetime
    public_url: str = ""

    @property
    def actor(self) -> Actor:
        """The member, through this face."""
        return Actor(f"staff:{self.member.id}", self.request.face)

    def do(self, command: Command) -> Outcome:
        """Carry a command out under this gesture's key. Raises DeskError."""
        self.snapshot.end()
        return self.desk.do(command, self.actor, self.now, key=self.request.key or None)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent read: the gesture's own."""
        yield self.snapshot.connection()

    def may(self, right: Right) -> bool:
        """Whether this member holds the right now."""
        return right in self.member.rights
