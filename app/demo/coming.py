"""What the business clock brings next, in words: for the control page, and for its step to the next moment at which something happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from core.cases.clocks import REPLANS
from core.cases.leaving import CONTINUES
from core.customers.reading import READS
from core.engine.db.tables.engine import timers
from core.engine.db.tables.receivables import payers
from core.people.connections import POLLS
from core.people.dead_letters import WARNS as LETTERS_WARN
from core.people.sealing import SEALS
from core.suspensions.spreading import TIMERS as SPREADING

# The desk's own housekeeping: it comes every few minutes, or at once, and nothing is to be seen of it.
UNSEEN = (POLLS, LETTERS_WARN, SEALS, READS, REPLANS, CONTINUES, *SPREADING)
WORDS = {
    "first_response_soon": "A first answer will soon be late", "first_response_missed": "A first answer is late",
    "next_reply_soon": "A next answer will soon be late", "next_reply_missed": "A next answer is late",
    "resolution_soon": "A resolution will soon be late", "resolution_missed": "A resolution is late",
    "waiting_soon": "A customer is silent for long", "waiting_too_long": "A customer has been silent for too long",
    "microsoft_soon": "Microsoft is silent for long", "microsoft_too_long": "Microsoft has been silent for too long",
    "suspension_expiring": "A request to suspend will soon expire", "suspension_expires": "A request to suspend expires",
    "suspension_looks": "The cooling-off is over: the last look at the books, then the call",
    "suspension_looks_again": "Partner Center is tried again", "suspension_verifies": "The suspension is read back",
    "suspension_look_waits": "Whoever asked is told if the last look still misses facts",
    "suspension_by_hand": "A person is asked again to carry it out at the provider",
    "restore_sends": "A restore is sent", "restore_verifies": "The restore is read back",
    "restore_chases": "Somebody is reminded that a restore waits",
    "restore_handwork": "What a restore left to be set by hand is asked after",
    "restore_untold": "Was the customer told that service is back?", "receivables.due": "An invoice falls due",
    "collections.ladder": "The next reminder to a customer is due", "collections.proof": "A letter has not bounced: it counts as proven",
    "hold_minds": "A hold begins or ends", "exemption_minds": "An exemption by the policy nears its end",
    "case.snooze_over": "A snoozed case comes back",
    "term_end.warns": "The end of a term nears", "term_end.tells": "A decision stands in Partner Center no more",
    "term_end.chases": "A decision is not carried out in Partner Center yet",
    "escalation.watch": "Was a first answer missed?", "escalation.level": "The next level is asked for help",
    "escalation.microsoft": "Microsoft's answer is asked after", "absence.ends": "Somebody is back",
    "morning": "Somebody's morning overview", "quiet.ends": "Somebody's quiet hours end",
}  # fmt: skip
LETTERS = {"case": "C-", "suspension": "S-"}
SHOWN = 5  # lines, and names in a line


@dataclass(frozen=True)
class Coming:
    """A moment, and what happens then: `whose` are the cases, requests and customers it is about."""

    at: datetime
    kind: str
    whose: tuple[str, ...]

    @property
    def words(self) -> str:
        """A sentence for the page."""
        more = f" and {len(self.whose) - SHOWN} more" if len(self.whose) > SHOWN else ""
        about = f": {', '.join(self.whose[:SHOWN])}{more}" if self.whose else ""
        return f"{WORDS[self.kind]}{about}"


def coming(connection: sa.Connection, now: datetime, *, most: int = SHOWN) -> Sequence[Coming]:
    """The next moments at which something is to be seen, the nearest first; what happens together is one line."""
    waiting = sa.select(timers.c.kind, timers.c.due_at, timers.c.subject).where(
        timers.c.state == "waiting", timers.c.due_at > now, timers.c.kind.not_in(UNSEEN)
    )
    rows = connection.execute(waiting.order_by(timers.c.due_at, timers.c.kind, timers.c.id).limit(200)).all()
    together = groupby(rows, key=lambda row: (row.due_at, row.kind))
    names = {f"payer:{row.id}": row.name for row in connection.execute(sa.select(payers.c.id, payers.c.name))}
    found = [Coming(at, kind, tuple(name for row in same if (name := _named(row.subject, names)))) for (at, kind), same in together]
    return found[:most]


def _named(subject: str, names: dict[str, str]) -> str:
    """C-107, S-3, or the payer's name; "" for what has no name that a person knows."""
    kind, _, number = subject.partition(":")
    return f"{LETTERS[kind]}{number}" if kind in LETTERS else names.get(subject, "")
