"""`./desk check|test|bench|docs|golden|lock`: what developers and the build run."""

import os
import subprocess
import sys
from pathlib import Path

import click

from app.documents import docs
from app.prepare import install_debian

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("ruff", "check", "--quiet", ".")),
    ("types", ("mypy",)),
    ("imports", ("lint-imports", "--no-logo")),
)
GOLDEN = "tests/scenarios/test_golden.py"
QUICK = "not slow and not needs_chromium and not needs_rt"
# What `test --fast` runs: the rules, and one story of each kind in both chats on both stores. The rest of the suite it names as left out.
FAST = (
    "tests/core", "tests/engine", "tests/slack/test_cards.py", "tests/slack/test_local_slack.py", "tests/teams/test_cards.py",
    "tests/teams/test_manifest.py", "tests/webhooks/test_signatures.py", "tests/scenarios/test_show_a_case.py",
    "tests/scenarios/test_answered_elsewhere.py",
)  # fmt: skip


def left_out() -> list[str]:
    """The test files that are none of FAST's."""
    chosen = tuple(ROOT / name for name in FAST)
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in found if not any(path.is_relative_to(place) for place in chosen)]


def run(*command: str) -> int:
    """Run a tool of our own .venv; returns its status."""
    tool = Path(sys.executable).parent / command[0]
    return subprocess.run([str(tool), *command[1:]], cwd=ROOT, check=False).returncode


@click.group()
def main() -> None:
    """Tools for working on the desk."""


@main.command()
def check() -> None:
    """Format, lint, types, import contracts and the fast tests."""
    failed = [name for name, command in CHECKS if run(*command)]
    if run("pytest", "-q", "-n", "2", "-m", QUICK, *FAST):
        failed.append("fast tests")
    if failed:
        raise click.ClickException(f"These checks failed: {', '.join(failed)}.")
    click.echo("All checks passed.")


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--install", is_flag=True, help="Bring the Debian packages too: Chromium, Request Tracker.")
@click.option("--fast", is_flag=True, help="Within a minute on two cores; what it leaves out is named.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(*, install: bool, fast: bool, arguments: tuple[str, ...]) -> None:
    """The whole suite on SQLite and on PostgreSQL; what could not run is named."""
    if install:
        install_debian()
    status = run("pytest", "-n", "2", *(("-m", QUICK, *FAST) if fast else ()), *arguments)
    for name in left_out() if fast else ():
        click.echo(f"left out by --fast: {name}")
    sys.exit(status)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Compare with our peers in the same run and print ratios."""
    sys.exit(subprocess.run([sys.executable, "-m", "bench", *arguments], cwd=ROOT, check=False).returncode)


@main.command()
@click.option("--write", is_flag=True, help="Keep what is shown now; look at the diff before you commit it.")
def golden(*, write: bool) -> None:
    """Compare every card and form with its file under tests/golden, or write the files anew."""
    os.environ["DESK_GOLDEN"] = "write" if write else "compare"
    sys.exit(run("pytest", "-q", GOLDEN))


@main.command()
def lock() -> None:
    """Pin the dependencies again, by hash and without host names."""
    common = ("pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url",
              "--no-emit-find-links", "--no-annotate", "--no-header", "pyproject.toml")  # fmt: skip
    for name in ("run", "demo", "dev"):
        group = () if name == "run" else ("--group", name)
        if run("uv", *common, *group, "-o", f"requirements/{name}.lock"):
            raise click.ClickException(f"requirements/{name}.lock could not be made.")


main.add_command(docs)

if __name__ == "__main__":
    main()
