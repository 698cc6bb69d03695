"""Many rows in one statement, for what works set-wise: there, preparing each row's parameters costs more than the database does.

The rows go over as one JSON document, which the database takes apart itself (https://www.sqlite.org/json1.html#jeach,
https://www.postgresql.org/docs/current/functions-json.html: json_to_recordset). Moments are only given as what all rows share.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from core.engine.encoding import encode

from .tables.base import Instant

Rows = Sequence[Mapping[str, Any]]
Names = tuple[str, ...]


def insert_all(connection: Connection, table: Table, rows: Rows, **shared: object) -> None:
    """Insert the rows in their order. All have the same keys; `shared` holds the columns that are the same in every one.

    Raises TypeError for a moment that is not shared.
    """
    if rows:
        statement = _insertion(connection.dialect.name, table, tuple(rows[0]), tuple(shared))
        connection.execute(statement, {**shared, "given": encode(rows)})


def update_all(connection: Connection, table: Table, rows: Rows, *, key: str) -> None:
    """Set what each of `rows` holds where the column `key` is as it says. All have the same keys. Raises TypeError for a moment."""
    if rows:
        statement = _change(connection.dialect.name, table, tuple(rows[0]), key)
        connection.execute(statement, {"given": encode(rows)})


def among(connection: Connection, column: ColumnElement[Any], values: Collection[object]) -> ColumnElement[bool]:
    """Whether the column is one of the values: one parameter however many there are, where `in_` writes each into the statement."""
    if connection.dialect.name == "sqlite":
        return column.in_(sa.select(sa.func.json_each(encode(list(values))).table_valued("value").c.value))
    return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(column.type)))


@contextmanager
def unawaited(connection: Connection) -> Iterator[None]:
    """Changes made in here are handed over without waiting for each to be done: the database works on one while the next is prepared.

    Nothing may be read in here. Raises SQLAlchemy's DBAPIError of the first that went wrong, at the end at the latest.
    PostgreSQL: https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html; SQLite works in this very thread, so there is nothing to win.
    """
    raw: Any = connection.connection.driver_connection
    errors = connection.dialect.loaded_dbapi.Error
    try:
        with nullcontext() if connection.dialect.name == "sqlite" else raw.pipeline():
            yield
    except errors as error:  # raised by the pipeline's end, where SQLAlchemy does not see it
        raise DBAPIError.instance(None, None, error, errors, dialect=connection.dialect) from error


@cache
def _insertion(store: str, table: Table, names: Names, shared: Names) -> sa.Insert:
    same = [sa.bindparam(name, type_=table.c[name].type) for name in shared]
    return sa.insert(table).from_select([*shared, *names], sa.select(*same, *_given(store, table, names).values()))


@cache
def _change(store: str, table: Table, names: Names, key: str) -> sa.Update:
    given = _given(store, table, names)
    return sa.update(table).values({name: given[name] for name in names if name != key}).where(table.c[key] == given[key])


def _given(store: str, table: Table, names: Names) -> dict[str, ColumnElement[Any]]:
    """The document's values as columns of the table's own types."""
    moments = [name for name in names if isinstance(table.c[name].type, Instant)]
    if moments:
        raise TypeError(f"{', '.join(moments)}: moments are given as what all rows share")
    document = sa.bindparam("given", type_=sa.Text)
    if store == "sqlite":
        each = sa.func.json_each(document).table_valued("value", name="given")
        return {name: each.c.value.op("->>")(sa.literal_column(f"'{name}'")) for name in names}
    columns = [sa.column(name, table.c[name].type) for name in names]
    given = sa.func.json_to_recordset(sa.cast(document, sa.JSON)).table_valued(*columns).render_derived(name="given", with_types=True)
    return {name: given.c[name] for name in names}
