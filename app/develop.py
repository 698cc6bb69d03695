"""`./desk check|test|bench|docs|lock`: what developers and the build run."""

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
    if run("pytest", "-q", "-m", "not slow and not needs_chromium and not needs_rt", "-n", "2"):
        failed.append("fast tests")
    if failed:
        raise click.ClickException(f"These checks failed: {', '.join(failed)}.")
    click.echo("All checks passed.")


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--install", is_flag=True, help="Bring the Debian packages too: Chromium, Request Tracker.")
@click.option("--fast", is_flag=True, help="Within a minute: leave out what is slow or needs those packages.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(*, install: bool, fast: bool, arguments: tuple[str, ...]) -> None:
    """The whole suite on SQLite and on PostgreSQL; what could not run is named."""
    if install:
        install_debian()
    chosen = ["-m", "not slow and not needs_chromium and not needs_rt"] if fast else []
    if not fast:
        os.environ["DESK_TEST_ALL"] = "1"
    sys.exit(run("pytest", "-n", "2", *chosen, *arguments))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Compare with our peers in the same run and print ratios."""
    sys.exit(subprocess.run([sys.executable, "-m", "bench", *arguments], cwd=ROOT, check=False).returncode)


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
