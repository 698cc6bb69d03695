"""The verb that hands over what a suspension can be defended by."""

import secrets
from hashlib import sha256

from core.cases.files import LIFE, OfferFile
from core.chat.actions import Action, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.values import Link, Text
from core.chat.verbs.cases import CASE, case_of
from core.chat.views import Fact, NoteView
from core.engine.errors import Conflict
from core.people.model import Right
from core.suspensions.evidence import evidence

FILE, FORMS = "evidence", ("pdf", "json")


def show_evidence(asked: Asked, given: Given) -> Reply:
    """Two links, each of one use. Raises Conflict for a case that collects nothing, and where the desk does not know its own address."""
    if not asked.public_url:
        raise Conflict("no_public_url")
    with asked.reading() as connection:
        evidence(connection, case_of(given), asked.now)  # refused now rather than behind the link
    tokens = {form: secrets.token_urlsafe(32) for form in FORMS}
    digests = tuple((form, sha256(token.encode()).hexdigest()) for form, token in tokens.items())
    words = asked.words
    asked.do(OfferFile(case_id=case_of(given), file=FILE, digests=digests, locale=words.locale, zone=words.zone))
    links = tuple(
        Fact(form.upper(), Link(words.say(f"evidence.{form}"), f"{asked.public_url}/files/{token}")) for form, token in tokens.items()
    )
    minutes = int(LIFE.total_seconds() // 60)
    return Private(
        NoteView(
            title=words.say("evidence.offered", number=f"C-{case_of(given)}"),
            facts=links,
            footnotes=(Text(words.count("evidence.once", minutes)),),
        )
    )


ACTIONS = (
    Action(
        name="evidence", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=show_evidence, arguments=(CASE,), polish=("dowody",),
        use=Use.RARE, example="evidence {case}",
    ),
)  # fmt: skip
