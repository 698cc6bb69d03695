"""What a seat costs the partner comes from a reconciliation file, and stands on the card of a request; the customer never sees it."""

from pathlib import Path

from click.testing import CliRunner, Result

from app.charges import charges
from core.charges.queries import price_of
from core.customers.queries import subscriptions_of
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.core.test_books import LINE, sheet
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import World

BOUGHT = {
    "effectiveStartDate": "2026-11-21T09:00:00Z", "cancellationAllowedUntilDate": "2026-11-28T09:00:00Z", "refundOptions": [],
    "commitmentEndDate": "2027-11-20T00:00:00Z", "commitmentEndDateTime": "2027-11-20T23:59:59Z",
}  # fmt: skip


def imported(story: Story, path: Path, *changed: dict[str, str]) -> Result:
    """The operator imports a file with these lines."""
    ours = LINE | {"CustomerId": story.tenant.upper(), "SubscriptionId": story.subscription}
    path.write_bytes(sheet(*(ours | each for each in changed or ({},))))
    return CliRunner().invoke(charges, [str(path)], obj=lambda: story.world.house)


def test_the_card_orders_the_ways_by_what_each_leaves_and_shows_the_arithmetic(
    world: World, local: LocalPartnerCenter, face: Face, tmp_path: Path
) -> None:
    story = ripe(world, local, **BOUGHT)  # type: ignore[arg-type]  # values of several types
    story.propose(face)
    assert "What each way leaves on your books is not known" in face.channel()

    assert "1 of 1 customers have other prices now" in imported(story, tmp_path / "G1.csv").output
    world.settle()
    shown = str(face.channel())

    ways = [
        "the days not used come back (stated by Partner Center). Stays on your books: PLN 10.20 = 15 × PLN 10.08 − 15 × PLN 9.40 (28/30)",
        "nothing is billed after that (Microsoft, as of 4 May 2026). Stays on your books: PLN 1,814.40 = 15 × PLN 10.08 × 12",
        "(Microsoft, as of 1 Oct 2023). Stays on your books: PLN 1,814.40 = 15 × PLN 10.08 × 12",
        "Your price is that of invoice G1 (charges to 20 Dec 2026)",
    ]
    places = [shown.replace("\u00a0", " ").index(way) for way in ways]
    assert places == sorted(places)


def test_an_older_cycle_changes_nothing_and_what_is_not_ours_is_left_out(world: World, local: LocalPartnerCenter, tmp_path: Path) -> None:
    story = ripe(world, local, **BOUGHT)  # type: ignore[arg-type]  # values of several types
    path = tmp_path / "G1.csv"
    december = {"ChargeStartDate": "12/21/2026", "ChargeEndDate": "1/20/2027", "EffectiveUnitPrice": "11"}
    imported(story, path, december)

    again = imported(story, path, {}, {"CustomerId": "11111111-1111-1111-1111-111111111111"}, {"SubscriptionId": "unknown"})

    assert again.exit_code == 0
    assert "0 of 1 customers have other prices now" in again.output
    assert "1 lines are of tenants that nobody confirmed" in again.output
    with world.house.desk.reading() as connection:
        (read,) = subscriptions_of(connection, story.customer_id)
        known = price_of(connection, read.id)
    assert known is not None
    assert (str(known.unit), known.invoice) == ("11", "G1")


def test_lines_that_cannot_be_read_are_named_and_another_file_is_refused(world: World, local: LocalPartnerCenter, tmp_path: Path) -> None:
    story = ripe(world, local)
    bad = imported(story, tmp_path / "G1.csv", {"EffectiveUnitPrice": "9,408"})
    assert bad.exit_code == 1
    assert "Lines that cannot be read, left out: 2" in bad.output

    other = tmp_path / "other.csv"
    other.write_text("Invoice;Amount\n1;2\n")
    assert "Nothing was imported: line 2 lacks customerid" in CliRunner().invoke(charges, [str(other)], obj=lambda: world.house).output
