"""How a verb hands over a file: links of one use, made for this reader, whose digests alone are kept."""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import TypedDict

from core.cases.files import LIFE
from core.chat.asking import Asked
from core.chat.values import Link, Text
from core.chat.views import Fact
from core.chat.words import Words
from core.engine.errors import Conflict


class Offered(TypedDict):
    """What a command that offers a file takes."""

    file: str
    digests: tuple[tuple[str, str], ...]  # form, digest
    locale: str
    zone: str


def hand_over(asked: Asked, file: str, forms: Sequence[str]) -> tuple[tuple[Fact, ...], Offered]:
    """A link for each form, called `<file>.<form>`, and what is kept. Raises Conflict where the desk knows no address of its own."""
    if not asked.public_url:
        raise Conflict("no_public_url")
    words = asked.words
    tokens = {form: secrets.token_urlsafe(32) for form in forms}
    digests = tuple((form, sha256(token.encode()).hexdigest()) for form, token in tokens.items())
    links = tuple(
        Fact(form.upper(), Link(words.say(f"{file}.{form}"), f"{asked.public_url}/files/{token}")) for form, token in tokens.items()
    )
    return links, {"file": file, "digests": digests, "locale": words.locale, "zone": words.zone}


def good_once(words: Words) -> Text:
    """How long they are good for."""
    return Text(words.count("evidence.once", int(LIFE.total_seconds() // 60)))
