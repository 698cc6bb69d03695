"""Every letter that was handed over, as it came."""

import email
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default


@dataclass
class Letter:
    """One letter. `envelope` are the parameters beside the addresses: ENVID, NOTIFY …; `happened` what was done with it since."""

    id: int
    sender: str
    recipient: str
    raw: bytes
    envelope: dict[str, str]
    at: datetime
    happened: list[str] = field(default_factory=list)

    @property
    def message(self) -> EmailMessage:
        """Taken apart, as a mail program would."""
        made = email.message_from_bytes(self.raw, policy=default)
        if not isinstance(made, EmailMessage):
            raise TypeError("the default policy makes EmailMessages")
        return made

    @property
    def subject(self) -> str:
        """As shown."""
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """Its plain text."""
        body = self.message.get_body(("plain",))
        return "" if body is None else str(body.get_content()).replace("\r\n", "\n")


class Box:
    """All letters, in the order they came."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._lock = threading.Lock()

    def add(self, sender: str, recipients: list[str], raw: bytes, envelope: dict[str, str]) -> None:
        """Keep it for each of those it is to."""
        with self._lock:
            for recipient in recipients:
                self.letters.append(Letter(len(self.letters) + 1, sender, recipient, raw, envelope, datetime.now(UTC)))

    def letter(self, number: int) -> Letter | None:
        """By its number."""
        return next((letter for letter in self.letters if letter.id == number), None)
