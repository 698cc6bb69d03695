"""What a column does to the statements that name it."""

import pytest
import sqlalchemy as sa

from core.engine.db.tables.engine import cards
from core.engine.outbox import OPEN

SELECTED = sa.select(cards.c.id)


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        (cards.c.state == "live", "cards.state = 'live'"),
        (cards.c.state != "gone", "cards.state != 'gone'"),
        (cards.c.state.in_(OPEN), "cards.state IN ('waiting', 'sending')"),
    ],
)
def test_a_state_is_written_into_the_statement(condition: sa.ColumnElement[bool], written: str) -> None:
    """Bound, it would have SQLite prepare the statement anew each time, and PostgreSQL pass over the index of such rows."""
    compiled = SELECTED.where(condition).compile()
    assert str(compiled).endswith(written)
    assert compiled.params == {}


def test_what_is_no_word_is_never_written() -> None:
    with pytest.raises(ValueError, match="no word"):
        SELECTED.where(cards.c.state == "live' OR 1 = 1 --")


def test_a_value_that_is_given_later_is_bound() -> None:
    assert SELECTED.where(cards.c.state == sa.bindparam("wanted")).compile().params == {"wanted": None}
