"""What every table is built from: one metadata, one type for a moment, one for JSON, one for a state."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ColumnElement, DateTime, Dialect, ForeignKey, Integer, MetaData, String, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON().with_variant(JSONB(), "postgresql")


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, `timestamptz` on PostgreSQL, sortable UTC text on SQLite. Raises ValueError for a naive time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time instead of guessing its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Give the moment back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[str]):
    """One of a few words of the desk's own, such as a state: compared with a word, it is written into the statement and not bound.

    Partial indexes hold the rows of one such word. SQLite prepares a statement anew each time it is run when such a word is bound, which
    takes longer than running it, and PostgreSQL's plan for any value uses no such index: https://www.sqlite.org/partialindex.html 3,
    https://www.postgresql.org/docs/current/indexes-partial.html. Raises ValueError for what is no plain word.
    """

    impl = String
    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[str]):  # noqa: N801 (SQLAlchemy's name)
        """Writes what a column of words is compared with."""

        def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            """As SQLAlchemy does, with the words written."""
            return super().operate(op, *(_written(each) for each in other), **kwargs)


def _written(value: Any) -> Any:
    if isinstance(value, str):
        if not value.isidentifier():
            raise ValueError(f"{value!r} is no word to write into a statement")
        return literal_column(f"'{value}'", String)
    return [_written(each) for each in value] if isinstance(value, list | tuple | set | frozenset) else value


def row_id() -> Column[int]:
    """A 64-bit key; SQLite needs its own INTEGER for one that counts up and is never used twice."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def ref(name: str, target: str, *, nullable: bool = False, index: bool = True) -> Column[int]:
    """A foreign key to another row."""
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), ForeignKey(target), nullable=nullable, index=index)
