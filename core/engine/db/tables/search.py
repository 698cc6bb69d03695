"""What is found by its words: a row per thing, and beside it what each store finds words by, which no column can describe.

SQLite: an FTS5 table over the rows, kept by triggers (https://www.sqlite.org/fts5.html#external_content_tables); its `ascii` tokenizer
takes every letter beyond ASCII for a part of a word. PostgreSQL: a GIN index over the words as they are, no dictionary between
(https://www.postgresql.org/docs/current/functions-textsearch.html: array_to_tsvector).
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, String, Table, Text, UniqueConstraint, event

from .base import metadata, row_id

search_entries = Table(
    "search_entries",
    metadata,
    row_id(),
    Column("kind", String(12), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("words", Text, nullable=False),  # each once, folded, between single spaces; the first one is the kind's mark
    UniqueConstraint("kind", "subject_id"),
)

FORGET_WORDS = "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);"
KEEP_WORDS = "INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);"
SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5 (words, content = 'search_entries', content_rowid = 'id', detail = 'none', "
    "tokenize = \"ascii tokenchars '='\")",
    f"CREATE TRIGGER search_entry_kept AFTER INSERT ON search_entries BEGIN {KEEP_WORDS} END",
    f"CREATE TRIGGER search_entry_forgotten AFTER DELETE ON search_entries BEGIN {FORGET_WORDS} END",
    f"CREATE TRIGGER search_entry_changed AFTER UPDATE OF words ON search_entries BEGIN {FORGET_WORDS} {KEEP_WORDS} END",
)
POSTGRES = ("CREATE INDEX ix_search_entries_words ON search_entries USING gin (array_to_tsvector(string_to_array(words, ' ')))",)


@event.listens_for(Table, "after_create")
def _beside_the_rows(target: Table, connection: Connection, **_: Any) -> None:
    """Also when a migration makes the table: Alembic makes it from a description of its own, so it is told by its name."""
    if target.name == search_entries.name:
        for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRES:
            connection.exec_driver_sql(statement)
