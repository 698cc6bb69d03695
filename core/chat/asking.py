"""What a verb's answer is given: who asks, in which words, and the door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from core.desk import Desk
from core.engine.handling import Command, Outcome
from core.engine.transaction import Actor
from core.people.model import Member, Right

from .requests import ChatRequest
from .words import Words


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One gesture of one known member."""

    desk: Desk
    member: Member
    request: ChatRequest
    words: Words
    now: datetime

    @property
    def actor(self) -> Actor:
        """The member, through this face."""
        return Actor(f"staff:{self.member.id}", self.request.face)

    def do(self, command: Command) -> Outcome:
        """Carry a command out under this gesture's key. Raises DeskError."""
        return self.desk.do(command, self.actor, self.now, key=self.request.key or None)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent read."""
        with self.desk.reading() as connection:
            yield connection

    def may(self, right: Right) -> bool:
        """Whether this member holds the right now."""
        return right in self.member.rights
