"""Days, moments, months and amounts as people write them: understood rightly, asked, or refused; never a wrong value."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision
from hypothesis import given, settings
from hypothesis import strategies as st

from core.chat.amounts import amount, written
from core.chat.days import Tense, day, in_tense
from core.chat.moments import moment
from core.chat.months import month
from core.chat.values import Money
from core.engine.errors import Ambiguous, InvalidInput

WARSAW = ZoneInfo("Europe/Warsaw")
TODAY = date(2026, 11, 25)  # a Wednesday
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # ten o'clock in Warsaw
NEAR = st.dates(TODAY - timedelta(days=3600), TODAY + timedelta(days=3600))
PLACES = st.sampled_from(["en", "en_GB", "pl"])


def understood(reading: Callable[[], object]) -> tuple[list[object], str]:
    """What a text may mean, and the kind of the refusal, if it was one."""
    try:
        return [reading()], ""
    except Ambiguous as error:
        return [meant for _, meant in error.readings], error.kind
    except InvalidInput as error:
        return [], error.kind


def asked_day(text: str, tense: Tense = Tense.FUTURE) -> list[str]:
    with pytest.raises(Ambiguous) as caught:
        day(text, today=TODAY, tense=tense)
    return [typed for typed, _ in caught.value.readings]


def asked_moment(text: str, now: datetime = NOW) -> tuple[str, list[str]]:
    with pytest.raises(Ambiguous) as caught:
        moment(text, now=now, zone=WARSAW, tense=Tense.FUTURE)
    return caught.value.kind, [typed for typed, _ in caught.value.readings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dziś", "2026-11-25"), ("today", "2026-11-25"), ("jutro", "2026-11-26"), ("tomorrow", "2026-11-26"), ("pojutrze", "2026-11-27"),
        ("w piątek", "2026-11-27"), ("w piatek", "2026-11-27"), ("on friday", "2026-11-27"), ("Piątek", "2026-11-27"),
        ("we wtorek", "2026-12-01"), ("next monday", "2026-11-30"), ("w przyszły wtorek", "2026-12-01"), ("in 2 days", "2026-11-27"),
        ("za 2 dni", "2026-11-27"), ("za tydzień", "2026-12-02"), ("in a week", "2026-12-02"), ("za dwa tygodnie", "2026-12-09"),
        ("30.11", "2026-11-30"), ("30.11.", "2026-11-30"), ("30/11", "2026-11-30"), ("30.11.2026", "2026-11-30"),
        ("2026-11-30", "2026-11-30"), ("15 grudnia", "2026-12-15"), ("15. grudnia 2026 r.", "2026-12-15"), ("Dec 15th", "2026-12-15"),
        ("the 15th of December", "2026-12-15"), ("poniedziałek, 30 listopada 2026", "2026-11-30"), ("3.4", "2027-04-03"),
        ("Mon 30.11.26", "2026-11-30"),
    ],
)  # fmt: skip
def test_a_day_to_come_is_understood(text: str, expected: str) -> None:
    assert day(text, today=TODAY, tense=Tense.FUTURE) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("wczoraj", "2026-11-24"), ("on friday", "2026-11-20"), ("20.11", "2026-11-20"), ("2 dni temu", "2026-11-23"),
     ("a week ago", "2026-11-18"), ("w zeszły piątek", "2026-11-20"), ("dzisiaj", "2026-11-25")],
)  # fmt: skip
def test_a_day_that_has_been_is_understood(text: str, expected: str) -> None:
    assert day(text, today=TODAY, tense=Tense.PAST) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("03/04", ["2027-04-03", "2027-03-04"]),  # day first or month first
        ("w środę", ["2026-11-25", "2026-12-02"]),  # said on a Wednesday
        ("next friday", ["2026-11-27", "2026-12-04"]),  # the coming one, or that of next week
        ("20.11", ["2027-11-20"]),  # five days ago is nearer than next year
        ("30.11.26", ["2026-11-30", "2030-11-26"]),  # the year last or first
        ("11/12", ["2026-12-11", "2027-11-12"]),  # 11 December, or 12 November, which is over this year
    ],
)
def test_what_may_be_several_days_is_asked(text: str, readings: list[str]) -> None:
    assert asked_day(text) == readings
    for typed in readings:
        assert day(typed, today=TODAY, tense=Tense.FUTURE) == date.fromisoformat(typed)


@pytest.mark.parametrize("text", ["", "1", "31.04", "29.02", "32.1", "next week", "in 2 business days", "za dni", "kiedyś", "9" * 40])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not_a_day"):
        day(text, today=TODAY, tense=Tense.FUTURE)


@pytest.mark.parametrize(
    ("text", "tense", "kind"),
    [("wczoraj", Tense.FUTURE, "day_not_future"), ("jutro", Tense.PAST, "day_not_past"), ("2206-11-30", Tense.FUTURE, "day_far"),
     ("friday 30.11", Tense.FUTURE, "weekday_wrong")],
)  # fmt: skip
def test_a_day_on_the_wrong_side_or_with_another_weekday_is_refused(text: str, tense: Tense, kind: str) -> None:
    with pytest.raises(InvalidInput, match=kind):
        day(text, today=TODAY, tense=tense)


@given(NEAR, NEAR, PLACES, st.sampled_from(["short", "medium", "long", "full"]), st.sampled_from(Tense))
@settings(deadline=None)  # cores are shared: a slow moment is no fault
def test_a_day_written_by_babel_is_that_day_or_asked(on: date, today: date, locale: str, width: str, tense: Tense) -> None:
    text = format_date(on, width, locale=locale)

    meant, _ = understood(lambda: day(text, today=today, tense=tense))

    assert (on in meant) == bool(in_tense([on], today, tense))  # never lost, and never taken on the wrong side of today


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jutro 9", "2026-11-26T09:00"), ("tomorrow 9", "2026-11-26T09:00"), ("jutro o 14.30", "2026-11-26T14:30"),
        ("next monday 14:30", "2026-11-30T14:30"), ("w piątek", "2026-11-27T09:00"), ("30.11 9.15", "2026-11-30T09:15"),
        ("15 grudnia", "2026-12-15T09:00"), ("9 grudnia", "2026-12-09T09:00"), ("jutro 2pm", "2026-11-26T14:00"),
        ("jutro w południe", "2026-11-26T12:00"), ("at 9 on friday", "2026-11-27T09:00"), ("14:30 tomorrow", "2026-11-26T14:30"),
        ("za 3 godziny", "2026-11-25T13:00"), ("in 30 min", "2026-11-25T10:30"), ("za 2 dni o 9", "2026-11-27T09:00"),
        ("2026-11-26T08:00+00:00", "2026-11-26T09:00"), ("30 Nov 2026, 14:30", "2026-11-30T14:30"),
    ],
)  # fmt: skip
def test_a_moment_is_understood_in_the_persons_zone(text: str, expected: str) -> None:
    found = moment(text, now=NOW, zone=WARSAW, tense=Tense.FUTURE)

    assert found.utcoffset() == timedelta(0)
    assert found.astimezone(WARSAW).replace(tzinfo=None) == datetime.fromisoformat(expected)


def test_what_may_be_several_moments_is_asked() -> None:
    assert asked_moment("14:30") == ("time_alone", ["2026-11-25T14:30+01:00", "2026-11-26T14:30+01:00"])
    assert asked_moment("jutro 5") == ("moment_ambiguous", ["2026-11-26T05:00+01:00", "2026-11-26T17:00+01:00"])
    assert asked_moment("w środę 9") == ("moment_ambiguous", ["2026-12-02T09:00+01:00"])
    assert asked_moment("03/04 9") == ("moment_ambiguous", ["2027-04-03T09:00+02:00", "2027-03-04T09:00+01:00"])


def test_a_time_alone_that_has_been_today_is_today_s_where_only_the_past_is_meant() -> None:
    def past(text: str) -> datetime:
        return moment(text, now=NOW, zone=WARSAW, tense=Tense.PAST).astimezone(WARSAW)

    assert [f"{past(text):%d %H:%M}" for text in ("9:30", "o 8", "yesterday 14:30", "w piątek 16:00")] == [
        "25 09:30", "25 08:00", "24 14:30", "20 16:00",
    ]  # fmt: skip
    with pytest.raises(Ambiguous, match="time_alone") as asked:
        past("23:50")
    assert [text for text, _ in asked.value.readings] == ["2026-11-24T23:50+01:00"]
    with pytest.raises(InvalidInput, match="moment_not_past"):
        past("today 23:50")


def test_a_time_that_the_clocks_skip_or_repeat_is_asked() -> None:
    assert asked_moment("28.03.2027 2:30") == ("time_skipped", ["2027-03-28T03:30+02:00"])
    assert asked_moment("31.10.2027 2:30") == ("time_twice", ["2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00"])


@pytest.mark.parametrize("text", ["", "9", "jutro 25", "jutro 9:60", "jutro 0", "2026-11-26T09:00", "soon", "13pm tomorrow"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not_a_moment"):
        moment(text, now=NOW, zone=WARSAW, tense=Tense.FUTURE)


@pytest.mark.parametrize("text", ["today 8", "wczoraj", "2026-11-25T09:00+01:00"])
def test_a_moment_that_is_over_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="moment_not_future"):
        moment(text, now=NOW, zone=WARSAW, tense=Tense.FUTURE)


@given(
    st.datetimes(datetime(2026, 11, 26), datetime(2030, 1, 1)),  # noqa: DTZ001 (local times: that is what is written)
    st.sampled_from(["%Y-%m-%d %H:%M", "%d.%m.%Y o %H:%M", "%H:%M %d.%m.%Y"]),
)
@settings(deadline=None)  # cores are shared: a slow moment is no fault
def test_a_written_moment_is_that_moment_or_asked(at: datetime, form: str) -> None:
    local = at.replace(second=0, microsecond=0)

    meant, kind = understood(lambda: moment(local.strftime(form), now=NOW, zone=WARSAW, tense=Tense.FUTURE))

    shown = [found.astimezone(WARSAW).replace(tzinfo=None) for found in meant if isinstance(found, datetime)]
    assert shown == {"": [local], "time_twice": [local, local], "time_skipped": [local + timedelta(hours=1)]}[kind]


def test_months_are_understood_and_a_name_without_its_year_is_asked() -> None:
    for text in ("2026-09", "09.2026", "9/2026", "wrzesień 2026", "September 2026", "Sept 2026"):
        assert month(text, today=TODAY) == "2026-09", text
    assert (month("last month", today=TODAY), month("w zeszłym miesiącu", today=TODAY)) == ("2026-10", "2026-10")
    for text in ("13/2026", "2026-00", "09", "9/26", "month"):
        with pytest.raises(InvalidInput, match="not_a_month"):
            month(text, today=TODAY)
    with pytest.raises(Ambiguous) as caught:
        month("grudzień", today=TODAY)
    assert [typed for typed, _ in caught.value.readings] == ["2025-12", "2024-12"]


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [("1 200,50 zł", 120050, "PLN"), ("1200.50 PLN", 120050, "PLN"), ("€ 99", 9900, "EUR"), ("1,200.50 EUR", 120050, "EUR"),
     ("1.200,50 EUR", 120050, "EUR"), ("1\u202f200,50\u00a0zł", 120050, "PLN"), ("1,20 zl", 120, "PLN"), ("1200 JPY", 1200, "JPY"),
     ("pln 7", 700, "PLN")],
)  # fmt: skip
def test_an_amount_is_understood(text: str, minor: int, currency: str) -> None:
    assert amount(text) == Money(minor, currency)


def test_an_amount_that_may_be_two_is_asked() -> None:
    for text in ("1,200 PLN", "1.200 zł"):
        with pytest.raises(Ambiguous) as caught:
            amount(text)
        assert [typed for typed, _ in caught.value.readings] == ["1.20 PLN", "1200.00 PLN"]
    with pytest.raises(Ambiguous):
        amount("1,234 PLN")  # a thousand, or a slip of the finger


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1200", "currency_missing"), ("5 XYZ", "currency_unknown"), ("$ 5", "not_an_amount"), ("-5 zł", "not_an_amount"),
     ("0 zł", "amount_not_payable"), ("1,2,3 zł", "not_an_amount"), ("1200,505 PLN", "not_an_amount"), ("1e5 PLN", "not_an_amount"),
     ("1 20 zł", "not_an_amount"), ("EUR 9 EUR", "not_an_amount"), ("٣ PLN", "not_an_amount"), ("9" * 30 + " PLN", "not_an_amount")],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str, kind: str) -> None:
    with pytest.raises(InvalidInput, match=kind):
        amount(text)


CURRENCIES = st.sampled_from(["PLN", "EUR", "USD", "GBP", "CHF", "CZK", "JPY", "KWD"])


@given(st.integers(1, 10**12), CURRENCIES, PLACES, st.sampled_from(["standard", "accounting", "name"]))
@settings(deadline=None)  # cores are shared: a slow moment is no fault
def test_an_amount_written_by_babel_is_that_amount_or_asked_or_refused(minor: int, currency: str, locale: str, form: str) -> None:
    number = Decimal(minor).scaleb(-get_currency_precision(currency))
    text = format_currency(number, currency, locale=locale, format_type=form)  # type: ignore[arg-type]  # one of Babel's own words

    meant, kind = understood(lambda: amount(text))

    assert Money(minor, currency) in meant or kind in ("not_an_amount", "currency_unknown"), text  # "$5", "5 US dollars"
    assert len(meant) != 1 or kind or meant == [Money(minor, currency)]


@given(st.integers(1, 10**12), CURRENCIES)
@settings(deadline=None)  # cores are shared: a slow moment is no fault
def test_what_a_button_carries_is_understood_in_one_way(minor: int, currency: str) -> None:
    assert amount(written(Money(minor, currency))) == Money(minor, currency)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_no_text_is_more_than_refused(text: str) -> None:
    readings: list[Callable[[], object]] = [
        lambda: day(text, today=TODAY), lambda: month(text, today=TODAY), lambda: amount(text),
        lambda: moment(text, now=NOW, zone=WARSAW),
    ]  # fmt: skip
    for reading in readings:
        meant, kind = understood(reading)
        assert meant or kind
