"""A chat's port whose calls are counted: which, how long, and how each ended."""

from functools import partial
from typing import Protocol

from app.metrics import Meter
from core.chat.ports import ChatPort, HomePort, Place, Recipient
from core.chat.views import View
from core.chat.words import Words


class WatchedPort:
    """A chat whose calls are counted."""

    def __init__(self, port: ChatPort, meter: Meter, face: str) -> None:
        self._port, self._call = port, partial(meter.call, face)
        self.updates_silently = port.updates_silently

    def post(self, place: Place, view: View, words: Words) -> str:
        """As the chat does."""
        with self._call("post"):
            return self._port.post(place, view, words)

    def update(self, place: Place, reference: str, view: View, words: Words) -> None:
        """As the chat does."""
        with self._call("update"):
            self._port.update(place, reference, view, words)

    def tell(self, recipient: Recipient, view: View, words: Words) -> str:
        """As the chat does."""
        with self._call("tell"):
            return self._port.tell(recipient, view, words)

    def delete(self, place: Place, reference: str) -> None:
        """As the chat does."""
        with self._call("delete"):
            self._port.delete(place, reference)


class PortWithHome(ChatPort, HomePort, Protocol):
    """A chat in which everybody has a page of the desk's own."""


class WatchedHomePort(WatchedPort):
    """The same for a chat with homes."""

    def __init__(self, port: PortWithHome, meter: Meter, face: str) -> None:
        super().__init__(port, meter, face)
        self._homes = port

    def publish(self, user: str, workspace: str, view: View, words: Words) -> None:
        """As the chat does."""
        with self._call("publish"):
            self._homes.publish(user, workspace, view, words)
