"""What the notices say, as data: a wording per step and language, how to pay and whom to ask, and what the law of a country adds.

A version never changes once it is applied; each notice names the one it was made from. Wordings are Jinja templates (`wording`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .policy import ANY, Does, Rule, Step

EU = "EU"
# https://european-union.europa.eu/principles-countries-history/eu-countries_en, 2026-11-01
MEMBERS = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
        "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
UPCOMING, DUE, FRIENDLY, FIRM, FINAL = NAMES = ("upcoming", "due", "friendly", "firm", "final")
# No step's: that access is off, or back; where no wording says it, the desk has words of its own.
SUSPENDED, RESTORED = OF_ACCESS = ("suspended", "restored")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A notice as a template. `name`: one of NAMES or OF_ACCESS, or that of a partner's own step."""

    name: str
    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """Everything in one language. `partner`: who writes; `contact`: whom to ask and when; `pay`: how to pay by currency, `*` for any."""

    language: str
    partner: str
    contact: str
    pay: Mapping[str, str]
    wordings: tuple[Wording, ...]

    def wording(self, step: Step) -> Wording | None:
        """The wording of that step's own name, else of its kind. Only the final notice has the final wording, and no other."""
        by_name = {each.name: each for each in self.wordings if each.name not in OF_ACCESS}
        if step.does is Does.FINAL:
            return by_name.get(FINAL)
        usual = UPCOMING if step.day < 0 else DUE if step.day == 0 else FRIENDLY
        return by_name.get(usual if step.name == FINAL else step.name) or by_name.get(usual)

    def of_access(self, name: str) -> Wording | None:
        """How it is told that access is off, or back; None where the partner has no words of their own for it."""
        return next((each for each in self.wordings if each.name == name), None)

    def payable(self, currency: str) -> str:
        """How to pay in that currency; empty where nothing says."""
        return self.pay.get(currency, self.pay.get(ANY, ""))


@dataclass(frozen=True, kw_only=True)
class Legal(Rule):
    """What the law of a country adds. `country`: its ISO code, EU for any other member, `*` for anywhere. `read_by`: who of the partner's
    lawyers read it, and when; empty while nobody has."""

    country: str
    language: str
    text: str
    read_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """One version, in force from `since` until a later one is."""

    version: str
    since: date
    title: str
    tongues: tuple[Tongue, ...]
    legal: tuple[Legal, ...]

    def tongue(self, locale: str) -> Tongue | None:
        """That of a locale such as pl-PL; None for a language that has no texts: a notice goes out in the customer's or not at all."""
        language = locale.replace("_", "-").partition("-")[0].casefold()
        return next((each for each in self.tongues if each.language == language), None)

    def law(self, country: str, language: str) -> str | None:
        """The closest block in that language: the country's, the Union's for a member, anywhere's. None where nothing says."""
        wanted = [country.upper(), *([EU] if country.upper() in MEMBERS else []), ANY]
        known = {each.country: each.text for each in self.legal if each.language == language}
        return next((known[each] for each in wanted if each in known), None)
