"""The view of two months' invoices side by side: what changed, by how much, and why."""

from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Connection

from core.chat.shortening import listed
from core.chat.values import Money, Text, Value
from core.chat.views import ComparisonView, Fact, Section, Table, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.receivables.comparison import Change, Comparison, Side, compare, shown_line, unit_price
from core.receivables.model import Line
from core.receivables.queries import billed_months, invoices_of, payers_of

SHOWN = 25  # lines of one table; the rest is summed in one row, so that the column still adds up
REASONS = 12


def comparison_view(connection: Connection, words: Words, customer_id: int, before: str, after: str) -> ComparisonView:
    """The invoices of the two months (YYYY-MM), per currency; a month without invoices is said to be so. Raises NotFound."""
    whose = customer(connection, customer_id)
    then, now = (invoices_of(connection, customer_id, (month,)) for month in (before, after))
    found = compare(then, now)
    missing = [month for month, side in ((before, then), (after, now)) if not side]
    return ComparisonView(
        title=words.say("compare.title", customer=whose.name, before=words.month(before), after=words.month(after)),
        status=_missing(connection, words, customer_id, missing) if missing else "",
        tone=Tone.WARNING if missing else Tone.NEUTRAL,
        facts=tuple(fact for one in found for fact in _totals(words, one, before, after)),
        tables=tuple(_table(words, one) for one in found),
        sections=tuple(section for one in found for section in _reasons(words, one)),
        footnotes=(*_as_of(connection, words, customer_id), Text(words.say("compare.how"))),
    )


def _as_of(connection: Connection, words: Words, customer_id: int) -> tuple[Text, ...]:
    heard = [each.as_of for each in payers_of(connection, customer_id)]
    return (Text(words.say("compare.as_of", at=min(heard))),) if heard else ()


def _missing(connection: Connection, words: Words, customer_id: int, months: list[str]) -> str:
    known = billed_months(connection, customer_id)[:4]
    if not known:
        return words.say("compare.none_at_all")
    return words.say("compare.missing", months=", ".join(map(words.month, months)), known=", ".join(map(words.month, known)))


def _totals(words: Words, found: Comparison, before: str, after: str) -> tuple[Fact, ...]:
    return (
        Fact(_month(words, before, found.before), Money(found.before.total, found.currency)),
        Fact(_month(words, after, found.after), Money(found.after.total, found.currency)),
        Fact(words.say("compare.difference"), Money(found.difference, found.currency)),
    )


def _month(words: Words, month: str, side: Side) -> str:
    if not side.numbers:
        return words.say("compare.no_invoice", month=words.month(month))
    return words.say("compare.month", month=words.month(month), numbers=listed(words, side.numbers, 4))


def _table(words: Words, found: Comparison) -> Table:
    shown, rest = found.changes[:SHOWN], found.changes[SHOWN:]
    rows = [_row(words, change, found.currency) for change in shown]
    if rest:
        label = words.count("compare.rest", len(rest))
        rows.append(_sum_row(words, label, sum(c.net for c in rest), sum(c.vat for c in rest), found.currency))
    if found.unitemised:
        gap = Text(words.amount(found.unitemised, found.currency))
        rows.append((Text(words.say("compare.unitemised")), Text(""), Text(""), Text(""), Text(""), gap))
    total = (sum(c.net for c in found.changes), sum(c.vat for c in found.changes))
    last = _sum_row(words, words.say("compare.total"), *total, found.currency)
    rows.append((*last[:5], Text(words.amount(found.difference, found.currency))))
    columns = ("line", "quantity", "unit", "net", "vat", "gross")
    return Table(
        title=words.say("compare.table", currency=found.currency), columns=tuple(words.say(f"compare.column.{name}") for name in columns),
        rows=tuple(rows), numeric=frozenset({1, 2, 3, 4, 5}),
    )  # fmt: skip


def _row(words: Words, change: Change, currency: str) -> tuple[Value, ...]:
    quantities = _pair(words, *(words.show(line.quantity.normalize()) if line else "–" for line in (change.before, change.after)))
    units = _pair(words, *(_price(words, line, currency) for line in (change.before, change.after)))
    amounts = (Text(words.amount(amount, currency)) for amount in (change.net, change.vat, change.gross))
    return (Text(shown_line(change).text, quoted=True), Text(quantities), Text(units), *amounts)


def _sum_row(words: Words, label: str, net: int, vat: int, currency: str) -> tuple[Value, ...]:
    return (Text(label), Text(""), Text(""), *(Text(words.amount(amount, currency)) for amount in (net, vat, net + vat)))


def _pair(words: Words, before: str, after: str) -> str:
    return before if before == after else words.say("compare.pair", before=before, after=after)


def _unit(words: Words, line: Line | None, currency: str) -> str:
    minor = _unit_minor(line)
    return "–" if minor is None else words.money(minor, currency)


def _price(words: Words, line: Line | None, currency: str) -> str:
    """As in the table, whose heading names the currency: six columns of amounts with it would not fit in a chat."""
    minor = _unit_minor(line)
    return "–" if minor is None else words.amount(minor, currency)


def _unit_minor(line: Line | None) -> int | None:
    if line is None or not line.quantity:
        return None
    exact = unit_price(line)
    return int((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _reasons(words: Words, found: Comparison) -> tuple[Section, ...]:
    lines = [reason for change in found.changes if (reason := _reason(words, change, found.currency))]
    if found.unitemised:
        lines.append(words.say("compare.reason.unitemised", amount=Money(found.unitemised, found.currency)))
    if not lines:
        return ()
    more = len(lines) - REASONS
    rest = (Text(words.count("list.more", more)),) if more > 0 else ()
    shown = (*(Text(line, quoted=True) for line in lines[:REASONS]), *rest)
    return (Section(title=words.say("compare.why", currency=found.currency), lines=shown),)


def _reason(words: Words, change: Change, currency: str) -> str:
    """Why a line changed, in net: new, gone, more units, another price."""
    line = shown_line(change).text
    if change.before is None or change.after is None:
        return words.say(f"compare.reason.{'new' if change.before is None else 'gone'}", line=line, amount=Money(change.net, currency))
    if change.effects is None:
        return words.say("compare.reason.other", line=line, amount=Money(change.net, currency)) if change.net else ""
    of_quantity, of_price = change.effects
    units = {"before": _unit(words, change.before, currency), "after": _unit(words, change.after, currency)}
    reasons = []
    if of_quantity:
        was, now = change.before.quantity.normalize(), change.after.quantity.normalize()
        reasons.append(words.say("compare.reason.quantity", before=was, after=now, amount=Money(of_quantity, currency)))
    if of_price:
        reasons.append(words.say("compare.reason.price", **units, amount=Money(of_price, currency)))
    if change.vat and not change.net:
        reasons.append(words.say("compare.reason.vat", amount=Money(change.vat, currency)))
    return words.say("compare.reason", line=line, reasons="; ".join(reasons)) if reasons else ""
