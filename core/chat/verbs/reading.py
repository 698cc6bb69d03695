"""Verbs of language and zone: one's own, a channel's for its cards, a customer's for what is sent to it."""

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.locales import AS_THE_CHAT_SAYS, spoken
from core.chat.requests import Private, Reply
from core.chat.values import Text
from core.chat.views import Button, Fact, NoteView
from core.chat.words import LANGUAGES, Words
from core.customers.commands import SetCustomerLanguage
from core.customers.queries import customer
from core.engine.errors import Conflict, InvalidInput
from core.people.commands import ChooseReading, SetPlaceReading
from core.people.model import Right
from core.people.queries import member, place_called


def own_language(asked: Asked, given: Given) -> Reply:
    """One's own from now on, said in it; without a language, what is so and what may be chosen."""
    if "language" in given:
        asked.do(ChooseReading(locale=str(given["language"])))
    return _own(asked, "language" if "language" in given else "")


def own_zone(asked: Asked, given: Given) -> Reply:
    """One's own from now on."""
    if "zone" in given:
        asked.do(ChooseReading(zone=str(given["zone"])))
    return _own(asked, "zone" if "zone" in given else "")


def language_here(asked: Asked, given: Given) -> Reply:
    """The language of the cards in this conversation, for everybody who reads them there."""
    locale = _of_a_channel(given, "language")
    asked.do(SetPlaceReading(conversation_id=_here(asked), locale=locale))
    return Private(NoteView(title=asked.words.say("reading.here", language=spoken(locale))))


def zone_here(asked: Asked, given: Given) -> Reply:
    """The zone of the times on cards in this conversation."""
    zone = _of_a_channel(given, "zone")
    asked.do(SetPlaceReading(conversation_id=_here(asked), zone=zone))
    return Private(NoteView(title=asked.words.say("reading.zone_here", zone=zone)))


def language_for(asked: Asked, given: Given) -> Reply:
    """The language of what is sent to a customer."""
    customer_id, locale = int(str(given["customer"])), _of_a_channel(given, "language")
    asked.do(SetCustomerLanguage(customer_id=customer_id, locale=locale))
    with asked.reading() as connection:
        name = customer(connection, customer_id).name
    return Private(NoteView(title=asked.words.say("reading.customer", customer=name, language=spoken(locale))))


def _own(asked: Asked, changed: str) -> Reply:
    """What is so now, in the words that are theirs by now."""
    with asked.reading() as connection:
        now = member(connection, asked.member.id) or asked.member
    words = Words(now.locale or asked.request.locale or "en", now.zone or asked.request.zone or "Europe/Warsaw")
    facts = (Fact(words.say("reading.language"), Text(spoken(words.locale))), Fact(words.say("reading.zone"), Text(words.zone)))
    title = words.say(f"reading.changed_{changed}" if changed else "reading.title", language=spoken(words.locale), zone=words.zone)
    return Private(
        NoteView(
            title=title,
            facts=() if changed else facts,
            buttons=() if changed else tuple(_choices(words)),
            footnotes=(Text(words.say("reading.now", at=asked.now)), *(() if changed else (Text(words.say("reading.how")),))),
        )
    )


def _choices(words: Words) -> list[Button]:
    named = [(spoken(code), code) for code in LANGUAGES] + [(words.say("reading.as_chat"), AS_THE_CHAT_SAYS)]
    return [Button(label=label, action="language", subject=0, values={"language": code}) for label, code in named]


def _of_a_channel(given: Given, name: str) -> str:
    """Neither a channel nor a customer has a profile. Raises InvalidInput."""
    if not given[name]:
        raise InvalidInput("reading_needed", name)
    return str(given[name])


def _here(asked: Asked) -> int:
    """The conversation this was said in. Raises Conflict for one that gets no cards."""
    said = asked.request
    with asked.reading() as connection:
        found = place_called(connection, said.face, said.workspace, said.conversation)
    if found is None:
        raise Conflict("place_without_cards")
    return found


LANGUAGE = Argument(name="language", kind=ArgumentKind.LANGUAGE, max_length=60)
ZONE = Argument(name="zone", kind=ArgumentKind.ZONE, max_length=60)
OWN_LANGUAGE = Argument(name="language", kind=ArgumentKind.LANGUAGE, required=False, max_length=60)
OWN_ZONE = Argument(name="zone", kind=ArgumentKind.ZONE, required=False, max_length=60)
CUSTOMER = Argument(name="customer", kind=ArgumentKind.CUSTOMER)

ACTIONS = (
    Action(
        name="language", right=Right.READ, topic=Topic.PEOPLE, answer=own_language, arguments=(OWN_LANGUAGE,), polish=("język",),
        use=Use.RARE, example="language polski",
    ),
    Action(
        name="zone", right=Right.READ, topic=Topic.PEOPLE, answer=own_zone, arguments=(OWN_ZONE,), polish=("strefa",), use=Use.RARE,
        example="zone Europe/Warsaw",
    ),
    Action(
        name="language_here", right=Right.ADMINISTER, topic=Topic.PEOPLE, answer=language_here, arguments=(LANGUAGE,),
        polish=("język tutaj",), use=Use.RARE, example="language_here polski",
    ),
    Action(
        name="zone_here", right=Right.ADMINISTER, topic=Topic.PEOPLE, answer=zone_here, arguments=(ZONE,), polish=("strefa tutaj",),
        use=Use.RARE, example="zone_here Europe/Warsaw",
    ),
    Action(
        name="language_for", right=Right.WORK, topic=Topic.CUSTOMERS, answer=language_for, arguments=(CUSTOMER, LANGUAGE),
        polish=("język dla",), use=Use.RARE, example="language_for {customer} polski",
    ),
)  # fmt: skip
