"""`./desk import receivables` and `./desk customers`: a headless set-up, a preview that is the truth, errors as sentences."""

from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.customers import customers
from app.feeds import imports
from core.customers.queries import named
from core.engine.db.tables.receivables import payers
from core.engine.errors import DeskError
from core.receivables.queries import payer_known_as, positions_of_payer
from tests.harness.world import World

HEADING = "Kontrahent;Nazwa;Nr faktury;Data wystawienia;Termin płatności;Waluta;Kwota brutto;Do zapłaty\n"
NOWAK = "K-1;Nowak sp. z o.o.;F/1;01.10.2026;15.10.2026;PLN;1 230,50;1 230,50\n"
WRONG = "K-2;Kowalski;F/2;01.10.2026;15.10.2026;PLN;1,200;1,200\n"


def desk(world: World, group: object, *words: str) -> Result:
    return CliRunner().invoke(group, list(words), obj=lambda: world.house)  # type: ignore[arg-type]  # a click group


def file(tmp_path: Path, *rows: str) -> str:
    path = tmp_path / "open.csv"
    path.write_bytes((HEADING + "".join(rows)).encode("cp1250"))
    return str(path)


def overdue(world: World, external: str) -> list[int]:
    with world.house.desk.reading() as connection:
        payer = payer_known_as(connection, "accounting", external)
        return [] if payer is None else [p.overdue for p in positions_of_payer(connection, payer.id, world.now.date())]


AS_OF = ("--as-of", "2026-11-23T08:00+01:00")


def test_a_file_is_applied_payer_by_payer_and_says_what_was_left_out(world: World, tmp_path: Path) -> None:
    result = desk(world, imports, "receivables", file(tmp_path, NOWAK, WRONG), *AS_OF)

    assert result.exit_code == 1
    assert "Line 3, payer K-2: “1,200” could be 1200 or 1.200" in result.output
    assert "Not applied because of these lines: K-2" in result.output
    assert "1 payers applied, 0 unchanged or known more newly, 1 not applied" in result.output
    assert (overdue(world, "K-1"), overdue(world, "K-2")) == ([123050], [])


def test_a_preview_shows_the_change_and_writes_nothing(world: World, tmp_path: Path) -> None:
    result = desk(world, imports, "receivables", file(tmp_path, NOWAK), *AS_OF, "--preview")

    assert result.exit_code == 0
    assert "PLN 1,230.50" in result.output
    with world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(payers)) == 0


def test_a_preview_tells_what_becomes_unknown_and_what_is_known_more_newly(world: World, tmp_path: Path) -> None:
    desk(world, imports, "receivables", file(tmp_path, NOWAK), *AS_OF)

    later = ("--as-of", "2026-11-23T08:30+01:00", "--preview")
    assert "unknown" in desk(world, imports, "receivables", file(tmp_path, NOWAK.replace("F/1", "F/9")), *later).output
    older = ("--as-of", "2026-11-22T08:00+01:00", "--preview")
    assert "known as of 2026-11-23T07:00:00+00:00" in desk(world, imports, "receivables", file(tmp_path, NOWAK), *older).output


def test_the_same_file_again_changes_nothing(world: World, tmp_path: Path) -> None:
    desk(world, imports, "receivables", file(tmp_path, NOWAK), *AS_OF)

    again = desk(world, imports, "receivables", file(tmp_path, NOWAK), *AS_OF)

    assert "0 payers applied, 1 unchanged" in again.output


def test_figures_without_their_moment_and_from_the_future_are_refused(world: World, tmp_path: Path) -> None:
    path = file(tmp_path, NOWAK)

    assert "When were these figures true" in desk(world, imports, "receivables", path).output
    refused = desk(world, imports, "receivables", path, "--as-of", "2027-01-01T00:00Z")
    assert refused.exit_code == 1
    assert "has not come yet" in refused.output
    assert overdue(world, "K-1") == []


def test_a_customer_is_set_up_and_its_payer_linked_from_the_command_line(world: World, tmp_path: Path) -> None:
    desk(world, imports, "receivables", file(tmp_path, NOWAK), *AS_OF)
    assert "accounting:K-1  Nowak sp. z o.o." in desk(world, customers, "payers").output

    assert desk(world, customers, "add", "Nowak", "--contact", "Ala:ala@nowak.example").exit_code == 0
    assert desk(world, customers, "link", "nowak", "payer", "accounting", "K-1").exit_code == 0
    assert desk(world, customers, "mode", "nowak", "live").exit_code == 0

    assert "Every payer is linked." in desk(world, customers, "payers").output
    listed = desk(world, customers, "list").output
    assert "Nowak  live  payer=accounting:k-1  Nowak sp. z o.o. as of 2026-11-23T07:00:00+00:00" in listed


def test_what_the_command_line_cannot_understand_changes_nothing(world: World) -> None:
    assert desk(world, customers, "add", "Nowak", "--contact", "ala@nowak.example").exit_code == 2
    assert isinstance(desk(world, customers, "link", "Nobody", "payer", "accounting", "K-1").exception, DeskError)
    assert isinstance(desk(world, customers, "add", "Nowak", "--zone", "Mars/Base").exception, DeskError)

    with world.house.desk.reading() as connection:
        assert named(connection, "Nowak") == []
