"""The journal is whole, or says where it is not; a verifier that knows nothing of ours agrees."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.audit.command import audit, events
from app.audit.verifier import SEALS
from core.cases.commands import AddNote
from core.engine.db.tables.engine import journal, private_texts, roots
from core.people.sealing import SealJournal
from tests.harness.questions import ask
from tests.harness.world import World

SECRET = "Their bank called about account 4711"


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(audit, arguments, obj=lambda: world.house)


def told(world: World) -> int:
    """A case with a remark, and a night in which the day is sealed."""
    case_id = ask(world)
    world.do(AddNote(case_id=case_id, text=SECRET))
    world.move(days=1)
    world.do(AddNote(case_id=case_id, text="A second one"))
    world.move(days=1)
    return case_id


def exported(world: World, folder: Path, *options: str) -> list[dict[str, object]]:
    assert run(world, "export", str(folder), *options).exit_code == 0
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]


def verified(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The exported verifier in a Python that sees nothing of ours."""
    command = [sys.executable, "-I", str(folder / "verifier.py"), str(folder / "journal.jsonl"), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_a_journal_as_it_was_written_verifies_here_and_elsewhere(world: World, tmp_path: Path) -> None:
    told(world)
    seals = [row for row in exported(world, tmp_path / "out") if row["subject"] == SEALS]

    inside, outside = run(world, "verify"), verified(tmp_path / "out", str(seals[0]["hash"]))

    assert inside.exit_code == 0, inside.output
    assert str(seals[-1]["hash"]) in inside.output
    assert outside.returncode == 0, outside.stdout
    assert " 0 faults" in outside.stdout
    assert len(seals) == 2


@pytest.mark.parametrize("harm", ["changed", "left out", "added", "hash", "truncated"])
def test_whatever_was_tampered_with_is_found_in_both(harm: str, world: World, tmp_path: Path) -> None:
    case_id = told(world)
    subject = f"case:{case_id}"
    noted = (journal.c.subject == subject) & (journal.c.event == "note_added")
    with world.house.store.writing() as connection:
        first = connection.execute(sa.select(journal).where(noted).order_by(journal.c.id)).mappings().first()
        assert first is not None
        if harm == "changed":
            connection.execute(sa.update(journal).where(journal.c.id == first["id"]).values(actor="staff:99"))
        elif harm == "left out":
            connection.execute(sa.delete(journal).where(journal.c.id == first["id"]))
        elif harm == "added":
            later = {name: value for name, value in first.items() if name != "id"} | {"seq": 99}
            connection.execute(sa.insert(journal).values(**later))
        elif harm == "hash":
            connection.execute(sa.update(journal).where(journal.c.id == first["id"]).values(hash="0" * 64))
        else:  # the end of a chain cut off, so that what is left is whole in itself: only the seal knows
            connection.execute(sa.delete(journal).where(journal.c.subject == subject, journal.c.seq >= first["seq"]))
            connection.execute(sa.update(roots).where(roots.c.subject == subject).values(seq=first["seq"] - 1, head=first["previous"]))
    exported(world, tmp_path / "out")

    inside, outside = run(world, "verify"), verified(tmp_path / "out")

    assert inside.exit_code == 1
    assert outside.returncode == 1
    assert subject in inside.output
    assert subject in outside.stdout


def test_a_day_is_sealed_once_and_an_idle_one_not_at_all(world: World) -> None:
    told(world)
    world.do(SealJournal())
    sealed = count(world)
    world.do(SealJournal())

    assert count(world) == sealed


def test_downtime_loses_no_seal(world: World) -> None:
    ask(world)
    world.now += timedelta(days=9)
    world.settle()

    assert count(world) == 1


def count(world: World) -> int:
    with world.house.desk.reading() as connection:
        return sum(1 for row in events(connection) if row["subject"] == SEALS)


def test_texts_stay_outside_unless_they_are_asked_for(world: World, tmp_path: Path) -> None:
    told(world)
    exported(world, tmp_path / "without")
    exported(world, tmp_path / "with", "--with-texts")

    assert SECRET not in (tmp_path / "without" / "journal.jsonl").read_text(encoding="utf-8")
    assert not (tmp_path / "without" / "private.jsonl").exists()
    assert SECRET in (tmp_path / "with" / "private.jsonl").read_text(encoding="utf-8")


def test_a_person_is_erased_and_the_chain_still_verifies(world: World) -> None:
    told(world)
    with world.house.store.writing() as connection:
        connection.execute(sa.delete(private_texts))

    assert run(world, "verify").exit_code == 0


def test_nothing_is_written_over(world: World, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")

    refused = run(world, "export", str(tmp_path))

    assert refused.exit_code != 0
    assert "is not empty" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_root_that_never_was_is_named(world: World) -> None:
    told(world)

    assert "No seal has the root abc" in run(world, "verify", "--root", "abc").output
