"""From rows to commands, payer by payer. A payer with a line in error is left out whole and said; the other payers go on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.receivables.commands import RecordReceivables
from core.receivables.model import InvoiceFacts, LineFacts, PayerFacts
from webhooks.receivables.csv import columns, values
from webhooks.receivables.csv.reading import read
from webhooks.receivables.csv.values import Style, Wrong


@dataclass(frozen=True, kw_only=True)
class Ask:
    """How the operator wants a file to be read. `as_of` None: a column must say it."""

    connection: str
    as_of: datetime | None = None
    zone: ZoneInfo | None = None
    style: Style = Style.AUTO
    encoding: str = ""
    delimiter: str = ""
    currency: str = ""
    complete: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LineError:
    """What is wrong on a line. `payer` "" when the line does not even say whose it is."""

    line: int
    payer: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a file comes to: a command per payer that is free of errors, and the errors.

    `held_back`: a line says nobody's name in a file that claims to be complete. It could be any payer's open invoice, and leaving it out
    would call that one paid; so there are no commands at all.
    """

    encoding: str
    delimiter: str
    commands: tuple[RecordReceivables, ...]
    errors: tuple[LineError, ...]
    held_back: bool = False

    @property
    def withheld(self) -> tuple[str, ...]:
        """The payers that are not applied because a line of theirs is wrong."""
        return tuple(dict.fromkeys(error.payer for error in self.errors if error.payer))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line's cells by field, stripped; a field without a column is "" ."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


def translate(data: bytes, ask: Ask) -> Sheet:
    """Understand a whole file. Raises Wrong when none of it can be understood; nothing is written either way."""
    found = read(data, encoding=ask.encoding, delimiter=ask.delimiter, columns=ask.columns)
    positions = columns.find(found.header, ask.columns, has_currency=bool(ask.currency))
    if "as_of" not in positions and ask.as_of is None:
        raise Wrong("When were these figures true? Give --as-of, such as 2026-11-23T08:00+01:00, or a column “as of”")
    errors: list[LineError] = []
    theirs: dict[str, list[Row]] = defaultdict(list)
    for line, cells in found.rows:
        row = Row(line=line, cells={name: cells[at].strip() for name, at in positions.items() if at < len(cells)})
        if len(cells) != len(found.header):
            errors.append(_error(row, f"it has {len(cells)} cells, the heading has {len(found.header)}"))
        elif not row["payer"]:
            errors.append(_error(row, "it does not say whose it is: the payer is empty"))
        else:
            theirs[row["payer"]].append(row)
    made = [_payer(rows, ask, errors) for rows in theirs.values()]
    withheld = {error.payer for error in errors}
    held_back = ask.complete and "" in withheld
    commands = () if held_back else tuple(c for c in made if c is not None and c.payer.external not in withheld)
    return Sheet(
        encoding=found.encoding, delimiter=found.delimiter, commands=commands, errors=tuple(sorted(errors, key=lambda e: e.line)),
        held_back=held_back,
    )  # fmt: skip


def _payer(rows: Sequence[Row], ask: Ask, errors: list[LineError]) -> RecordReceivables | None:
    by_number: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_number[row["number"]].append(row)
    invoices = []
    for number, parts in by_number.items():
        wrong = list(_wrong_together(number, parts))
        errors += [_error(row, sentence) for row, sentence in wrong]
        made = None if wrong else _invoice(parts, ask, errors)
        invoices += [] if made is None else [made]
    as_of = _as_of(rows, ask, errors)
    if as_of is None:
        return None
    names = {name: next((row[name] for row in rows if row[name]), "") for name in ("payer_name", "tax_id")}
    tax_id = "".join(c for c in names["tax_id"] if c.isalnum())
    facts = PayerFacts(
        external=rows[0]["payer"],
        name=names["payer_name"] or rows[0]["payer"],
        tax_id=tax_id,
        invoices=tuple(invoices),
        complete=ask.complete,
    )
    return RecordReceivables(connection=ask.connection, as_of=as_of, payer=facts)


def _wrong_together(number: str, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Lines of one invoice repeat its facts or leave them empty; two different answers, or the same line without items, are an error."""
    if not number:
        yield from ((row, "the invoice has no number") for row in rows)
        return
    first = rows[0]
    for row in rows[1:]:
        differing = [name for name in columns.OF_INVOICE if row[name] and row[name] != first[name]]
        if differing:
            yield row, f"invoice {number} was given another {', '.join(differing)} on line {first.line}"
        elif not _has_items(row):
            yield row, f"invoice {number} is already on line {first.line}"


def _invoice(rows: Sequence[Row], ask: Ask, errors: list[LineError]) -> InvoiceFacts | None:
    first = rows[0]
    try:
        currency = values.currency(first["currency"] or ask.currency)
        facts = InvoiceFacts(
            number=first["number"], issued_on=values.day(first["issued_on"]), due_on=values.day(first["due_on"]), currency=currency,
            total=values.amount(first["total"], currency, ask.style), open=values.amount(first["open"], currency, ask.style),
            period=values.month(first["period"]) if first["period"] else "", document=first["document"],
        )  # fmt: skip
    except Wrong as error:
        errors.append(_error(first, str(error)))
        return None
    lines = []
    for row in rows:
        try:
            lines += [_line(row, currency, ask)] if _has_items(row) else []
        except Wrong as error:
            errors.append(_error(row, str(error)))
    return replace(facts, lines=tuple(lines))


def _line(row: Row, currency: str, ask: Ask) -> LineFacts:
    return LineFacts(
        text=row["line"] or row["product"] or row["subscription"],
        quantity=values.number(row["quantity"], ask.style) if row["quantity"] else Decimal(1),
        net=values.amount(row["net"], currency, ask.style), vat=values.amount(row["vat"], currency, ask.style), product=row["product"],
        subscription=row["subscription"], period_from=values.day(row["period_from"]) if row["period_from"] else None,
        period_to=values.day(row["period_to"]) if row["period_to"] else None,
    )  # fmt: skip


def _has_items(row: Row) -> bool:
    return any(row[name] for name in columns.OF_LINE)


def _as_of(rows: Sequence[Row], ask: Ask, errors: list[LineError]) -> datetime | None:
    """The oldest moment any of the payer's lines names: the payer as a whole is never called fresher than a part of it."""
    found = []
    for row in rows:
        try:
            if row["as_of"]:
                found.append(values.moment(row["as_of"], ask.zone))
            elif ask.as_of is not None:
                found.append(ask.as_of)
            else:
                errors.append(_error(row, "it does not say when it was true: “as of” is empty and --as-of was not given"))
        except Wrong as error:
            errors.append(_error(row, str(error)))
    return min(found, default=None)


def _error(row: Row, sentence: str) -> LineError:
    return LineError(line=row.line, payer=row["payer"], sentence=sentence)
