"""What may be done about customers."""

from dataclasses import dataclass

from core.engine.handling import Command
from core.people.model import Right

from .model import LinkKind, Mode


@dataclass(frozen=True, kw_only=True)
class AddCustomer(Command):
    """Add a customer. Contacts are (name, e-mail) of the people billing letters go to."""

    needs = Right.ADMINISTER
    name: str
    tax_id: str = ""
    locale: str = "en"
    zone: str = "Europe/Warsaw"
    country: str = "PL"
    segment: str = ""
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConfirmLink(Command):
    """A person confirms that a key of another system stands for this customer."""

    needs = Right.WORK
    customer_id: int
    kind: LinkKind
    connection: str
    external: str


@dataclass(frozen=True, kw_only=True)
class SwitchMode(Command):
    """Let real effects reach this customer, or hold them back again."""

    needs = Right.ADMINISTER
    customer_id: int
    mode: Mode
