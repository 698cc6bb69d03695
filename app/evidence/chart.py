"""Open amounts by age as bars: what is drawn, how long each bar is, and every figure in the reader's words. Lengths are whole numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from core.chat.showing.statements import aging_title
from core.chat.words import Words
from core.collections.standing import disputed_sums
from core.receivables.aging import BUCKETS, Aged, aging, together

FULL = 10_000  # the longest bar of a block, in hundredths of a per cent of its column
LEAST = 40  # something is never drawn as nothing
ROOM, FEWEST = {1: 12, 2: 5}, 3  # debtors of each currency, by how many currencies there are: with two all stands on one page
NAME = 32  # characters of a customer's name that stand in one line


@dataclass(frozen=True, kw_only=True)
class Ages:
    """What is drawn: everybody's together and debtor by debtor, or one customer's alone. `disputed`: minor units by currency."""

    customer_id: int | None
    made_at: datetime
    lines: Sequence[Aged]
    disputed: dict[str, int]


def read(connection: Connection, customer_id: int | None, now: datetime, words: Words) -> tuple[Ages, str]:
    """The ages as of `now`, and what they are called. Raises NotFound."""
    lines, disputed = aging(connection, now, customer_id=customer_id), disputed_sums(connection, customer_id)
    return Ages(customer_id=customer_id, made_at=now, lines=lines, disputed=disputed), aging_title(connection, words, customer_id)


def lay_out(found: Ages, title: str, words: Words) -> dict[str, Any]:
    """What the template needs: a block per currency, never added up across them."""
    whole = together(found.lines)
    room = ROOM.get(len(whole), FEWEST)
    return {
        "title": title, "language": words.language, "read": words.say("chart.read"),
        "columns": [words.say(f"column.{name}") for name in ("late_by", "customer", "amount", "open", "overdue", "share")],
        "legend": [[name, words.say(f"aging.bucket.{name}")] for name in BUCKETS],
        "footer": words.say("chart.footer", at=found.made_at),
        "none": words.say("aging.none"),
        "blocks": [_block(words, each, found, room) for each in whole],
    }  # fmt: skip


def length(amount: int, most: int) -> int:
    """A bar's, in hundredths of a per cent of the longest one."""
    return max(LEAST, amount * FULL // most) if amount > 0 and most > 0 else 0


def _block(words: Words, whole: Aged, found: Ages, room: int) -> dict[str, Any]:
    most = max(*whole.buckets.values(), found.disputed.get(whole.currency, 0), -whole.credit)
    debtors = [] if found.customer_id is not None else [each for each in found.lines if each.currency == whole.currency]
    late_first = [each for each in debtors if each.owed]
    longest = max((each.owed for each in late_first[:room]), default=0)
    return {
        "title": words.say("aging.chart", currency=whole.currency),
        "sums": words.say(
            "chart.sums", open=words.money(whole.owed, whole.currency), overdue=words.money(whole.overdue, whole.currency), at=whole.as_of
        ),
        "ages": [
            [name, words.say(f"aging.bucket.{name}"), length(amount, most), words.money(amount, whole.currency), _share(amount, whole.owed)]
            for name, amount in whole.buckets.items()
        ],
        "apart": list(_apart(words, whole, found.disputed.get(whole.currency, 0), most)),
        "unknown": words.count("aging.unknown", whole.unknown) if whole.unknown else "",
        "debtors_title": words.say("aging.customers", currency=whole.currency) if late_first else "",
        "debtors": [_debtor(words, each, longest) for each in late_first[:room]],
        "more": words.count("receivables.more", len(late_first) - room) if len(late_first) > room else "",
    }  # fmt: skip


def _apart(words: Words, whole: Aged, disputed: int, most: int) -> Iterable[list[Any]]:
    """What is not added to the bars above: a part of them, and what would be taken off."""
    for name, amount in (("disputed", disputed), ("credit", whole.credit)):
        if amount:
            yield [name, words.say(f"chart.{name}"), length(abs(amount), most), words.money(amount, whole.currency), ""]


def _debtor(words: Words, line: Aged, most: int) -> list[Any]:
    """One bar made of its ages, from the left the youngest."""
    parts = [[name, length(amount, most)] for name, amount in line.buckets.items() if amount]
    return [
        line.name if len(line.name) <= NAME else f"{line.name[: NAME - 1]}…",
        parts,
        words.money(line.owed, line.currency),
        words.money(line.overdue, line.currency),
    ]


def _share(amount: int, owed: int) -> str:
    """Whole per cent, halves up."""
    return f"{(200 * amount + owed) // (2 * owed)} %" if owed else ""
