"""The ages of what is open as a picture: handed over once, by a link, for whoever may see them; every bar has its figure beside it."""

import json
import re
from datetime import date, timedelta

import pytest

from app.evidence.chart import FULL, LEAST, Ages, lay_out, length
from app.evidence.files import typeset
from core.chat.words import Words
from core.engine.db.tables.engine import journal
from core.receivables.aging import BUCKETS, Aged
from tests.harness.faces import Face, Seen
from tests.harness.pdf import pages, text_of
from tests.harness.receivables import AS_OF, customer_with_payer, feed, invoice
from tests.harness.world import ADA, ANA, BEN, FAY, VIC, World

DESK = "https://desk.example.org"


@pytest.fixture
def books(world: World) -> int:
    """One customer: an invoice of each of two ages, a part disputed, a credit, one of which nobody knows, and euros."""
    world.hire(ADA, ANA, BEN, FAY, VIC)
    world.house.chat.public_url = DESK
    customer_id = customer_with_payer(world)
    feed(world, invoice("F/0", open=1))
    world.now += timedelta(days=1)
    feed(
        world, invoice("F/1", total=30000, open=30000), invoice("F/2", total=90000, open=90000, due_on=date(2026, 11, 1)),
        invoice("K/1", total=-5000, open=-5000), invoice("E/1", currency="EUR", total=9900, open=9900, due_on=date(2026, 12, 31)),
        as_of=world.now - timedelta(hours=1),
    )  # fmt: skip
    return customer_id


def links(seen: Seen) -> list[str]:
    """Their paths, the page's first."""
    found = list(dict.fromkeys(re.findall(rf"{re.escape(DESK)}(/files/[\w-]+)", json.dumps(seen.raw))))
    assert len(found) == 2, seen.raw
    return found


def test_the_button_beside_the_bars_hands_over_a_page_and_a_picture_once(world: World, books: int, face: Face) -> None:
    face.type("dispute Nowak F/1 20 PLN too many seats", by=ANA)

    pressed = face.click(face.type("aging Nowak", by=VIC), "Chart", by=VIC)
    page, picture = links(pressed if DESK in str(pressed.raw) else face.told(VIC))  # Teams answers a button beside the card
    asked = world.client.get(page)
    taken, again = world.client.post(page), world.client.post(page)

    assert "Open amounts by age as PDF" in asked.text
    assert (taken.status_code, again.status_code) == (200, 410)
    assert taken.headers["Content-Disposition"] == f'attachment; filename="chart-{books}.pdf"'
    said = text_of(taken.data)
    assert pages(taken.data) == 1
    for part in (
        "Open amounts by age: Nowak", "PLN by days late", "EUR by days late", "PLN 300.00", "PLN 900.00", "75 %", "25 %", "€99.00",
        "Disputed, part of the above", "PLN 20.00", "Credits, not taken off", "-PLN 50.00", "Of 1 invoice the newest feed does not say",
        "As of, the oldest feed: Tue 24 Nov 2026",
    ):  # fmt: skip
        assert part in said, said
    assert "by customer" not in said, "one customer is no list"
    assert world.client.post(picture).data.startswith(b"\x89PNG")


def test_everybody_s_together_is_for_whoever_may_see_it_in_text(world: World, books: int, face: Face) -> None:
    for who in (VIC, BEN, ADA):
        assert "Nothing was shown" in face.type("chart", by=who)
        assert "chart is ready" in face.type("aging chart Nowak", by=who)

    page, _ = links(face.type("chart", by=FAY))
    taken = world.client.post(page)

    assert taken.headers["Content-Disposition"] == 'attachment; filename="chart-all.pdf"'
    said = text_of(taken.data)
    assert "all customers" in said
    assert "PLN by customer, the most overdue first" in said
    with world.house.store.reading() as connection:
        told = [(row.event, row.actor) for row in connection.execute(journal.select().where(journal.c.subject == "files:all"))]
    assert [event for event, _ in told] == ["file_offered", "file_taken"]
    assert told[0][1].startswith("staff:")


def test_without_an_address_it_says_so_and_the_bars_in_text_stay(world: World, books: int, face: Face) -> None:
    world.house.chat.public_url = ""

    assert "DESK_PUBLIC_URL" in face.type("wykres Nowak", by=VIC)
    assert "█" in str(face.type("aging Nowak", by=VIC))


def test_where_nothing_is_open_there_is_nothing_to_draw(world: World, books: int, face: Face) -> None:
    customer_with_payer(world, "K-2", name="Empty")

    assert "Chart" not in face.type("aging Empty", by=ANA).buttons
    assert "nothing to draw" in face.type("chart Empty", by=ANA)


def aged(name: str, currency: str, *amounts: int) -> Aged:
    return Aged(currency=currency, customer_id=1, name=name, as_of=AS_OF, buckets=dict(zip(BUCKETS, amounts, strict=True)))


@pytest.mark.parametrize("language", ["en", "pl"])
def test_it_is_one_page_in_both_languages_whatever_customers_are_called(language: str) -> None:
    called = ['#import "x" $evil$ *bold* [ł]', "Przedsiębiorstwo Wielobranżowe " * 5, *(f"Klient {n}" for n in range(18))]
    lines = [aged(name, currency, 100, 0, 2_345_67, 0, 9) for currency in ("EUR", "PLN") for name in called]
    found = Ages(customer_id=None, made_at=AS_OF, lines=lines, disputed={"PLN": 500})

    made = typeset("chart.typ", lay_out(found, "Ages", Words(language)), "pdf")

    assert pages(made) == 1
    said = text_of(made)
    assert '#import "x" $evil$ *bold* [ł]'.replace('"', "") in re.sub('["”“„]', "", said)
    assert {"en": "15 more", "pl": "jeszcze 15"}[language] in said
    assert {"en": "PLN 46,913.40", "pl": "46 913,40 zł"}[language] in said
    assert {"en": "€2,346.76", "pl": "2 346,76 €"}[language] in said


def test_a_bar_is_as_long_as_its_amount_to_the_hundredth_of_a_per_cent() -> None:
    most = 10**18 + 1  # more than a float tells apart

    assert (length(most, most), length(most // 2, most), length(0, most), length(1, most)) == (FULL, FULL // 2 - 1, 0, LEAST)
    assert length(0, 0) == 0
