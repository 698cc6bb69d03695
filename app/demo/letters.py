"""The notices' texts of the demo's partner: the shipped file, with what the partner has to say filled in."""

from datetime import date, timedelta
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent.parent / "docs" / "notices.yaml"
MINE = "CHANGE ME"
SAID = {
    "version:": "demo",
    "partner:": "Partner sp. z o.o.",
    "contact:": '"Ana Kowalska, +48 22 555 01 01, 8–16"',
    "PLN:": '"Bank Przykładowy, PL61 1090 1014 0000 0712 1981 2874"',
    '"*":': '"Bank Przykładowy, PL27 1140 2004 0000 3002 0135 5387, BIC XXXXPLPX"',
}


def texts(today: date) -> str:
    """The file as this partner would apply it, in force since the day before."""
    rows = SHIPPED.read_text(encoding="utf-8").splitlines()
    return "\n".join(_filled(row, today) for row in rows) + "\n"


def _filled(row: str, today: date) -> str:
    if row.startswith("since:"):
        return f"since: {today - timedelta(days=1)}"
    key = row.strip().split(" ")[0]
    return f"{row[: row.index(key)]}{key} {SAID[key]}" if MINE in row and key in SAID else row
