"""Finding rows by the beginnings of their words, case and diacritics aside, on both stores alike; changed in the transaction of the row.

Words are taken apart and folded here, so that neither store's own idea of a word counts. What holds every word whole comes before what
merely begins like them, and within each the newest first: an order that an index gives, so a page is found by its key and never by
counting (bench/search.py).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from .db.tables.search import search_entries
from .folding import folded

WORD = re.compile(r"[^\W_]+")
MARKED_NUMBER = re.compile(r"\b[cs]-(\d+)\b")  # C-104: the number alone is a word
LONGEST_WORD, MOST_WORDS = 40, 2000  # of an entry
MOST_SOUGHT, SHORTEST_BEGINNING = 8, 2
SPLIT_NUMBER = re.compile(r"(?:[a-z]{2}[ -]?)?\d[\d -]{8,}")  # 527-010-33-91: also sought in one piece

LITE = """
    SELECT e.subject_id, e.id FROM search_words JOIN search_entries AS e ON e.id = search_words.rowid
    WHERE search_words MATCH :sought AND search_words.rowid < :before ORDER BY search_words.rowid DESC LIMIT :most
"""
# The hits are made first: a planner that walks the newest rows instead would read them all when a word is rare.
POSTGRES = """
    WITH hits AS MATERIALIZED (
        SELECT id, subject_id FROM search_entries
        WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:sought AS tsquery)
    )
    SELECT subject_id, id FROM hits WHERE id < :before ORDER BY id DESC LIMIT :most
"""
FOUND = {"sqlite": sa.text(LITE), "postgresql": sa.text(POSTGRES)}
NEWEST = 10**18 - 1  # more than any row, and what a key can hold


class Key(NamedTuple):
    """Where a page ended: how well the last hit matched, and its row."""

    rank: int
    entry: int

    def __str__(self) -> str:
        return f"{self.rank}.{self.entry}"


FIRST = Key(0, NEWEST)
KEY = re.compile(r"([01])\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The rows found, best first, and where the next page begins; None when there is none."""

    found: tuple[int, ...]
    next: Key | None


@dataclass(frozen=True)
class Sought:
    """What somebody looks for: every word of one of the `alternatives`."""

    alternatives: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """As they were typed, folded."""
        return self.alternatives[0] if self.alternatives else ()


def words_of(*texts: str) -> list[str]:
    """The words of the texts, each once, without case and diacritics."""
    found = (word[:LONGEST_WORD] for text in texts for word in WORD.findall(folded(text)))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def sought(typed: str) -> Sought | None:
    """None when no word is long enough to look for: one letter is the beginning of too much."""
    plain = MARKED_NUMBER.sub(r"\1", folded(typed))
    words = tuple(words_of(plain)[:MOST_SOUGHT])
    if not any(len(word) >= SHORTEST_BEGINNING or word.isdigit() for word in words):
        return None
    whole = ("".join(words),) if SPLIT_NUMBER.fullmatch(plain) and len(words) > 1 else ()
    return Sought((words, whole) if whole else (words,))


def key(text: str) -> Key | None:
    """A page's key as a button carries it; None for anything else. Whatever it holds is only compared."""
    found = KEY.fullmatch(text)
    return Key(int(found[1]), int(found[2])) if found else None


def keep(connection: Connection, kind: str, texts: Mapping[int, Iterable[str]]) -> None:
    """Make the rows of this kind findable by their texts, instead of by what they were found by before."""
    rows = [{"kind": kind, "subject_id": id_, "words": " ".join([f"={kind}", *words_of(*given)])} for id_, given in texts.items()]
    if rows:
        connection.execute(_kept(connection.dialect.name), rows)


def forget(connection: Connection, kind: str, subject_id: int) -> None:
    """Nobody finds the row any more."""
    match = (search_entries.c.kind == kind) & (search_entries.c.subject_id == subject_id)
    connection.execute(sa.delete(search_entries).where(match))


def page(connection: Connection, kind: str, what: Sought, *, after: Key = FIRST, limit: int) -> Page:
    """The next `limit` rows of this kind."""
    expression = _lite if connection.dialect.name == "sqlite" else _postgres
    found: list[tuple[int, Key]] = []
    for rank in range(after.rank, 2):
        before = after.entry if rank == after.rank else NEWEST
        given = {"sought": expression(kind, what, whole=rank == 0), "before": before, "most": limit + 1 - len(found)}
        rows = connection.execute(FOUND[connection.dialect.name], given)
        found += [(row.subject_id, Key(rank, row.id)) for row in rows]
        if len(found) > limit:
            break
    return Page(found=tuple(id_ for id_, _ in found[:limit]), next=found[limit - 1][1] if len(found) > limit else None)


def _lite(kind: str, what: Sought, *, whole: bool) -> str:
    """https://www.sqlite.org/fts5.html#full_text_query_syntax. Words hold letters and digits only: no operator."""
    exact = " OR ".join("(" + " AND ".join(f'"{word}"' for word in words) + ")" for words in what.alternatives)
    if whole:
        return f'"={kind}" AND ({exact})'
    begun = " OR ".join("(" + " AND ".join(f'"{w}"{_star(w)}' for w in words) + ")" for words in what.alternatives)
    return f'("={kind}" AND ({begun})) NOT ({exact})'


def _postgres(kind: str, what: Sought, *, whole: bool) -> str:
    """https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY, for the same."""
    exact = " | ".join("(" + " & ".join(f"'{word}'" for word in words) + ")" for words in what.alternatives)
    if whole:
        return f"'={kind}' & ({exact})"
    begun = " | ".join("(" + " & ".join(f"'{w}'{':*' if _star(w) else ''}" for w in words) + ")" for words in what.alternatives)
    return f"'={kind}' & ({begun}) & !({exact})"


def _star(word: str) -> str:
    return "*" if len(word) >= SHORTEST_BEGINNING else ""


@cache
def _kept(store: str) -> Any:
    insert = (sqlite if store == "sqlite" else postgresql).insert(search_entries)
    return insert.on_conflict_do_update(index_elements=["kind", "subject_id"], set_={"words": insert.excluded.words})
