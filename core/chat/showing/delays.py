"""What a limit holds back: copies that still show an older state, said to whoever looks at the case or the request.

Never on a card for everybody: it would have to be taken off again everywhere, with more calls, just when a chat asks for fewer.
"""

from core.chat.values import Text
from core.chat.views import Fact
from core.chat.words import Words
from core.engine.cards import HeldBack


def delays(words: Words, behind: HeldBack | None) -> tuple[Fact, ...]:
    """A fact when copies of a card lag behind, else nothing."""
    if behind is None:
        return ()
    return (Fact(words.say("fact.delayed"), Text(words.count("card.behind", behind.copies, at=behind.until))),)
