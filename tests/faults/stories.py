"""The story that is told while the desk dies: every chapter waits for what it caused, and asks people to try again as people do."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from core.engine.db.tables.cases import cases
from core.engine.db.tables.receivables import notices, payers
from core.engine.db.tables.suspensions import restores, suspensions
from tests.faults.ledgers import entries, journaled, posts
from tests.harness.accounting import bill, snapshot
from tests.harness.face import Seen
from tests.harness.lives import Life
from tests.harness.world import ANA, BEN, CHANNELS


def the_accounting_reports(life: Life) -> None:
    """Three payers by signed webhook, delivered again as Standard Webhooks says; the debt of one the desk knows opens a case."""
    today = life.outside.accounting.now().date()
    late = {"issued_on": str(today - timedelta(days=60)), "due_on": str(today - timedelta(days=30))}
    fresh = {"number": "F/2", "issued_on": str(today), "due_on": str(today + timedelta(days=14))}
    life.outside.accounting.load([snapshot("K-1", bill(**late)), snapshot("K-2", bill(**fresh)), snapshot("K-3", bill(**late))])
    life.until(lambda: count(life, payers) == 3 and posted(life) >= {"slack", "teams"})


def a_notice_is_recorded(life: Life) -> None:
    """By mention in Slack, which Slack delivers again when nobody answers."""
    day = (life.world.now - timedelta(days=8)).date().isoformat()
    life.slack.mention(f"notice 101 final {day} email ala@nowak.example Accepted by the mail server, id 4711", by=ANA)
    life.until(lambda: count(life, notices))


def a_suspension_is_proposed(life: Life) -> None:
    """In a form of Slack; its card appears in both chats."""

    def fill() -> None:
        form = life.slack.type("suspend 101", by=ANA)
        life.slack.fill(form, by=ANA, reason="Silent for six weeks", at_term_end="cancel")

    life.insist(fill, until=lambda: state(life))


def another_person_approves(life: Life) -> None:
    """On the card in Teams."""
    life.insist(lambda: life.teams.click(life.teams.channel(), "Approve", by=BEN), until=lambda: state(life) not in ("", "proposed"))


def it_is_carried_out(life: Life) -> None:
    """The cooling-off passes, the accounting is asked again, the last look is taken, Partner Center is called and read back."""
    life.move(timedelta(minutes=31))
    life.until(lambda: life.outside.partner_center.ledger.effects)
    life.pass_time_until(lambda: state(life) == "suspended")


def a_mistake_is_undone(life: Life) -> None:
    """At any hour, by one person, typed in Slack."""
    restore = "restore 101 now It was paid in cash"
    life.insist(lambda: life.slack.type(restore, by=BEN), until=lambda: count(life, restores))
    life.pass_time_until(lambda: "service_restored" in journaled(life))


def the_debt_is_paid(life: Life) -> None:
    """The accounting says so by webhook; the collection case ends once all is as it was and somebody told the customer."""
    life.outside.accounting.pay("K-1", "F/1")
    for tenant in life.outside.partner_center.customers.values():
        for subscription in tenant.subscriptions.values():
            subscription.resource["autoRenewEnabled"] = True
    life.insist(lambda: life.slack.type("checked 101", by=ANA), until=lambda: "handwork_reported" in journaled(life))
    life.insist(lambda: life.slack.type("told 101 by phone, Ala Nowak", by=ANA), until=lambda: "customer_told" in journaled(life))
    life.until(lambda: case_state(life, 101) == "resolved")


def a_ticket_becomes_a_case(life: Life) -> None:
    """By its webhook, which the ticketing system delivers again as Standard Webhooks says, and read back from there; it gets its number."""
    life.outside.ticketing.ledger.open("ala@nowak.example", "Why is the invoice higher?", "It was 100 PLN last month.")
    life.until(lambda: count(life, cases) == 2)


def somebody_takes_it(life: Life) -> None:
    """On the card in Teams."""
    life.insist(lambda: life.teams.click(question(life), "Take", by=ANA), until=lambda: "case_taken" in journaled(life))


def a_reminder_rings(life: Life) -> None:
    """The first answer is due soon: the owner is told in both chats."""
    life.move(timedelta(hours=3, minutes=1))
    life.until(lambda: "case_nudged" in journaled(life))


def a_remark_is_written(life: Life) -> None:
    """By mention in Slack; it goes to the ticket once."""
    life.slack.mention("note 102 The price rose at the renewal", by=ANA)
    life.until(lambda: any(kind == "Comment" for kind, _, _ in entries(life)))


def the_customer_is_answered(life: Life) -> None:
    """In dialogs of Teams: written, looked at, confirmed; after the moment to undo it, it is in the ticket once, public."""

    def write() -> None:
        preview = life.teams.fill(
            life.teams.click(question(life), "Reply to the customer", by=ANA), by=ANA, text="Two seats more since May."
        )
        life.teams.fill(preview, by=ANA)

    life.insist(write, until=lambda: "reply_queued" in journaled(life))
    life.until(lambda: any(kind == "Correspond" for kind, _, _ in entries(life)))


def it_waits_for_the_customer(life: Life) -> None:
    """Pressed on the card in Slack; the ticket follows its case."""
    pressed = life.slack.channel
    life.insist(lambda: life.slack.click(pressed(), "Wait for the customer", by=ANA), until=lambda: case_state(life, 102) == "waiting")
    life.until(lambda: ticket_status(life) == "stalled")


def the_customer_writes_again(life: Life) -> None:
    """In the ticketing system, which opens the ticket again and tells about both."""
    ledger = life.outside.ticketing.ledger
    ledger.add(ledger.tickets[1], "Correspond", "ala@nowak.example", "Which seats?")
    ledger.set_status(ledger.tickets[1], "open", "RT_System")
    life.until(lambda: case_state(life, 102) == "open")


def it_is_resolved(life: Life) -> None:
    """In a dialog of Teams that asks whether the customer was told; the ticket follows its case."""

    def resolve() -> None:
        life.teams.fill(life.teams.click(question(life), "Resolve", by=ANA), by=ANA, told="yes")

    life.insist(resolve, until=lambda: case_state(life, 102) == "resolved")
    life.until(lambda: ticket_status(life) == "resolved")


Chapter = Callable[[Life], None]
CHAPTERS: tuple[Chapter, ...] = (
    the_accounting_reports, a_notice_is_recorded, a_suspension_is_proposed, another_person_approves, it_is_carried_out, a_mistake_is_undone,
    the_debt_is_paid, a_ticket_becomes_a_case, somebody_takes_it, a_reminder_rings, a_remark_is_written, the_customer_is_answered,
    it_waits_for_the_customer, the_customer_writes_again, it_is_resolved,
)  # fmt: skip
# How often the desk looks, reads and asks differs with what died; what it found out and did may not.
LOOKS = frozenset(
    {"read_back_begun", "read_back_missed", "sending_held", "answer_missing", "answer_recorded", "snapshot_recorded", "sending_begun",
     "look_missed", "restore_read_back_begun", "restore_read_back_missed", "subscriptions_recorded", "receivables_recorded"}
)  # fmt: skip
# Events of a chapter that may happen another number of times: looks, and what a person does again who was not answered.
MAY_VARY: dict[Chapter, frozenset[str]] = {
    it_is_carried_out: LOOKS,
    a_mistake_is_undone: LOOKS | {"restore_answered"},
    the_debt_is_paid: LOOKS | {"handwork_reported"},
    the_customer_is_answered: frozenset({"reply_drafted"}),
}


def question(life: Life) -> Seen:
    """The card of the customer's question in Teams."""
    return life.teams.channel()


def state(life: Life) -> str:
    """The newest suspension's state, "" while there is none."""
    with life.world.house.desk.reading() as connection:
        return connection.scalar(sa.select(suspensions.c.state).order_by(suspensions.c.id.desc())) or ""


def case_state(life: Life, case_id: int) -> str:
    """The case's state, "" while there is none."""
    with life.world.house.desk.reading() as connection:
        return connection.scalar(sa.select(cases.c.state).where(cases.c.id == case_id)) or ""


def ticket_status(life: Life) -> str:
    """The ticket's status in the ticketing system."""
    return life.outside.ticketing.ledger.tickets[1].status


def posted(life: Life) -> set[str]:
    """The chats in which the billing channel has a card."""
    return {face for face in CHANNELS if posts(life)[f"{face} {CHANNELS[face]}"]}


def count(life: Life, table: sa.Table) -> int:
    """How many rows there are."""
    with life.world.house.desk.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
