"""The kinds of private message, and what a person may want of each. One table: what may be put off, what may not, and why."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Way(StrEnum):
    """How a person hears of a kind."""

    NOW = "now"
    DIGEST = "digest"  # with the next morning's digest
    OFF = "off"


class Reminder(StrEnum):
    """What a private message is about."""

    LATE = "late"
    WAITING = "waiting"
    ASSIGNED = "assigned"
    WATCHED = "watched"
    OUTCOMES = "outcomes"
    ABSENCE = "absence"
    DESK = "desk"
    DECISIONS = "decisions"
    ESCALATIONS = "escalations"
    SERVICE = "service"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Rule:
    """`ways` that may be chosen, the first one unless somebody chose; `wakes`: it is said in quiet hours too."""

    ways: tuple[Way, ...]
    wakes: bool = False


ANY = (Way.NOW, Way.DIGEST, Way.OFF)

RULES: dict[Reminder, Rule] = {
    Reminder.LATE: Rule(ANY),  # the group hears of what is late without an owner who listens, and the queue says it to everybody
    Reminder.WAITING: Rule(ANY),
    Reminder.ASSIGNED: Rule(ANY),
    Reminder.WATCHED: Rule(ANY),
    Reminder.OUTCOMES: Rule((Way.NOW, Way.DIGEST)),  # who wrote something must learn that it never arrived
    Reminder.ABSENCE: Rule((Way.NOW, Way.DIGEST)),  # who stands in must know it
    Reminder.DESK: Rule((Way.NOW, Way.DIGEST)),  # somebody must look at what was given up
    # Somebody asks now, and a cooling-off ends in plain time, nights included: in the morning it may be too late to say no.
    Reminder.DECISIONS: Rule((Way.NOW,), wakes=True),
    # A chain asks this person, and goes on to the next in minutes; it only runs in the group's own hours, or because somebody asks now.
    Reminder.ESCALATIONS: Rule((Way.NOW,), wakes=True),
    # A customer's service is off that should be on, or nobody knows: putting it right is never held up by anything.
    Reminder.SERVICE: Rule((Way.NOW,), wakes=True),
    # Somebody may be taking the account over; or the person has just asked for it themselves.
    Reminder.ACCOUNT: Rule((Way.NOW,), wakes=True),
}
CHOSEN = tuple(kind for kind, rule in RULES.items() if len(rule.ways) > 1)
FIXED = tuple(kind for kind, rule in RULES.items() if len(rule.ways) == 1)

# What is said, by the beginning of its key in the catalogue; the first that fits.
SAID = (
    ("nudge.waiting_", Reminder.WAITING),
    ("nudge.microsoft_", Reminder.WAITING),
    ("microsoft.silent", Reminder.WAITING),
    ("nudge.", Reminder.LATE),
    ("watch.", Reminder.WATCHED),
    ("tell.assigned", Reminder.ASSIGNED),
    ("tell.in_turn", Reminder.ASSIGNED),
    ("tell.handed_over", Reminder.ASSIGNED),
    ("tell.cases_yours", Reminder.ASSIGNED),
    ("tell.suspension_expiring", Reminder.DECISIONS),
    ("tell.suspension_approved", Reminder.DECISIONS),
    ("tell.suspension_changes", Reminder.DECISIONS),
    ("tell.asked_to_", Reminder.DECISIONS),
    ("tell.nobody_can_approve", Reminder.DECISIONS),
    ("tell.look_missing", Reminder.DECISIONS),
    ("tell.suspension_failed", Reminder.SERVICE),
    ("tell.suspension_unknown", Reminder.SERVICE),
    ("tell.restore", Reminder.SERVICE),
    ("tell.by_hand_off", Reminder.SERVICE),
    ("tell.by_hand_", Reminder.OUTCOMES),
    ("escalation.told", Reminder.ESCALATIONS),
    ("tell.suspension_", Reminder.OUTCOMES),
    ("escalation.acknowledged", Reminder.OUTCOMES),
    ("tell.snooze_over", Reminder.OUTCOMES),
    ("tell.exemption_", Reminder.OUTCOMES),
    ("tell.ladder_", Reminder.OUTCOMES),  # a step of one's own collection is due: not to be missed, but no matter of the night
    ("tell.term_end_", Reminder.OUTCOMES),  # days are left, or it was told before: no matter of the night
    ("tell.payment_", Reminder.OUTCOMES),  # what one waited for did not come: likewise
    ("tell.promise_", Reminder.OUTCOMES),
    ("tell.reply_failed", Reminder.OUTCOMES),
    ("tell.note_failed", Reminder.OUTCOMES),
    ("tell.away", Reminder.ABSENCE),
    ("tell.back", Reminder.ABSENCE),
    ("tell.stand_in", Reminder.ABSENCE),
    ("tell.outside_suspended", Reminder.SERVICE),
    ("tell.outside_", Reminder.OUTCOMES),
    ("tell.handwork", Reminder.OUTCOMES),
    ("tell.customer_untold", Reminder.OUTCOMES),
    ("tell.letter_undelivered", Reminder.OUTCOMES),
    ("tell.customer_unaware", Reminder.OUTCOMES),
    ("answer.", Reminder.DESK),  # what Partner Center's refusal asks of whoever looks after the desk's own access, or its credit
    ("tell.letters", Reminder.DESK),
    ("tell.uninstalled", Reminder.DESK),
    ("tell.link", Reminder.ACCOUNT),
    ("tell.roles", Reminder.ACCOUNT),
)


@cache
def kind_of(say: str) -> Reminder | None:
    """What a message is about; None for one that is in no row of the table: it is said at once."""
    return next((kind for beginning, kind in SAID if say.startswith(beginning)), None)
