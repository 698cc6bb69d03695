"""The notices that the desk sent, each word for word, as the evidence prints them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from core.chat.words import Words

Part = dict[str, Any]


def sent_by_the_desk(found: Mapping[str, Any], words: Words) -> Iterator[Part]:
    """Two parts for each: what became of it, and its words under its subject."""
    for sent in found["notices_by_the_desk"]:
        kind = words.say(f"choice.kind.{sent['kind']}")
        yield {
            "title": words.say("evidence.notice", number=sent["number"], kind=kind), "level": 3, "tables": [], "lines": [],
            "facts": list(_facts(sent, found["currency"], words)),
        }  # fmt: skip
        yield {
            "title": sent["subject"], "level": 4, "tables": [], "facts": [],
            "lines": [each for each in sent["body"].splitlines() if each.strip()],
        }  # fmt: skip


def about_access(found: Mapping[str, Any], words: Words) -> Iterator[Part]:
    """Likewise the letters that told the customer that access is back."""
    for sent in found["letters_about_access"]:
        title = words.say(f"evidence.letter.{sent['kind']}", number=sent["number"])
        yield {"title": title, "level": 3, "tables": [], "lines": [], "facts": list(_told(sent, words))}
        lines = [each for each in sent["body"].splitlines() if each.strip()]
        yield {"title": sent["subject"], "level": 4, "tables": [], "facts": [], "lines": lines}


def _told(sent: Mapping[str, Any], words: Words) -> Iterator[list[str]]:
    yield [words.say("evidence.notice_to"), f"{sent['name']} <{sent['recipient']}>, {words.say('notice.channel.mail')}"]
    for name in ("queued", "accepted"):
        if sent[f"{name}_at"]:
            yield [words.say(f"evidence.notice_{name}"), words.moment(datetime.fromisoformat(sent[f"{name}_at"]))]
    yield [words.say("evidence.notice_state"), words.say(f"evidence.notice_is_{sent['state']}")]
    yield from _answers(sent, words)
    versions = ", ".join(filter(None, (sent["texts"], sent["language"], f"SHA-256 {sent['sha256']}")))
    yield [words.say("evidence.notice_text"), versions]
    yield [words.say("evidence.notice_id"), sent["message_id"]]


def _answers(sent: Mapping[str, Any], words: Words) -> Iterator[list[str]]:
    for name, said in (("said", sent["carrier_said"]), ("bounce", sent["bounce_said"])):
        if said:
            yield [words.say(f"evidence.notice_{name}"), said]


def _facts(sent: Mapping[str, Any], currency: str, words: Words) -> Iterator[list[str]]:
    yield [words.say("evidence.notice_to"), f"{sent['name']} <{sent['recipient']}>, {words.say('notice.channel.' + sent['channel'])}"]
    for name in ("queued", "accepted", "proven"):
        if sent[f"{name}_at"]:
            yield [words.say(f"evidence.notice_{name}"), words.moment(datetime.fromisoformat(sent[f"{name}_at"]))]
    yield [words.say("evidence.notice_state"), words.say(f"evidence.notice_is_{sent['state']}")]
    yield from _answers(sent, words)
    if sent["names"]:
        yield [words.say("evidence.notice_names"), words.moment(datetime.fromisoformat(sent["names"]))]
    yield [words.say("evidence.notice_asks"), words.money(sent["amount"], currency)]
    yield [words.say("evidence.notice_text"), f"{sent['texts']}, {sent['language']}, SHA-256 {sent['sha256']}"]
    yield [words.say("evidence.notice_id"), sent["message_id"]]
