"""What a view says in one paragraph, where a chat does not take the whole of it."""

from core.chat.views import View
from core.chat.words import Words


def plainly(view: View, words: Words) -> str:
    """Title and status, and that the rest is missing: shortened visibly. No buttons: what cannot be read is not decided on."""
    return ". ".join(part for part in (view.title, view.status, words.say("card.refused")) if part)
