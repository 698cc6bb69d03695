"""What holds a ladder back: nobody is reminded of money that was promised, reported as paid, or held."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from core.customers.queries import today_of
from core.receivables.model import Payer

from .exempting import exemption_of
from .policy import Does
from .standing import active_holds, open_payments, open_promises


@dataclass(frozen=True)
class Pause:
    """Why, and until which day at least; None where only a person or a feed ends it. `number` names the record: P-3.
    `reminds`: reminders go on, and what threatens a suspension does not."""

    why: str
    until: date | None
    number: str = ""
    reminds: bool = False

    def stops(self, does: Does) -> bool:
        """Whether it holds back such a step."""
        return not self.reminds or does in (Does.FINAL, Does.ASK)


def why_paused(connection: Connection, whose: Payer, currency: str, now: datetime, does: Does) -> Pause | None:
    """The first thing that holds back such a step of the payer's ladder in this currency; None when nothing does."""
    return next((each for each in pauses(connection, whose, currency, now) if each.stops(does)), None)


def pauses(connection: Connection, whose: Payer, currency: str, now: datetime) -> list[Pause]:
    """Everything that holds it back. A dispute does not: reminders go on for the undisputed part (`standing.split`)."""
    if whose.customer_id is None:
        return []
    today = today_of(connection, whose.customer_id, now)
    exempt = exemption_of(connection, whose.customer_id, today)
    return [
        *([] if exempt is None else [Pause("exemption", exempt.until, reminds=exempt.remind)]),
        *(Pause("payment", p.until, p.number) for p in open_payments(connection, whose.id, currency)),
        *(Pause("promise", p.judge_from, p.number) for p in open_promises(connection, whose.id, currency)),
        *(Pause("hold", h.until, h.number) for h in active_holds(connection, whose.customer_id, whose.id, today)),
    ]
