"""A file of notices' texts becomes texts, or every fault in it with its line: what cannot be read, is missing, or no notice may say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from babel.numbers import list_currencies

from app.policies.nodes import Entry, Faults, Faulty, Unreadable, day, root, text
from core.collections.policy import ANY
from core.collections.texts import EU, NAMES, Legal, Texts, Tongue, Wording

from .linting import lint

CHANGE_ME = "CHANGE ME"


@dataclass(frozen=True)
class Placed:
    """A wording, and the lines on which its subject and its body begin."""

    wording: Wording
    subject_at: int
    body_at: int


def read_texts(source: str) -> Texts:
    """The texts the file says. Raises Faulty with everything that is wrong."""
    faults = Faults()
    top = root(source, faults)
    if top is None:
        raise Faulty(faults.found)
    made: dict[str, Any] = {name: top.read(name, reader) for name, reader in (("version", _own), ("since", day), ("title", text))}
    entries = top.entries("languages")
    spoken = [(entry, *_tongue(entry)) for entry in entries]
    blocks = [(entry, block) for entry in top.entries("legal") if (block := _legal(entry)) is not None]
    top.close()
    tongues = [tongue for _, tongue, _ in spoken if tongue is not None]
    for line, sentence in (*_missing(spoken), *_lawless(top.line, [tongue.language for tongue in tongues], blocks)):
        faults.add(line, sentence)
    if not faults.found:
        texts = Texts(**made, tongues=tuple(tongues), legal=tuple(block for _, block in blocks))
        for _, tongue, placed in spoken:
            for each in placed:
                for fault in lint(texts, tongue, each.wording, each.subject_at, each.body_at):  # type: ignore[arg-type]  # none is None here
                    faults.add(fault.line, fault.sentence)
        if not faults.found:
            return texts
    raise Faulty(faults.found)


def unread(texts: Texts) -> Iterator[str]:
    """What should still happen before the texts are sent, in a sentence each."""
    for block in texts.legal:
        if not block.read_by:
            of = f"The legal block for {block.country} in {block.language}"
            yield f"{of} was read by nobody: have your lawyer read it, and say so in read_by."


def _own(value: str) -> str:
    """A text that the partner wrote: the example's own is none."""
    if CHANGE_ME in value:
        raise Unreadable("it is still the example’s: write your own.")
    return text(value)


def _tongue(entry: Entry) -> tuple[Tongue | None, list[Placed]]:
    language, partner, contact = entry.read("language", _language), entry.read("partner", _own), entry.read("contact", _own)
    pays = entry.entry("pay")
    pay = pays.each(_own)
    unknown = [name for name in pay if name != ANY and name not in list_currencies()]
    for name in unknown:
        pays.fault(f"“{name}” is no currency; write PLN, or * for any.")
    placed = [made for each in entry.entries("notices") if (made := _wording(each)) is not None]
    entry.close()
    if language is None or partner is None or contact is None:
        return None, placed
    wordings = tuple(each.wording for each in placed)
    return Tongue(language=language, partner=partner, contact=contact, pay=pay, wordings=wordings), placed


def _wording(entry: Entry) -> Placed | None:
    name, subject, body = entry.read("name", text), entry.read("subject", text), entry.read("body", _as_it_is)
    entry.close()
    if name is None or subject is None or body is None:
        return None
    return Placed(Wording(name=name, subject=subject, body=body), entry.text_begins("subject"), entry.text_begins("body"))


def _legal(entry: Entry) -> Legal | None:
    said: dict[str, Any] = {
        "country": entry.read("country", _country), "language": entry.read("language", _language), "text": entry.read("text", _own),
        "source": entry.read("source", text), "dated": entry.read("dated", day), "read_by": entry.read("read_by", str.strip, ""),
    }  # fmt: skip
    entry.close()
    return None if None in said.values() else Legal(**said)


def _as_it_is(value: str) -> str:
    """Not stripped: its lines are counted from the first."""
    text(value)
    return value


def _language(value: str) -> str:
    if len(value) != 2 or not value.isascii() or not value.islower():
        raise Unreadable(f"“{value}” is no language; write en or pl.")
    return value


def _country(value: str) -> str:
    if value in (ANY, EU) or (len(value) == 2 and value.isascii() and value.isupper()):
        return value
    raise Unreadable(f"“{value}” is no country; write PL, EU for its other members, or * for anywhere.")


def _missing(spoken: Iterable[tuple[Entry, Tongue | None, list[Placed]]]) -> Iterator[tuple[int, str]]:
    """Every language says everything that the ladder may send."""
    languages: set[str] = set()
    for entry, tongue, placed in spoken:
        if tongue is None:
            continue
        if tongue.language in languages:
            yield entry.line, f"The language {tongue.language} stands twice."
        languages.add(tongue.language)
        names = [each.wording.name for each in placed]
        for name in NAMES:
            if name not in names:
                yield entry.line, f"The language {tongue.language} lacks the notice “{name}”."
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield entry.line, f"The language {tongue.language} has the notice “{name}” twice."
        if not tongue.pay:
            yield entry.line, f"The language {tongue.language} does not say how to pay."


def _lawless(line: int, languages: list[str], blocks: list[tuple[Entry, Legal]]) -> Iterator[tuple[int, str]]:
    """A country's law is said in every language, and there is something to say anywhere."""
    lines: dict[str, int] = {}
    by_country: dict[str, list[str]] = defaultdict(list)
    for entry, block in blocks:
        lines.setdefault(block.country, entry.line)
        if block.language in by_country[block.country]:
            yield entry.line, f"There are two legal blocks for {block.country} in {block.language}."
        by_country[block.country].append(block.language)
    for country in {ANY, *by_country}:
        for language in languages:
            if language not in by_country[country]:
                where = "for anywhere (“*”)" if country == ANY else f"for {country}"
                yield lines.get(country, line), f"There is no legal block {where} in {language}."
