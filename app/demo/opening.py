"""What the terminal says once everything runs: what to open, what to try, what is missing."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from app.demo.control import Door
from app.demo.script import plain


def say_opening(
    console: Console, *, control: str, doors: Iterable[Door], lines: Sequence[str], missing: Iterable[str], notices: Iterable[str]
) -> None:
    """`control` is the control page's address, `lines` are the script's, in HTML."""
    pages = [
        (control, "the control page: what to try, and the business clock"),
        *((door.url, f"{door.name}: {door.text}") for door in doors),
    ]
    console.print()
    console.print(_beside((f"{'' if number else '[bold]Open'} {url}", text) for number, (url, text) in enumerate(pages)))
    console.print(_beside((f"{number}.", plain(line)) for number, line in enumerate(lines, 1)), highlight=False)
    for told, style in ((missing, "red"), (notices, "yellow")):
        console.print(_beside(("!", line) for line in told), style=style, highlight=False)
    console.print("Ctrl-C stops everything.\n")


def _beside(rows: Iterable[tuple[str, str]]) -> Table:
    """Each text beside its mark, so that what does not fit goes on under its own beginning."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for mark, text in rows:
        table.add_row(f"  {mark}", text)
    return table
