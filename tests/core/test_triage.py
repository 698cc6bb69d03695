"""What a question is about, proposed from its words in both languages; nothing is proposed for words that say nothing."""

import pytest

from core.cases.triage import Triage, propose

ASKED = [
    ("Why is my invoice higher than last month?", Triage.MISMATCH),
    ("Faktura nie zgadza się z poprzednią", Triage.MISMATCH),
    ("We added licences mid-month, how is it prorated?", Triage.PRORATION),
    ("Dokupiliśmy 5 licencji w trakcie miesiąca", Triage.PRORATION),
    ("Can I cancel the subscription?", Triage.CANCEL),
    ("Chcemy zrezygnować z Power BI", Triage.CANCEL),
    ("We cancelled in May, where is my refund?", Triage.REFUND),
    ("Gdzie zwrot za anulowaną usługę?", Triage.REFUND),
    ("New price at renewal?", Triage.RENEWAL_PRICE),
    ("Podwyżka przy odnowieniu", Triage.RENEWAL_PRICE),
    ("Our Azure bill exploded", Triage.AZURE_SPIKE),
    ("Did we lose the partner earned credit on Azure?", Triage.EARNED_CREDIT),
    ("Charged for a reservation nobody uses", Triage.RESERVATION),
    ("Jaki kurs waluty?", Triage.CURRENCY),
    ("Wrong VAT on the bill", Triage.TAX),
    ("Rekompensata za awarię Exchange", Triage.OUTAGE_CREDIT),
    ("A negative amount on the invoice", Triage.NEGATIVE),
    ("Microsoft 365 E5 billed twice", Triage.DOUBLE_LINE),
    ("Liczba licencji inna niż w panelu", Triage.SEATS),
    ("The trial became a paid subscription", Triage.TRIAL),
    ("Please switch to annual billing", Triage.PLAN_SWITCH),
    ("Why do we pay while suspended?", Triage.BILLED_SUSPENDED),
    ("What is this extended service term surcharge?", Triage.SURCHARGE),
    ("Zapłaciliśmy w piątek, skąd ponaglenie?", Triage.ALREADY_PAID),
    ("Please send a PDF with our purchase order number", Triage.DOCUMENT),
]


@pytest.mark.parametrize(("text", "kind"), ASKED, ids=[text for text, _ in ASKED])
def test_a_question_is_proposed_its_kind(text: str, kind: Triage) -> None:
    found = propose(text)

    assert found is not None
    assert found.kind is kind
    assert found.because


@pytest.mark.parametrize("text", ["", "Hello", "Dzień dobry", "taksi"])
def test_words_that_say_nothing_propose_nothing(text: str) -> None:
    assert propose(text) is None


def test_every_kind_but_the_last_resort_can_be_proposed() -> None:
    assert {kind for _, kind in ASKED} == set(Triage) - {Triage.OTHER}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Dlaczego faktura za ostatni miesiąc jest wyższa?", ("wyższa",)),
        ("Zapłaciliśmy w piątek, skąd ponaglenie?", ("Zapłaciliśmy", "ponaglenie")),
        ("It is higher\n  THAN  last month!", ("THAN last month", "higher")),
        ("\u0301 (Podwyżka) ´ ﬁne", ("Podwyżka",)),
        ("Where is my refund? We want the refund.", ("Where is my refund", "refund")),
        ("see refund/" + "x" * 100, ("refund/" + "x" * 52 + "…",)),
    ],
)
def test_the_words_it_was_proposed_for_are_those_that_were_written(text: str, written: tuple[str, ...]) -> None:
    found = propose(text)

    assert found is not None
    assert found.written == written
