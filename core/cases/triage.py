"""The kinds of question customers ask, and a proposal from what they wrote. A proposal decides nothing: a person does.

The kinds are those of Microsoft's question bank for partners
(https://learn.microsoft.com/partner-center/billing/common-billing-scenarios-onetime-recurring).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.engine.folding import folded

LONGEST = 60  # characters of the customer's words that a card repeats


class Triage(StrEnum):
    """What a question is about; `other` when it is billing and none of these."""

    MISMATCH = "mismatch"  # does not match last month or the quote
    PRORATION = "proration"
    CANCEL = "cancel"
    REFUND = "refund"
    RENEWAL_PRICE = "renewal_price"
    AZURE_SPIKE = "azure_spike"
    EARNED_CREDIT = "earned_credit"
    RESERVATION = "reservation"
    CURRENCY = "currency"
    TAX = "tax"
    OUTAGE_CREDIT = "outage_credit"
    NEGATIVE = "negative"
    DOUBLE_LINE = "double_line"
    SEATS = "seats"
    TRIAL = "trial"
    PLAN_SWITCH = "plan_switch"
    BILLED_SUSPENDED = "billed_suspended"
    SURCHARGE = "surcharge"
    ALREADY_PAID = "already_paid"
    DOCUMENT = "document"
    OTHER = "other"


@dataclass(frozen=True)
class Stems:
    """Beginnings of words, without case and diacritics. A strong one says it alone, weak ones only together or for want of others."""

    strong: tuple[str, ...]
    weak: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A kind, the stems it was proposed for, and the words as they were written in which those were found."""

    kind: Triage
    because: tuple[str, ...]
    written: tuple[str, ...]


STEMS: Mapping[Triage, Stems] = {
    Triage.MISMATCH: Stems(
        ("does not match", "doesn't match", "than last month", "than the quote", "nie zgadza", "niz w zeszlym", "niz oferta", "inna kwota"),
        ("higher", "differ", "more than", "wyzsz", "wiecej niz", "rozni", "drozej"),
    ),
    Triage.PRORATION: Stems(
        (
            "prorat",
            "pro rata",
            "pro-rata",
            "partial month",
            "mid-month",
            "added seat",
            "added licen",
            "removed seat",
            "proporcjonaln",
            "niepelny miesiac",
            "w trakcie miesiaca",
            "dokupi",
            "dodalismy",
            "usunelismy",
        ),
        ("added", "removed", "dolozy"),
    ),
    Triage.CANCEL: Stems(("cancel", "terminate", "reduce", "rezygn", "zrezygn", "anulow", "wypowied", "zmniejsz"), ("fewer", "mniej")),
    Triage.REFUND: Stems(("where is my refund", "where is the refund", "money back", "refund", "gdzie zwrot", "zwrot"), ("oddac",)),
    Triage.RENEWAL_PRICE: Stems(
        ("price increase", "price change", "new price", "at renewal", "podwyzk", "zmiana ceny", "wzrost ceny", "nowa cena"),
        ("renew", "price", "odnowi", "cena", "ceny"),
    ),
    Triage.AZURE_SPIKE: Stems(
        ("azure bill", "azure cost", "azure spik", "azure usage", "koszt azure", "koszty azure", "zuzycie azure"), ("azure",)
    ),
    Triage.EARNED_CREDIT: Stems(("earned credit", "pec", "partner earned"), ()),
    Triage.RESERVATION: Stems(("reservation", "reserved instance", "savings plan", "rezerwac", "plan oszczedn"), ()),
    Triage.CURRENCY: Stems(("exchange rate", "currency", "kurs", "walut", "przewalut"), ("usd", "eur")),
    Triage.TAX: Stems(("vat", "sales tax", "tax", "podat"), ()),
    Triage.OUTAGE_CREDIT: Stems(("outage", "downtime", "sla", "compensation", "service credit", "awari", "niedostepn", "rekompensat"), ()),
    Triage.NEGATIVE: Stems(("negative", "minus", "ujemn"), ("credit note", "korekt")),
    Triage.DOUBLE_LINE: Stems(
        ("duplicate line", "charged twice", "billed twice", "double charge", "podwojn", "dwa razy", "dwukrotn"), ("twice", "double")
    ),
    Triage.SEATS: Stems(
        ("number of seats", "number of licen", "seat count", "licence count", "license count", "liczba licenc", "ilosc licenc"),
        ("seat", "licenc", "licens"),
    ),
    Triage.TRIAL: Stems(("trial", "okres probn", "wersja probn", "probn"), ()),
    Triage.PLAN_SWITCH: Stems(
        (
            "annual billing",
            "monthly billing",
            "billing plan",
            "switch to annual",
            "switch to monthly",
            "rozliczenie roczn",
            "rozliczenie miesieczn",
            "na roczn",
            "na miesieczn",
        ),
        ("annual", "yearly", "roczn"),
    ),
    Triage.BILLED_SUSPENDED: Stems(("while suspended", "suspended", "zawieszon", "wstrzyman"), ()),
    Triage.SURCHARGE: Stems(("surcharge", "extended service", "doplat", "po wygasnieciu"), ("expir", "wygas")),
    Triage.ALREADY_PAID: Stems(
        (
            "already paid",
            "we paid",
            "we have paid",
            "i paid",
            "payment reminder",
            "zaplacilismy",
            "zaplacilem",
            "zaplacone",
            "oplacon",
            "ponaglen",
            "wezwanie do zaplaty",
        ),
        ("reminder", "przelew"),
    ),
    Triage.DOCUMENT: Stems(
        (
            "pdf",
            "copy of the invoice",
            "purchase order",
            "po number",
            "billing address",
            "duplikat faktury",
            "kopie faktury",
            "kopia faktury",
            "numer zamowienia",
            "adres",
        ),
        ("address", "copy"),
    ),
}


def propose(text: str) -> Proposal | None:
    """The kind most of the text's words speak for; the earlier of the list when two are equal; None when nothing does."""
    best, best_score = None, 0
    read = _read(text)
    for kind, stems in STEMS.items():
        strong, weak = _found(read.plain, stems.strong), _found(read.plain, stems.weak)
        score = sum(2 + len(stem.split()) for stem in strong) + len(weak)
        if score > best_score:
            found = strong | weak
            best, best_score = Proposal(kind, tuple(found), tuple(dict.fromkeys(read.written(*at) for at in found.values()))), score
    return best


@dataclass(frozen=True)
class _Read:
    """A text folded word by word, so that what is found in it can be shown as it was written."""

    plain: str
    words: tuple[tuple[int, str], ...]  # where each begins in `plain`, and how it was written

    def written(self, start: int, end: int) -> str:
        """The whole words between two places of `plain`, without the punctuation around them."""
        ends = [begins for begins, _ in self.words[1:]] + [len(self.plain) + 1]
        shown = " ".join(word for (begins, word), after in zip(self.words, ends, strict=True) if begins < end and start < after - 1)
        whole = re.sub(r"^\W+|\W+$", "", shown)
        return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def _read(text: str) -> _Read:
    plain, words = "", []
    for word in text.split():
        if same := folded(word):
            plain += " " if plain else ""
            words.append((len(plain), word))
            plain += same
    return _Read(plain, tuple(words))


def _found(plain: str, stems: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """The stems that words of the text begin with, each with where it was found first."""
    found = ((stem, re.search(rf"(?<!\w){re.escape(stem)}", plain)) for stem in stems)
    return {stem: match.span() for stem, match in found if match}
