"""The catalogues are whole: both languages say the same things, everything the code says is there, and every sentence can be filled."""

import re
import string
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from core.chat.table import TABLE
from core.chat.words import HERE, LANGUAGES, Words
from core.people.model import Right

ROOT = Path(__file__).resolve().parent.parent.parent
SAID = re.compile(r"""\.(?:say|count)\(\s*"([a-z][a-z0-9_.]*)\"""")
REFUSED = re.compile(r"""(?:InvalidInput|Ambiguous|NotFound|Conflict|NotAllowed|DeskError)\(\s*"([a-z_]+)\"""")


def catalogues(language: str) -> dict[str, Catalog]:
    found = {}
    for path in sorted((HERE / language).glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale=language)
    return found


def messages(language: str) -> dict[str, list[str]]:
    """Every key with its sentences: one, or one per plural form."""
    made = {}
    for catalogue in catalogues(language).values():
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                made[key] = [message.string] if isinstance(message.string, str) else list(message.string)
    return made


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def sources() -> list[str]:
    return [path.read_text(encoding="utf-8") for room in ("core", "bots", "app") for path in (ROOT / room).rglob("*.py")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_of_a_form_and_no_word_on_its_button_is_cut_by_slack(language: str) -> None:
    """24 characters each: https://docs.slack.dev/reference/views/modal-views"""
    words = Words(language)
    said = {key: words.say(key) for a in TABLE.all if a.form for key in (f"form.{a.name}.title", f"form.{a.name}.submit")}

    assert {key: text for key, text in said.items() if len(text) > 24} == {}


def test_both_languages_have_the_same_files_and_keys() -> None:
    english, polish = messages("en"), messages("pl")

    assert catalogues("en").keys() == catalogues("pl").keys()
    assert sorted(english.keys() ^ polish.keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_and_plurals_have_all_their_forms(language: str) -> None:
    forms = {"en": 2, "pl": 3}[language]

    for key, sentences in messages(language).items():
        assert all(s.strip() for s in sentences), key
        assert len(sentences) in (1, forms), key


def test_translations_name_the_same_parameters() -> None:
    polish = messages("pl")

    for key, sentences in messages("en").items():
        used = set().union(*(placeholders(s) for s in sentences)) - {"n"}
        assert used == set().union(*(placeholders(s) for s in polish[key])) - {"n"}, key


def test_everything_the_code_says_is_in_the_catalogue() -> None:
    known = messages("en").keys()
    said = {key for text in sources() for key in SAID.findall(text)}
    refused = {f"error.{kind}" for text in sources() for kind in REFUSED.findall(text)}

    assert sorted((said | refused) - known) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_explains_itself(language: str) -> None:
    words = Words(language)

    for action in TABLE.all:
        if action.typed:
            assert words.say(f"help.{action.name}"), action.name
        for argument in action.arguments:
            if argument.kind != "hidden":
                assert words.say(f"field.{argument.name}"), action.name
            for choice in argument.choices:
                assert words.say(f"choice.{argument.name}.{choice}"), action.name
        if action.form:
            assert words.say(f"form.{action.name}.title"), action.name
            assert words.say(f"form.{action.name}.submit"), action.name
    for right in Right:
        if right not in (Right.FEED, Right.RUN):
            assert words.say(f"right.{right}")


def test_an_unknown_key_is_a_fault_and_not_a_sentence() -> None:
    with pytest.raises(KeyError):
        Words().say("no.such.key")


@pytest.mark.parametrize(
    ("locale", "zone", "at", "shown"),
    [
        ("en", "Europe/Warsaw", datetime(2026, 11, 23, 0, 6, tzinfo=UTC), "Mon 23 Nov 2026 01:06 CET"),
        ("en-US", "Europe/Warsaw", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "Thu 2 Jul 2026 00:30 CEST"),
        ("pl-PL", "Europe/Warsaw", datetime(2026, 11, 23, 0, 6, tzinfo=UTC), "pon. 23 lis 2026 01:06 CET"),
        ("en", "Europe/London", datetime(2026, 7, 1, 9, tzinfo=UTC), "Wed 1 Jul 2026 10:00 BST"),
        ("en", "Asia/Almaty", datetime(2026, 7, 1, 9, tzinfo=UTC), "Wed 1 Jul 2026 14:00 Almaty"),
        ("pl", "Asia/Almaty", datetime(2026, 7, 1, 9, tzinfo=UTC), "śr. 1 lip 2026 14:00 Ałmaty"),
        ("en", "nowhere", datetime(2026, 7, 1, 9, tzinfo=UTC), "Wed 1 Jul 2026 09:00 UTC"),
    ],
)
def test_a_moment_names_the_zone_it_is_written_in(locale: str, zone: str, at: datetime, shown: str) -> None:
    assert Words(locale, zone).moment(at) == shown


def test_no_zone_is_shown_as_an_offset() -> None:
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert [zone for zone in available_timezones() if not re.search(r"\d{2}:\d{2} \w*[a-zA-Z]", Words("en", zone).moment(at))] == []


def test_a_day_has_the_order_that_a_moment_has() -> None:
    assert [Words(locale).day(date(2026, 10, 24)) for locale in ("en", "en-US", "pl-PL")] == ["24 Oct 2026", "24 Oct 2026", "24 paź 2026"]
