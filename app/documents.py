"""`./desk docs`: the parts of the docs that come from the code, between their markers."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from bots.slack.manifest import SCOPES, manifest
from core.chat.reference import reference
from core.chat.table import TABLE
from core.chat.words import Words

DOCS = Path(__file__).resolve().parent.parent / "docs"
PART = re.compile(r"(<!-- from the code: (?P<name>[a-z-]+); \./desk docs -->\n).*?(\n<!-- end -->)", re.DOTALL)


def slack_manifest() -> str:
    """The manifest with an address to replace."""
    return f"```json\n{json.dumps(manifest('desk.example.org', TABLE, Words('en')), indent=2, ensure_ascii=False)}\n```"


def slack_scopes() -> str:
    """What each scope is for."""
    return "\n".join(("| scope | what for |", "| --- | --- |", *(f"| `{scope}` | {why} |" for scope, why in SCOPES.items())))


PARTS: Mapping[str, Callable[[], str]] = {
    "verbs": lambda: reference(TABLE, Words("en")),
    "slack-manifest": slack_manifest,
    "slack-scopes": slack_scopes,
}


def current(page: str) -> str:
    """The page with its parts as the code has them now. Raises KeyError for a part that nothing writes."""
    return PART.sub(lambda found: f"{found[1]}{PARTS[found['name']]()}{found[3]}", page)


def outdated() -> list[Path]:
    """The pages whose parts are not as the code has them now."""
    return [path for path in sorted(DOCS.glob("*.md")) if current(text := path.read_text(encoding="utf-8")) != text]


@click.command("docs")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail when a page is not current.")
def docs(*, only_check: bool) -> None:
    """Write the parts of the docs that come from the code: the verbs, Slack's manifest."""
    for path in (found := outdated()):
        if not only_check:
            path.write_text(current(path.read_text(encoding="utf-8")), encoding="utf-8")
        click.echo(f"docs/{path.name} {'is not current: run ./desk docs' if only_check else 'is current now'}.")
    if found and only_check:
        raise click.ClickException("Nothing was changed.")
