"""The story that is told while the desk dies: every chapter waits for what it caused, and asks people to try again as people do."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.engine.db.tables.cases import cases
from core.engine.db.tables.engine import journal
from core.engine.db.tables.receivables import notices
from core.engine.db.tables.suspensions import restores, suspension_items, suspensions
from tests.harness.lives import Life, owe
from tests.harness.world import ANA, BEN, CHANNELS

MOMENTS = re.compile(r"<!date[^>]*>|\{\{(DATE|TIME)[^}]*\}\}|\d{1,2}:\d{2}(:\d{2})?")


MARKER = re.compile(r"desk-[0-9a-f]+")


@dataclass(frozen=True)
class Ledgers:
    """What the world outside holds. `exactly_once`: effects that may never happen twice; `posts`: chat posts, which may be repeated."""

    exactly_once: dict[str, Any]
    posts: Counter[str]


def a_debt_opens_a_case(life: Life) -> None:
    """The accounting says what is owed; a card appears in both chats."""
    owe(life.world, life.world.house.clock.now())
    life.until(lambda: posted(life) >= {"slack", "teams"})
    life.rest()


def a_notice_is_recorded(life: Life) -> None:
    """By mention in Slack, which Slack delivers again when nobody answers."""
    day = (life.world.now - timedelta(days=8)).date().isoformat()
    life.slack.mention(f"notice 101 final {day} ala@nowak.example email Accepted by the mail server, id 4711", by=ANA)
    life.until(lambda: count(life, notices))
    life.rest()


def a_suspension_is_proposed(life: Life) -> None:
    """In a form of Slack; its card appears in both chats."""

    def fill() -> None:
        form = life.slack.type("suspend 101", by=ANA)
        life.slack.fill(form, by=ANA, reason="Silent for six weeks")

    life.insist(fill, until=lambda: state(life))
    life.rest()


def another_person_approves(life: Life) -> None:
    """On the card in Teams."""
    life.insist(lambda: life.teams.click(life.teams.channel(), "Approve", by=BEN), until=lambda: state(life) not in ("", "proposed"))
    life.rest()


def it_is_carried_out(life: Life) -> None:
    """The cooling-off passes, the accounting speaks again, the last look is taken, Partner Center is called and read back."""
    life.move(timedelta(minutes=29))
    owe(life.world, life.world.house.clock.now())
    life.move(timedelta(minutes=2))
    life.until(lambda: life.partner_center.ledger.effects)
    life.pass_time_until(lambda: state(life) == "suspended")
    life.rest()


def a_mistake_is_undone(life: Life) -> None:
    """At any hour, by one person."""
    restore = "restore 101 now It was paid in cash"
    life.insist(lambda: life.slack.type(restore, by=BEN), until=lambda: count(life, restores))
    life.pass_time_until(lambda: "service_restored" in journaled(life))
    life.rest()


def a_ticket_becomes_a_case(life: Life) -> None:
    """By its webhook, which the ticketing system delivers again as Standard Webhooks says, and read back from there."""
    life.ticketing.ledger.open("ala@nowak.example", "Why is the invoice higher?", "It was 100 PLN last month.")
    life.until(lambda: count(life, cases) == 2)
    life.rest()


def a_remark_is_written(life: Life) -> None:
    """By mention in Slack; it goes to the ticket once."""
    life.slack.mention("note 102 The price rose at the renewal", by=ANA)
    life.until(lambda: any(kind == "Comment" for kind, _, _ in entries(life)))
    life.rest()


CHAPTERS: tuple[Callable[[Life], None], ...] = (
    a_debt_opens_a_case, a_notice_is_recorded, a_suspension_is_proposed, another_person_approves, it_is_carried_out, a_mistake_is_undone,
    a_ticket_becomes_a_case, a_remark_is_written,
)  # fmt: skip
# How often the desk looks, reads and asks differs with what died; what it found out and did may not.
LOOKS = frozenset(
    {"read_back_begun", "read_back_missed", "sending_held", "answer_missing", "answer_recorded", "snapshot_recorded", "sending_begun",
     "look_missed", "restore_read_back_begun", "restore_read_back_missed", "subscriptions_recorded", "receivables_recorded"}
)  # fmt: skip


def tell(life: Life) -> None:
    """The whole story."""
    for chapter in CHAPTERS:
        chapter(life)


def ledgers(life: Life) -> Ledgers:
    """The stand-ins' own books, and the desk's journal beside them."""
    effects = [(e.before, e.after, e.changed) for e in life.partner_center.ledger.effects]
    happened = {event: many for event, many in journaled(life).items() if event not in LOOKS}
    with life.world.house.desk.reading() as connection:
        states = [tuple(row) for row in connection.execute(sa.select(cases.c.id, cases.c.state, cases.c.kind).order_by(cases.c.id))]
        ends = [list(connection.scalars(sa.select(column))) for column in (suspension_items.c.state, restores.c.state)]
    ids = {(call.wanted, call.request_id) for call in life.partner_center.ledger.writes()}
    once = {
        "partner_center": effects,
        "intents": sorted(wanted for wanted, _ in ids),
        "journal": happened,
        "cases": states,
        "ends": ends,
        "cards": cards_shown(life),
        "tickets": entries(life),
    }
    return Ledgers(once, posts(life))


def entries(life: Life) -> list[tuple[str, str, str]]:
    """What happened to the tickets, in the ticketing system's own order, without the desk's markers."""
    tickets = life.ticketing.ledger.tickets.values()
    return [(e.kind, e.creator, MARKER.sub("desk-…", e.text)) for ticket in tickets for e in ticket.history]


def journaled(life: Life) -> Counter[str]:
    """How often each event happened."""
    with life.world.house.desk.reading() as connection:
        return Counter(connection.scalars(sa.select(journal.c.event)))


def state(life: Life) -> str:
    """The newest request's state, "" while there is none."""
    with life.world.house.desk.reading() as connection:
        return connection.scalar(sa.select(suspensions.c.state).order_by(suspensions.c.id.desc())) or ""


def posts(life: Life) -> Counter[str]:
    """Posts by chat and conversation; updates of a message are no posts."""
    teams, slack = life.world.local_teams.ledger.conversations, life.world.local_slack.ledger.channels
    held = {f"teams {name}": len(made) for name, made in teams.items()} | {f"slack {name}": len(made) for name, made in slack.items()}
    return Counter({name: many for name, many in held.items() if many})


def posted(life: Life) -> set[str]:
    """The chats in which the billing channel has a card."""
    return {face for face in CHANNELS if posts(life)[f"{face} {CHANNELS[face]}"]}


def cards_shown(life: Life) -> dict[str, list[str]]:
    """The newest card's texts in each channel, without their moments."""
    return {face.name: [MOMENTS.sub("…", text) for text in face.channel().texts] for face in (life.slack, life.teams)}


def count(life: Life, table: sa.Table) -> int:
    """How many rows there are."""
    with life.world.house.desk.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
