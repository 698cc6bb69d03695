"""CSV as accounting programs really export it: encodings, quotes, wrong numbers, and nothing guessed."""

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.receivables.csv import values
from webhooks.receivables.csv.events import Ask, Sheet, translate
from webhooks.receivables.csv.values import Style, Wrong

AS_OF = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
POLISH = "Kontrahent;Nazwa;NIP;Nr faktury;Data wystawienia;Termin płatności;Waluta;Kwota brutto;Do zapłaty\n"
ENGLISH = "payer,number,issued_on,due_on,currency,total,open\n"


def sheet(text: str | bytes, *, complete: bool = False, style: Style = Style.AUTO, **columns: str) -> Sheet:
    data = text.encode() if isinstance(text, str) else text
    return translate(data, Ask(connection="books", as_of=AS_OF, complete=complete, style=style, columns=columns))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16"])
def test_polish_letters_survive_every_encoding_in_use(encoding: str) -> None:
    text = POLISH + "K-1;Żółw & Źrebię sp. z o.o.;526-025-02-74;F/1/10;01.10.2026;15.10.2026;PLN;1 230,50;1 000,00\n"

    [command] = sheet(text.encode(encoding)).commands

    payer = command.payer
    assert (payer.external, payer.name, payer.tax_id) == ("K-1", "Żółw & Źrebię sp. z o.o.", "5260250274")
    [invoice] = payer.invoices
    assert (invoice.total, invoice.open, invoice.due_on) == (123050, 100000, date(2026, 10, 15))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_the_heading_known(delimiter: str) -> None:
    text = (ENGLISH + 'K-1,"F/1",2026-10-01,2026-10-15,PLN,100.00,100.00\n').replace(",", delimiter)

    assert [c.payer.invoices[0].open for c in sheet(text).commands] == [10000]


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks_and_errors_name_the_right_line() -> None:
    text = "payer,payer name,number,issued_on,due_on,currency,total,open\n"
    text += 'K-1,"Nowak, ""Syn""\ni Wnuk",F/1,2026-10-01,2026-10-15,PLN,1.00,1.00\nK-2,B,F/2,2026-10-01,03/04/2026,PLN,1.00,1.00\n'

    found = sheet(text)

    assert found.commands[0].payer.name == 'Nowak, "Syn"\ni Wnuk'
    assert [(e.line, e.payer) for e in found.errors] == [(4, "K-2")]


def test_a_payer_with_a_wrong_line_is_left_out_whole_and_the_others_go_on() -> None:
    text = ENGLISH + "K-1,F/1,2026-10-01,2026-10-15,PLN,10.00,10.00\nK-1,F/2,2026-10-01,2026-10-15,PLN,ten,10.00\n"
    text += "K-2,F/3,2026-10-01,2026-10-15,PLN,10.00,10.00\n"

    found = sheet(text)

    assert [c.payer.external for c in found.commands] == ["K-2"]
    assert found.withheld == ("K-1",)
    assert "is not a number" in found.errors[0].sentence


@pytest.mark.parametrize(
    "wrong",
    [
        "K-1,F/1,2026-10-01,2026-10-15,PLN,10.00",  # a cell too few
        "K-1,F/1,2026-10-01,2026-10-15,PLN,10.00,10.00,x",  # one too many
        "K-1,,2026-10-01,2026-10-15,PLN,10.00,10.00",
        "K-1,F/1,2026-10-01,2026-10-15,złoty,10.00,10.00",
        "K-1,F/1,2026-02-30,2026-10-15,PLN,10.00,10.00",
        "K-1,F/1,2026-10-01,,PLN,10.00,10.00",
        "K-1,F/1,2026-10-01,2026-10-15,PLN,10.005,10.00",
        "K-1,F/1,2026-10-01,2026-10-15,PLN,١٠,10.00",
        "K-1,F/1,2026-10-01,2026-10-15,PLN,1e3,10.00",
        "K-1,F/1,2026-10-01,2026-10-15,PLN,NaN,10.00",
        "K-1,F/1,2026-10-01,2026-10-15,PLN," + "9" * 400 + ",10.00",
    ],
)
def test_a_line_that_cannot_be_understood_is_an_error_with_its_number(wrong: str) -> None:
    found = sheet(ENGLISH + wrong + "\n")

    assert found.commands == ()
    assert [error.line for error in found.errors] == [2]


def test_a_line_of_nobodys_is_reported_and_holds_a_complete_file_back() -> None:
    text = ENGLISH + "K-1,F/1,2026-10-01,2026-10-15,PLN,10.00,10.00\n,,,,Razem,,10.00\n"

    assert [c.payer.external for c in sheet(text).commands] == ["K-1"]
    assert sheet(text).errors[0].payer == ""
    assert sheet(text, complete=True).held_back
    assert sheet(text, complete=True).commands == ()


def test_lines_of_one_invoice_are_taken_together() -> None:
    text = "payer;number;issued_on;due_on;currency;total;open;description;qty;net;vat;subscription\n"
    text += "K-1;F/1;2026-10-01;2026-10-15;PLN;123,00;0,00;E3;2;80,00;18,40;S1\nK-1;F/1;;;;;;Visio;0,5;20,00;4,60;\n"

    [command] = sheet(text).commands

    [invoice] = command.payer.invoices
    assert [(x.text, x.quantity, x.net, x.vat) for x in invoice.lines] == [
        ("E3", Decimal(2), 8000, 1840),
        ("Visio", Decimal("0.5"), 2000, 460),
    ]


def test_an_invoice_given_twice_or_in_two_ways_is_an_error() -> None:
    twice = "K-1,F/1,2026-10-01,2026-10-15,PLN,10.00,10.00\n"

    assert "already on line 2" in sheet(ENGLISH + twice + twice).errors[0].sentence
    assert "another open on line 2" in sheet(ENGLISH + twice + twice.replace("10.00\n", "9.00\n")).errors[0].sentence


def test_columns_are_named_by_the_operator_where_no_name_is_known() -> None:
    text = "Kto,Numerek,A,B,Ccy,Ile,Zostało\nK-1,F/1,2026-10-01,2026-10-15,eur,10.00,9.00\n"
    named = {"payer": "Kto", "number": "numerek", "issued_on": "A", "due_on": "B", "total": "ile", "open": "ZOSTALO"}

    assert sheet(text, **named).commands[0].payer.invoices[0].currency == "EUR"
    with pytest.raises(Wrong, match="No column is known to be open"):
        sheet(text, **{k: v for k, v in named.items() if k != "open"})
    with pytest.raises(Wrong, match="no field amount"):
        sheet(text, amount="Ile")
    with pytest.raises(Wrong, match="not exactly one column"):
        sheet(text, **(named | {"payer": "Kdo"}))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty|no columns"),
        (b"\x81\x83\x88\x90", "not UTF-8 and not CP1250"),
        (b"a,b,c\n1,2,3\n", "I know no columns"),
        ((ENGLISH + 'K-1,"F/1,2026-10-01\n').encode(), "Line 2: the quoting is broken"),
        ((ENGLISH + "K-1,F\0,2026-10-01,2026-10-15,PLN,1.00,1.00\n").encode(), "NUL"),
        ((ENGLISH.replace("open", "total")).encode(), "Two columns could be total"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(data: bytes, why: str) -> None:
    with pytest.raises(Wrong, match=why):
        sheet(data)


def test_figures_without_their_moment_are_refused() -> None:
    row = "K-1,F/1,2026-10-01,2026-10-15,PLN,10.00,10.00"
    with pytest.raises(Wrong, match="When were these figures true"):
        translate((ENGLISH + row).encode(), Ask(connection="books"))

    text = ENGLISH.replace("\n", ",as of\n") + row + ",2026-11-23T08:00+01:00\n" + row.replace("F/1", "F/2") + ",2026-11-23T07:00+01:00\n"
    [command] = translate(text.encode(), Ask(connection="books")).commands
    assert command.as_of == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # the oldest part dates the whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1200", 120000), ("1200.50", 120050), ("1200,5", 120050), ("1 200,50", 120050), ("1\u00a0200,50", 120050), ("1'200.50", 120050),
        ("1.200,50", 120050), ("1,200.50", 120050), ("1,200,300", 120030000), ("-5", -500), ("5,00-", -500), ("(5.00)", -500),
        ("\u22125", -500), ("0,50", 50), ("+7", 700), ("1 200 300", 120030000),
    ],
)  # fmt: skip
def test_numbers_that_can_only_be_read_in_one_way(text: str, expected: int) -> None:
    assert values.amount(text, "PLN", Style.AUTO) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1,200",
        "1.200",
        "-1,200",
        "1,20,50",
        "12,00,000",
        "1.2.3",
        "1 20,50",
        "1,200.300,5",
        "",
        " ",
        "5.",
        ".5",
        "--5",
        "5 zł",
        "0x10",
        "1_000",
    ],
)
def test_numbers_that_are_none_or_could_be_two_are_refused(text: str) -> None:
    with pytest.raises(Wrong):
        values.amount(text, "PLN", Style.AUTO)


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("1.200", Style.COMMA, 120000), ("1,200", Style.POINT, 120000), ("1.200,50", Style.COMMA, 120050), ("1200,5", Style.COMMA, 120050),
        ("1,200", Style.COMMA, None), ("1.200", Style.POINT, None), ("1200.50", Style.COMMA, None), ("1,200.50", Style.COMMA, None),
        ("1,200,300", Style.COMMA, None),
    ],
)  # fmt: skip
def test_a_declared_decimal_sign_settles_it(text: str, style: Style, expected: int | None) -> None:
    if expected is None:
        with pytest.raises(Wrong):
            values.amount(text, "PLN", style)
    else:
        assert values.amount(text, "PLN", style) == expected


def test_money_has_the_decimals_of_its_currency() -> None:
    assert values.amount("1200.00", "JPY", Style.AUTO) == 1200
    assert values.amount("1200", "HUF", Style.AUTO) == 120000
    with pytest.raises(Wrong, match="more decimals than JPY has"):
        values.amount("1200.50", "JPY", Style.AUTO)


@given(st.integers(-(10**12), 10**12), st.sampled_from([",", "."]), st.sampled_from(["", " ", "\u00a0", "'", "other"]))
def test_every_amount_written_with_two_decimals_is_read_back(minor: int, mark: str, thousands: str) -> None:
    grouped = f"{abs(minor) // 100:,}".replace(",", {"other": "." if mark == "," else ","}.get(thousands, thousands))
    written = f"{'-' if minor < 0 else ''}{grouped}{mark}{abs(minor) % 100:02}"

    assert values.amount(written, "PLN", Style.AUTO) == minor


@given(st.text(max_size=30))
def test_no_text_is_ever_more_than_refused(text: str) -> None:
    for read in (lambda: values.number(text, Style.AUTO), lambda: values.day(text), lambda: values.moment(text, None)):
        with suppress(Wrong):
            read()


@pytest.mark.parametrize("text", ["03/04/2026", "03/04", "3.4.26", "2026-13-01", "31.02.2026", "today", ""])
def test_days_that_could_be_two_are_refused(text: str) -> None:
    with pytest.raises(Wrong):
        values.day(text)


def test_moments_need_a_zone_and_a_mere_day_counts_from_its_first_minute() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")

    assert values.moment("2026-11-23 08:00+01:00", None) == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert values.moment("2026-11-23T08:00", warsaw) == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert values.moment("2026-11-23", warsaw) == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    with pytest.raises(Wrong, match="names no time zone"):
        values.moment("2026-11-23T08:00", None)


def test_a_files_name_may_say_when() -> None:
    assert values.moment_in_name("open_2026-11-23T0800+0100.csv", None) == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert values.moment_in_name("open-2026-11-23.csv", ZoneInfo("UTC")) == datetime(2026, 11, 23, tzinfo=UTC)
    assert values.moment_in_name("open.csv", None) is None
