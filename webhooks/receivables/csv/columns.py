"""Which column holds what: by a map the operator gives, else by the names accounting programs use, in English and Polish."""

from collections.abc import Mapping, Sequence

from core.engine.folding import folded
from webhooks.receivables.csv.values import Wrong

REQUIRED = ("payer", "number", "issued_on", "due_on", "total", "open")
OF_INVOICE = ("issued_on", "due_on", "currency", "total", "open", "period", "document")
OF_LINE = ("line", "quantity", "net", "vat", "product", "subscription", "period_from", "period_to")

ALIASES: Mapping[str, tuple[str, ...]] = {
    "payer": ("payer", "payer id", "customer id", "customer no", "account", "id platnika", "kod kontrahenta", "kontrahent"),
    "payer_name": ("payer name", "customer", "customer name", "name", "nazwa", "nazwa kontrahenta", "platnik", "nabywca", "klient"),
    "tax_id": ("tax id", "vat id", "vat no", "tax number", "nip"),
    "number": ("number", "invoice", "invoice no", "invoice number", "numer", "nr", "nr faktury", "numer faktury", "faktura"),
    "issued_on": ("issued on", "issued", "issue date", "invoice date", "date", "data wystawienia", "wystawiono", "data faktury", "data"),
    "due_on": ("due on", "due", "due date", "payment due", "termin", "termin platnosci", "data platnosci"),
    "currency": ("currency", "ccy", "waluta"),
    "total": ("total", "gross", "amount", "invoice total", "kwota", "brutto", "kwota brutto", "wartosc brutto", "razem"),
    "open": ("open", "open amount", "outstanding", "balance", "amount due", "pozostalo", "do zaplaty", "pozostalo do zaplaty", "saldo"),
    "period": ("period", "month", "billing month", "okres", "miesiac"),
    "document": ("document", "link", "url", "dokument"),
    "as_of": ("as of", "as of time", "stan na"),
    "line": ("line", "line text", "description", "item", "pozycja", "opis", "nazwa towaru", "towar/usluga"),
    "quantity": ("quantity", "qty", "ilosc"),
    "net": ("net", "net amount", "netto", "kwota netto", "wartosc netto"),
    "vat": ("vat", "tax", "vat amount", "kwota vat"),
    "product": ("product", "sku", "offer", "produkt", "indeks", "kod towaru"),
    "subscription": ("subscription", "subscription id", "subskrypcja"),
    "period_from": ("period from", "from", "okres od"),
    "period_to": ("period to", "to", "okres do"),
}  # fmt: skip
FIELD_OF = {alias: field for field, aliases in ALIASES.items() for alias in aliases}


def named(cell: str) -> str:
    """A heading as it is compared: without case, diacritics, underscores and trailing points."""
    return folded(cell.replace("_", " ").replace(".", " "))


def recognised(header: Sequence[str], given: Mapping[str, str]) -> int:
    """How many headings mean something: what tells the right delimiter from a wrong one."""
    mapped = {named(column) for column in given.values()}
    return sum(1 for cell in header if named(cell) in mapped or named(cell) in FIELD_OF)


def find(header: Sequence[str], given: Mapping[str, str], *, has_currency: bool) -> dict[str, int]:
    """The position of each field's column. Raises Wrong naming every column that is missing or there twice."""
    heads = [named(cell) for cell in header]
    unknown = [field for field in given if field not in ALIASES]
    absent = [column for column in given.values() if heads.count(named(column)) != 1]
    if unknown:
        raise Wrong(f"There is no field {', '.join(unknown)} to map; the fields are: {', '.join(ALIASES)}")
    if absent:
        raise Wrong(f"The heading has not exactly one column {', '.join(absent)}; it has: {', '.join(header)}")
    found = {field: heads.index(named(column)) for field, column in given.items()}
    for position, head in enumerate(heads):
        field = FIELD_OF.get(head)
        if field is None or field in given or position in found.values():
            continue
        if field in found:
            raise Wrong(f"Two columns could be {field}: “{header[found[field]]}” and “{header[position]}”; say which with --map {field}=…")
        found[field] = position
    needed = (*REQUIRED, *(() if has_currency else ("currency",)))
    missing = [field for field in needed if field not in found]
    if missing:
        hint = " (or give --currency)" if "currency" in missing else ""
        raise Wrong(f"No column is known to be {', '.join(missing)}{hint}; the heading is: {', '.join(header)}. Use --map {missing[0]}=…")
    return found
