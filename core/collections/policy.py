"""The partner's collections policy as data: every number the desk goes by when money does not come, each with its source and date.

A version never changes once it is applied; a request and a ladder name the one they follow. Durations are wall-clock time unless a field
says otherwise; amounts are minor units of the rule's currency; `*` stands for any segment or currency.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

ANY = "*"


class Does(StrEnum):
    """What a step of the ladder is."""

    REMIND = "remind"  # a notice that asks for payment
    FINAL = "final"  # the notice that names date and time of the suspension
    ASK = "ask"  # an approver is asked whether to suspend; nothing is ever suspended without one
    REVIEW = "review"  # a person looks: restore or go on, finance or legal, write off


class Sender(StrEnum):
    """Who sends a step's notice."""

    DESK = "desk"
    ACCOUNTING = "accounting"  # the accounting system does; the desk waits for its proof
    HAND = "hand"  # a person does, and records the proof


class Asks(StrEnum):
    """Who asks an approver when the step comes: a person who is told that they may, or the policy itself."""

    PERSON = "person"
    POLICY = "policy"


class OnPayment(StrEnum):
    """What a confirmed payment does to a suspended product."""

    ONE_CLICK = "one_click"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Where a rule comes from, and on which day that was so."""

    source: str
    dated: date


@dataclass(frozen=True, kw_only=True)
class Step(Rule):
    """One step. `day` counts from the earliest unpaid due date; negative before it. `to`: the role that a review is for, else "".
    `by`: of the step that asks an approver, who does."""

    name: str
    day: int
    does: Does
    sender: Sender = Sender.DESK
    to: str = ""
    by: Asks = Asks.PERSON
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Threshold(Rule):
    """Less than `amount` overdue starts no ladder and suspends nothing."""

    currency: str
    amount: int
    segment: str = ANY


@dataclass(frozen=True, kw_only=True)
class Quorum(Rule):
    """From `amount` overdue on, this many other people must approve. Every rule that fits must be met: the strictest number, and besides
    it as many of each role or group as any rule names. `of`: `role finance`, `group money`, or ANY for whoever may decide.
    """

    approvals: int
    currency: str = ANY
    amount: int = 0
    segment: str = ANY
    of: str = ANY


@dataclass(frozen=True)
class Need:
    """So many approvals of those people (as in a Quorum). It lends nobody the right to decide: it only says whose approvals count."""

    approvals: int
    of: str = ANY


@dataclass(frozen=True, kw_only=True)
class Exemption(Rule):
    """Until `until`, that day included, by the customer's calendar, nobody suspends the customer, or those of the segment; they are not
    reminded either, unless `remind`, and then neither by the final notice. `owner`: the handle of who answers for it. `customer`: a tax
    number or a name, as the file says it; `customer_id`: whose that was when the version was applied.
    """

    customer: str = ""
    segment: str = ""
    until: date
    owner: str
    remind: bool = False
    customer_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Protected(Rule):
    """Segments whose customers others depend on: that many approvals more."""

    segments: tuple[str, ...]
    more_approvals: int


@dataclass(frozen=True, kw_only=True)
class Decision(Rule):
    """`decide_within` runs from the proposal, with a warning when `warn_percent` of it has passed; `approval_valid` from the last approval;
    both in the staffed hours of the approvers' group.
    `look_age`: how old the accounting's word may be at the last look, which must besides be younger than the start of the cooling-off.
    `most_a_day`: suspending calls of all customers together in one day of the desk's calendar.
    """

    decide_within: timedelta
    warn_percent: int
    approval_valid: timedelta
    cooling_off: timedelta
    look_age: timedelta
    most_a_day: int


class Tells(StrEnum):
    """Who lets the customer know about their access."""

    NEVER = "never"
    PERSON = "person"  # looks at the words and sends them
    AUTOMATIC = "automatic"


@dataclass(frozen=True, kw_only=True)
class Notices(Rule):
    """`final_age`: whole days since the proven final notice. `proven_after`: accepted, and no bounce for that long. `final_to`: how many
    billing contacts the final one goes to. `final_lasts`: a longer pause of the ladder wants a new one. `books_within`: how many banking
    days old the books may be when the desk sends one; 0: not asked. `suspended`, `restored`: who tells the customer that access is off,
    or back.
    """

    final_age: timedelta
    proven_after: timedelta
    final_to: int
    final_lasts: timedelta
    books_within: int = 0
    suspended: Tells = Tells.NEVER
    restored: Tells = Tells.PERSON


@dataclass(frozen=True, kw_only=True)
class Curfew(Rule):
    """When nothing is suspended, by the customer's clock: on closed days, on the eve of a holiday, after `latest`, `before_term_end` until
    the renewal is read back, without `staffed` open hours of our own desk after it; and after closed days not before `after_closed`.
    """

    latest: time
    after_closed: time
    before_term_end: timedelta
    staffed: timedelta


@dataclass(frozen=True, kw_only=True)
class Payments(Rule):
    """A payment somebody reports blocks a suspension for that many banking days of the customer's country."""

    blocks_days: int


@dataclass(frozen=True, kw_only=True)
class Promises(Rule):
    """A promise is judged by a feed of `judged_after` banking days after its day or later, and may lie `longest` ahead."""

    judged_after: int
    longest: timedelta


@dataclass(frozen=True, kw_only=True)
class Holds(Rule):
    """How far ahead a hold out of goodwill may last, which anybody who works on cases may place; the others take a finance lead."""

    goodwill_longest: timedelta


@dataclass(frozen=True, kw_only=True)
class Restoring(Rule):
    """What a confirmed payment does, and after how long somebody is reminded of a restore that nobody clicked."""

    on_payment: OnPayment
    chase_after: timedelta


@dataclass(frozen=True, kw_only=True)
class TermEnd(Rule):
    """How many days before the end of a term its decision is asked for again."""

    warn_days: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Calls(Rule):
    """How Partner Center is called: when it is read back, first and then every so often and for how long; how long "later" is at least; and
    after how many calls without any answer a person must look.
    """

    verify_first: timedelta
    verify_every: timedelta
    verify_for: timedelta
    later_at_least: timedelta
    give_up_after: int


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One version, in force from `since` until a later one is."""

    version: str
    since: date
    title: str
    steps: tuple[Step, ...]
    thresholds: tuple[Threshold, ...]
    quorums: tuple[Quorum, ...]
    protected: Protected
    decision: Decision
    notices: Notices
    curfew: Curfew
    payments: Payments
    promises: Promises
    holds: Holds
    restoring: Restoring
    term_end: TermEnd
    calls: Calls
    exemptions: tuple[Exemption, ...] = ()

    @property
    def ladder(self) -> tuple[Step, ...]:
        """The steps that are climbed, in their order."""
        return tuple(sorted((step for step in self.steps if step.enabled), key=lambda step: step.day))

    def needs(self, *, amount: int, currency: str, segment: str) -> tuple[Need, ...]:
        """Whose approvals it takes, all of them: first how many other people altogether, at least one, then those that rules name."""
        fitting = [
            rule for rule in self.quorums if rule.currency in (ANY, currency) and rule.segment in (ANY, segment) and amount >= rule.amount
        ]
        more = self.protected.more_approvals if segment in self.protected.segments else 0
        named: dict[str, int] = {}
        for rule in fitting:
            if rule.of != ANY:
                named[rule.of] = max(rule.approvals, named.get(rule.of, 0))
        whole = Need(max(1, *(rule.approvals for rule in fitting), 1) + more)
        return (whole, *(Need(approvals, of) for of, approvals in sorted(named.items())))

    def approvals(self, *, amount: int, currency: str, segment: str) -> int:
        """How many other people must approve; at least one, whatever the rules say."""
        return self.needs(amount=amount, currency=currency, segment=segment)[0].approvals

    def threshold(self, *, currency: str, segment: str) -> int:
        """The smallest overdue amount that counts; a rule for the segment comes before one for any. 0 without a rule."""
        of = {rule.segment: rule.amount for rule in self.thresholds if rule.currency == currency}
        return of.get(segment, of.get(ANY, 0))

    def exemption(self, *, customer_id: int, segment: str, today: date) -> Exemption | None:
        """What exempts such a customer on `today`: of several the one that leaves them alone the most, for the longest."""
        fitting = [
            each
            for each in self.exemptions
            if today <= each.until and (each.customer_id == customer_id or (each.segment and each.segment == segment))
        ]
        return max(fitting, key=lambda each: (not each.remind, each.until), default=None)
