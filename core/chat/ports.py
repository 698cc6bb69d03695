"""What the desk asks of a chat: post, update, tell privately, delete. Anything it answers is a reference of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from core.engine.errors import DeliveryError

from .views import View
from .words import Words


@dataclass(frozen=True, kw_only=True)
class Place:
    """A conversation as its face reaches it."""

    workspace: str
    conversation: str
    address: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A person as a face reaches them privately."""

    workspace: str
    user: str
    address: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a chat's own profile says of somebody; "" for what it does not, or not at once."""

    locale: str = ""
    zone: str = ""


ProfileOf = Callable[[str, str], Profile]  # of a workspace and a user there; it never raises, and never takes longer than a glance


class MessageGone(DeliveryError):
    """The message was deleted in the chat: post it anew."""


class ContentRefused(DeliveryError):
    """The chat takes messages there, but not this one: say it more plainly. A fault of ours; operators should hear of it."""


class TokenRefused(DeliveryError):
    """The chat does not take our own token: the app was uninstalled, or a secret ran out. Operators must act."""


class NeverHeardFrom(DeliveryError):
    """The chat cannot be reached there until the app is installed: wait, or go another way."""


class ChatPort(Protocol):
    """A face, seen from the sweeps. Every method raises DeliveryError; `permanent` means that the place or message is gone.

    `updates_silently`: whether the chat is known to notify nobody of a mention in a message that is brought up to date.
    """

    updates_silently: bool

    def post(self, place: Place, view: View, words: Words) -> str:
        """Post a new card; returns the message's reference."""

    def update(self, place: Place, reference: str, view: View, words: Words) -> None:
        """Bring a posted card up to date. Raises MessageGone when it was deleted in the chat."""

    def tell(self, recipient: Recipient, view: View, words: Words) -> str:
        """Tell one person privately; returns the message's reference."""

    def delete(self, place: Place, reference: str) -> None:
        """Take a message back; one that is gone already is fine."""


@runtime_checkable
class HomePort(Protocol):
    """A chat in which everybody has a page of the desk's own."""

    def publish(self, user: str, workspace: str, view: View, words: Words) -> None:
        """Show the view there, in place of what it showed. Raises DeliveryError."""
