"""What a face says to the desk, and what the desk answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .forms import Form
from .views import View
from .words import Words


class Gesture(StrEnum):
    """How the person asked."""

    TYPED = "typed"
    CLICK = "click"
    OPEN_FORM = "open_form"
    SUBMIT = "submit"
    STEP = "step"  # sent in, unless its answer asks for more
    CHANGE = "change"  # a field was answered on which others of the same form depend


WRITTEN = ("workspace", "user", "key", "conversation", "locale", "zone", "text", "action")


@dataclass(frozen=True, kw_only=True)
class ChatRequest:
    """One gesture, already verified by its face. `user` in `workspace` is who the platform vouches for; everything else is a claim.

    `outsider`: a guest or a person of a shared channel. `private`: nobody else reads this conversation. `key`: the gesture's own
    id, so that the same gesture delivered twice has one effect. `seen`: of a form, the fields that were shown, None where nothing says so;
    `put_by`: what was typed into others before they went.
    """

    face: str
    workspace: str
    user: str
    key: str
    gesture: Gesture
    conversation: str = ""
    private: bool = False
    outsider: bool = False
    locale: str = ""
    zone: str = ""
    text: str = ""
    action: str = ""
    subject: int = 0
    facts: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)
    seen: frozenset[str] | None = None
    put_by: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whatever a client sent becomes text that both stores can hold."""
        for name in WRITTEN:
            object.__setattr__(self, name, storable(getattr(self, name)))
        for name in ("values", "address", "put_by"):
            object.__setattr__(self, name, {key: storable(text) for key, text in getattr(self, name).items()})


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and with lone halves of surrogate pairs, which have no UTF-8, replaced."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.replace("\0", "").encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class Card:
    """The clicked card's new truth; only the face that can answer a click with a card uses it, all copies follow anyway."""

    view: View


@dataclass(frozen=True)
class Private:
    """For this person's eyes only."""

    view: View


@dataclass(frozen=True)
class Open:
    """A form to fill in."""

    form: Form


@dataclass(frozen=True)
class Refused:
    """Nothing was done. `form` holds the errors beside the fields when a form was refused for them."""

    view: View
    form: Form | None = None


@dataclass(frozen=True)
class Done:
    """Done; there is nothing to say that the card does not show."""


@dataclass(frozen=True)
class Nothing:
    """Guests and strangers: no answer that would tell them anything."""


Reply = Card | Private | Open | Refused | Done | Nothing


def in_place(request: ChatRequest, view: View) -> Reply:
    """A press on a button turns the page where it is; who typed is answered privately."""
    return Card(view) if request.gesture is Gesture.CLICK else Private(view)


@dataclass(frozen=True)
class Answered:
    """What came of a gesture, and the words in which its person reads: for what a face itself must say."""

    reply: Reply
    words: Words
