"""What the doctor found, thing by thing: its sentence says what is wrong and how it is mended (`doctor.<kind>` in the catalogue)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.engine.errors import DeliveryError

from .ports import ChatPort, Place
from .views import NoteView
from .words import Words


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    kind: str
    params: Mapping[str, object] = field(default_factory=dict)
    is_well: bool = True

    def said(self, words: Words) -> str:
        """In one line."""
        return words.say(f"doctor.{self.kind}", **self.params)


def wrong(kind: str, **params: object) -> Finding:
    """Something to be mended."""
    return Finding(kind, params, is_well=False)


def well(kind: str, **params: object) -> Finding:
    """Something as it should be."""
    return Finding(kind, params)


def tried(port: ChatPort, place: Place, words: Words, *, chat: str) -> Iterator[Finding]:
    """Send, change and delete a message there. What could not be deleted is said, because it stays."""
    about = {"chat": chat, "place": place.conversation}
    try:
        reference = port.post(place, NoteView(title=words.say("doctor.test")), words)
    except DeliveryError as error:
        yield wrong("message_not_sent", **about, reason=error.reason)
        return
    try:
        port.update(place, reference, NoteView(title=words.say("doctor.test_changed")), words)
    except DeliveryError as error:
        yield wrong("message_not_changed", **about, reason=error.reason)
    try:
        port.delete(place, reference)
    except DeliveryError as error:
        yield wrong("message_not_deleted", **about, reason=error.reason)
    else:
        yield well("message", **about)


def apart(chat: str, seconds: float, *, most: float = 30) -> Finding:
    """Whether our clock and the chat's agree: signatures and tokens are only good for minutes."""
    shown = {"chat": chat, "seconds": round(abs(seconds))}
    return well("clock", **shown) if abs(seconds) <= most else wrong("clock_wrong", **shown)
