"""The books that are compared: the stand-ins' own, and beside them what the desk knows and still has to do."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.engine.db.tables.cases import cases, notes
from core.engine.db.tables.engine import inbox, journal, timers
from core.engine.db.tables.receivables import invoices, notices, payers
from core.engine.db.tables.suspensions import restores, suspension_items
from tests.harness.lives import Life
from tests.harness.slack_face import seen_in_slack
from tests.harness.teams_face import seen_in_teams
from tests.harness.world import CHANNELS

MOMENTS = re.compile(r"<!date[^>]*>|\{\{(DATE|TIME)[^}]*\}\}|\d{1,2}:\d{2}(:\d{2})?")
MARKER = re.compile(r"desk-[0-9a-f]+")
# PostgreSQL does not give out again what a death took with it.
NUMBERS = re.compile(r"\b([CS]-|(?:case|suspension|suspension_item|restore|escalation|payer|ladder|seal):)\d+")


@dataclass(frozen=True)
class Ledgers:
    """`exactly_once`: what may be neither missing nor doubled; `happened`: events, as `exactly_once` but for a chapter's looks;
    `posts`: chat posts by conversation, which may be repeated; `shown`: the cards by channel, of which a repeated post leaves one more."""

    exactly_once: dict[str, Any]
    happened: Counter[str]
    posts: Counter[str]
    shown: dict[str, Counter[str]]


def ledgers(life: Life) -> Ledgers:
    """The stand-ins' own books, and the desk's beside them."""
    center = life.outside.partner_center.ledger
    once = {
        "effects at Partner Center": [(e.before, e.after, e.changed) for e in center.effects],
        "intents at Partner Center": sorted(wanted for wanted, _ in {(call.wanted, call.request_id) for call in center.writes()}),
        "tickets": entries(life),
        "ticket": [(ticket.status, _plain(str(ticket.fields))) for ticket in life.outside.ticketing.ledger.tickets.values()],
    }
    return Ledgers(once | _desk(life), journaled(life), posts(life), cards_shown(life))


def differences(told: Ledgers, expected: Ledgers, *, may_vary: Collection[str], caught: Counter[str]) -> list[str]:
    """What came out otherwise than when nobody died; empty when nothing did that may not. `caught`: posts under way at a death."""
    wrong = [
        f"{what}: {told.exactly_once[what]} instead of {due}"
        for what, due in expected.exactly_once.items()
        if told.exactly_once[what] != due
    ]
    events = set(told.happened) | set(expected.happened)
    wrong += [
        f"{event}: {told.happened[event]} times instead of {expected.happened[event]}"
        for event in sorted(events - set(may_vary))
        if told.happened[event] != expected.happened[event]
    ]
    missing, repeated = expected.posts - told.posts, told.posts - expected.posts
    wrong += [f"never posted: {dict(missing)}"] if missing else []
    wrong += [f"posted again: {dict(repeated - caught)}, although no row was leased"] if repeated - caught else []
    for face, due in expected.shown.items():
        if due - told.shown[face]:
            wrong.append(f"not shown in {face}: {list(due - told.shown[face])}; instead {list(told.shown[face] - due)}")
    return wrong


def entries(life: Life) -> list[tuple[str, str, str]]:
    """What happened to the tickets, in the ticketing system's own order, without the desk's markers."""
    tickets = life.outside.ticketing.ledger.tickets.values()
    return [(e.kind, e.creator, _plain(e.text)) for ticket in tickets for e in ticket.history]


def journaled(life: Life) -> Counter[str]:
    """How often each event happened."""
    with life.world.house.desk.reading() as connection:
        return Counter(connection.scalars(sa.select(journal.c.event)))


def posts(life: Life) -> Counter[str]:
    """Posts by chat and conversation; updates of a message are no posts."""
    teams, slack = life.outside.teams.ledger.conversations, life.outside.slack.ledger.channels
    held = {f"teams {name}": len(made) for name, made in teams.items()} | {f"slack {name}": len(made) for name, made in slack.items()}
    return Counter({name: many for name, many in held.items() if many})


def cards_shown(life: Life) -> dict[str, Counter[str]]:
    """Every card in each billing channel as text, without its moments."""
    slack = life.outside.slack.ledger.channels.get(CHANNELS["slack"], {}).values()
    teams = life.outside.teams.ledger.conversations.get(CHANNELS["teams"], {}).values()
    seen = {"slack": map(seen_in_slack, list(slack)), "teams": map(seen_in_teams, list(teams))}
    return {face: Counter(_plain(MOMENTS.sub("…", str(card))) for card in cards) for face, cards in seen.items()}


# The desk's rows that say what happened and what is left to do; ids, moments and counters of tries are left out.
ROWS = {
    "cases": sa.select(cases.c.state, cases.c.kind, cases.c.triage, cases.c.assignee_id, cases.c.told_customer),
    "notes": sa.select(notes.c.audience, notes.c.direction, notes.c.author, notes.c.body, notes.c.state).where(notes.c.state != "draft"),
    "notices": sa.select(notices.c.kind, notices.c.sent_on, notices.c.recipient),
    "payers": sa.select(payers.c.connection, payers.c.external, payers.c.customer_id),
    "invoices": sa.select(payers.c.external, invoices.c.number, invoices.c.open).join_from(invoices, payers),
    "suspended": sa.select(suspension_items.c.state),
    "restored": sa.select(restores.c.state),
    "deliveries": sa.select(inbox.c.connection, inbox.c.state, sa.func.count()).group_by(inbox.c.connection, inbox.c.state),
    "left to do": sa.select(timers.c.kind, timers.c.subject, timers.c.nudge).where(timers.c.state == "waiting"),
}  # fmt: skip


def _desk(life: Life) -> dict[str, Any]:
    with life.world.house.desk.reading() as connection:
        return {f"the desk's {what}": sorted(_plain(str(row)) for row in connection.execute(rows)) for what, rows in ROWS.items()}


def _plain(text: str) -> str:
    """Without what differs from telling to telling: markers, and the numbers the database gives out."""
    return NUMBERS.sub(r"\1…", MARKER.sub("desk-…", text))
