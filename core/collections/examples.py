"""An invented debt, for looking at the texts before a customer reads them: nobody's names, nobody's figures."""

from dataclasses import asdict
from datetime import UTC, date, datetime

from .phrases import Phrases
from .policy import ANY
from .texts import Texts, Tongue
from .wording import AccessFields, Asked, Fields, FinalFields

TODAY = date(2026, 11, 23)
SUSPENDED = datetime(2026, 12, 2, 8, tzinfo=UTC)


def example(texts: Texts, tongue: Tongue, country: str = "PL", currency: str = "PLN") -> Fields:
    """A reminder's fields: two invoices, one of them disputed in part."""
    say = Phrases(tongue.language, "Europe/Warsaw")
    lines = (("EX/2026/10/7", date(2026, 11, 2), 4_210_00), ("EX/2026/10/9", date(2026, 11, 9), 123_00))
    asked = tuple(
        Asked(
            number=number, due=say.day(due), total=say.money(amount, currency), open=say.money(amount, currency),
            late=str((TODAY - due).days), period=say.month("2026-10"),
        )
        for number, due, amount in lines
    )  # fmt: skip
    return Fields(
        recipient="Ala Przykładowa", customer="Example Ltd", partner=tongue.partner, contact=tongue.contact, case="C-1",
        today=say.day(TODAY), total=say.money(4_233_00, currency), disputed=say.money(100_00, currency), invoices=asked, due=asked[0].due,
        period=say.month("2026-10"), pay=tongue.payable(currency) or next(iter(tongue.pay.values())),
        legal=(texts.law(country, tongue.language) or texts.law(ANY, tongue.language) or "").strip(),
    )  # fmt: skip


def example_final(texts: Texts, tongue: Tongue, country: str = "PL", currency: str = "PLN") -> FinalFields:
    """The final notice's."""
    given = example(texts, tongue, country, currency)
    kept = {name: getattr(given, name) for name in asdict(given)}
    say = Phrases(tongue.language, "Europe/Warsaw")
    return FinalFields(**kept, suspends_at=say.moment(SUSPENDED), stops="Microsoft 365 Business Basic (25)")


def example_access(tongue: Tongue) -> AccessFields:
    """A letter's about access."""
    return AccessFields(
        recipient="Ala Przykładowa", customer="Example Ltd", partner=tongue.partner, contact=tongue.contact, case="C-1",
        today=Phrases(tongue.language, "Europe/Warsaw").day(TODAY), products="Microsoft 365 Business Basic",
    )  # fmt: skip
