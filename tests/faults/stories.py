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
from tests.harness.lives import Life, owe
from tests.harness.world import ANA, CHANNELS

MOMENTS = re.compile(r"<!date[^>]*>|\{\{(DATE|TIME)[^}]*\}\}|\d{1,2}:\d{2}(:\d{2})?")


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
    life.slack.mention(f"notice 101 final {day} billing@nowak.example email Accepted by the mail server, id 4711", by=ANA)
    life.until(lambda: count(life, notices))
    life.rest()


CHAPTERS: tuple[Callable[[Life], None], ...] = (a_debt_opens_a_case, a_notice_is_recorded)


def tell(life: Life) -> None:
    """The whole story."""
    for chapter in CHAPTERS:
        chapter(life)


def ledgers(life: Life) -> Ledgers:
    """The stand-ins' own books, and the desk's journal beside them."""
    effects = [(e.before, e.after) for e in life.partner_center.ledger.effects]
    with life.world.house.desk.reading() as connection:
        happened = Counter(connection.scalars(sa.select(journal.c.event)))
        states = [tuple(row) for row in connection.execute(sa.select(cases.c.id, cases.c.state, cases.c.kind).order_by(cases.c.id))]
    once = {"partner_center": effects, "journal": dict(happened), "cases": states, "cards": cards_shown(life)}
    return Ledgers(once, posts(life))


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
