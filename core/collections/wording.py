"""A wording filled in: Jinja's sandbox with strict fields, and the fields that there are.

Every field is words by the time it comes here: what a customer or a feed wrote is never read as a template.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .texts import Wording

# Plain text: there is no markup to escape for.
SANDBOX = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
SANDBOX.globals.clear()  # neither range nor lipsum has any business in a letter


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An invoice as a notice names it. `late`: whole days since its due date, "0" before it. `period`: the billing month."""

    number: str
    due: str
    total: str
    open: str
    late: str
    period: str


@dataclass(frozen=True, kw_only=True)
class LetterFields:
    """What every letter may name. `recipient`: whom it is written to; `case`: C-104, empty before anything is overdue."""

    recipient: str
    customer: str
    partner: str
    contact: str
    case: str
    today: str


@dataclass(frozen=True, kw_only=True)
class Fields(LetterFields):
    """What a reminder names besides. `total`: everything asked for; `disputed`: what the customer does not accept and is not asked for,
    empty for nothing."""

    total: str
    disputed: str
    invoices: tuple[Asked, ...]
    due: str
    period: str
    pay: str
    legal: str


@dataclass(frozen=True, kw_only=True)
class FinalFields(Fields):
    """What the final notice names besides: `suspends_at`, the date and time from which access may end, and what `stops` then."""

    suspends_at: str
    stops: str


@dataclass(frozen=True, kw_only=True)
class AccessFields(LetterFields):
    """What a letter about access names besides. `products`: what is off, or on again."""

    products: str


REMINDER_FIELDS = frozenset(each.name for each in fields(Fields))
FINAL_FIELDS = frozenset(each.name for each in fields(FinalFields))
ACCESS_FIELDS = frozenset(each.name for each in fields(AccessFields))


def fill(wording: Wording, given: Fields | AccessFields) -> tuple[str, str]:
    """Subject and body. Raises jinja2.TemplateError for a wording that names what there is not."""
    context: Mapping[str, object] = {each.name: getattr(given, each.name) for each in fields(given)}
    subject = SANDBOX.from_string(wording.subject).render(context)
    body = SANDBOX.from_string(wording.body).render(context)
    return " ".join(subject.split()), "\n".join(line.rstrip() for line in body.strip().splitlines())
