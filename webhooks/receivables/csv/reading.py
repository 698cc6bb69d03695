"""From bytes to rows: the encoding by strict decoding in a fixed order, the delimiter by which one makes the heading known."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from webhooks.receivables.csv.columns import recognised
from webhooks.receivables.csv.values import Wrong

ENCODINGS = ("utf-8-sig", "cp1250")  # CP1250 last: almost any bytes are CP1250
DELIMITERS = (";", ",", "\t", "|")
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A file's heading and its rows, each with the number of its first line. What was found out is told to the operator."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(data: bytes, *, encoding: str = "", delimiter: str = "", columns: Mapping[str, str]) -> Rows:
    """The rows. Raises Wrong for a file that cannot be decoded, has no heading we know, or is broken as CSV: then nothing is applied."""
    text, found = decode(data, encoding)
    if "\0" in text:
        raise Wrong("The file holds NUL characters, so it is no CSV; export it again as CSV UTF-8")
    chosen = delimiter or sniff(text, columns)
    lines = list(_rows(text, chosen))
    if not lines:
        raise Wrong("The file is empty")
    header = tuple(cell.strip() for cell in lines[0][1])
    return Rows(encoding=found, delimiter=chosen, header=header, rows=tuple(lines[1:]))


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text and its encoding: the given one, else by its mark, else UTF-8 if every byte fits, else CP1250. Raises Wrong."""
    if data[:2] in UTF16 and not encoding:
        encoding = "utf-16"
    for name in (encoding,) if encoding else ENCODINGS:
        try:
            return data.decode(name), name
        except LookupError:
            raise Wrong(f"There is no encoding {name}") from None
        except UnicodeDecodeError:
            continue
    raise Wrong(f"The file is not {encoding or 'UTF-8 and not CP1250'}; say what it is with --encoding")


def sniff(text: str, columns: Mapping[str, str]) -> str:
    """The delimiter under which most headings are known. Raises Wrong when none makes two of them known."""
    counted = {d: recognised(next((cells for _, cells in _rows(text, d)), ()), columns) for d in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: counted[delimiter])
    if counted[best] < 2:
        first = text.strip().splitlines()[0][:120] if text.strip() else ""
        raise Wrong(f"I know no columns in the heading “{first}”; name them with --map, or give --delimiter")
    return best


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that are not blank. Raises Wrong naming the line from which a quote was never closed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Wrong(f"Line {first}: the quoting is broken ({error}); nothing after it can be told apart") from None
        if any(cell.strip() for cell in cells):
            yield first, tuple(cells)
