"""The door: one command, one transaction, once per key, journaled and chained."""

import pytest
import sqlalchemy as sa

from core.cases.commands import OpenCase
from core.cases.events import CaseOpened
from core.engine import journal
from core.engine.db.tables.engine import gestures, private_texts
from core.engine.db.tables.engine import journal as journal_table
from core.engine.errors import DeskError
from core.engine.transaction import Actor
from core.reactions import REACTIONS
from tests.harness.world import ANA, VIC, World


def test_the_same_key_again_gives_the_same_outcome_and_no_second_effect(world: World) -> None:
    world.hire(ANA)

    first = world.do(OpenCase(title="Once"), key="gesture-1")
    second = world.do(OpenCase(title="Once"), key="gesture-1")

    assert second.repeated
    assert second.ids == first.ids


def test_a_refused_command_leaves_no_key_and_no_row(world: World) -> None:
    with pytest.raises(DeskError):
        world.do(OpenCase(title="  "), key="gesture-2")

    with world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(gestures)) == 0
    assert not world.do(OpenCase(title="Now with a title"), key="gesture-2").repeated


def test_a_viewer_may_not_open_a_case(world: World) -> None:
    world.hire(VIC)

    with pytest.raises(DeskError, match="not_allowed"):
        world.do(OpenCase(title="No"), Actor("staff:1", "slack"))


def test_the_journal_verifies_and_holds_no_private_text_in_its_chain(world: World) -> None:
    case_id = world.do(OpenCase(title="Pani Nowak pyta")).ids["case_id"]

    with world.house.desk.reading() as connection:
        row = connection.execute(sa.select(journal_table).where(journal_table.c.subject == f"case:{case_id}")).one()
        assert journal.broken_links(connection, f"case:{case_id}") == []
    assert "Nowak" not in str(row.data)


def test_reactions_that_set_off_each_other_without_end_are_stopped_and_nothing_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REACTIONS, CaseOpened, (lambda _tx, _event: [OpenCase(title="Again")],))

    with pytest.raises(RuntimeError, match="open_case sets off an endless chain"):
        world.do(OpenCase(title="Once"))

    with world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(journal_table)) == 0


def test_an_erased_text_leaves_the_chain_intact_and_a_changed_row_breaks_it(world: World) -> None:
    case_id = world.do(OpenCase(title="Pani Nowak pyta")).ids["case_id"]

    with world.house.store.writing() as connection:
        connection.execute(sa.delete(private_texts))
        assert journal.broken_links(connection, f"case:{case_id}") == []
        connection.execute(sa.update(journal_table).values(actor="staff:99"))
        assert journal.broken_links(connection, f"case:{case_id}") == [1]


def test_a_chain_grows_by_all_that_one_command_brings_about_and_its_root_is_read_once(world: World) -> None:
    read: list[str] = []
    sa.event.listen(world.house.store.engine, "before_cursor_execute", lambda *a: read.append(a[3]) if "FROM roots" in a[2] else None)
    case_id = world.do(OpenCase(title="Why is it higher than last month?")).ids["case_id"]

    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(journal_table).where(journal_table.c.subject == f"case:{case_id}")).all()
        assert len(read) == 1
        assert len(rows) > 1
        assert journal.broken_links(connection, f"case:{case_id}") == []
