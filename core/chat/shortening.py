"""Texts and lists that are cut say so, in the reader's words, with where the whole is."""

from collections.abc import Sequence

from core.chat.words import Words


def shortened(words: Words, text: str, limit: int, where: str = "") -> str:
    """The text, of which at most `limit` characters are shown; `where`: a phrase that says what shows the whole."""
    if len(text) <= limit:
        return text
    return text[:limit].rstrip() + (words.say("shortened.where", where=where) if where else words.say("shortened"))


def listed(words: Words, texts: Sequence[str], most: int) -> str:
    """The first of them in a row, and how many more there are."""
    more = len(texts) - most
    return ", ".join([*texts[:most], *([words.count("list.more", more)] if more > 0 else [])])
