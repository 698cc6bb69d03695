"""A start that cannot be: a port somebody has, a database nobody reaches. A sentence each, and nothing runs."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.cli import main
from app.serving import LAST
from core.engine.db.migrate import upgrade
from core.engine.db.store import Store
from tests.harness.databases import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "k0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def run(command: str, tmp_path: Path, **settings: str) -> Result:
    given = {
        "DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY, "SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1",
        "DESK_DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite",
    }  # fmt: skip
    return CliRunner().invoke(main, command.split(), env=given | settings)


@pytest.mark.parametrize("command", ["web", "serve"])
def test_a_port_that_somebody_has_is_named_and_nothing_starts(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = run(command, tmp_path, DESK_PORT=port)

    assert refused.exit_code == 1
    assert f"Nothing can listen on DESK_HOST 127.0.0.1, DESK_PORT {port}: Address already in use. Nothing was started" in refused.output


@pytest.mark.parametrize("command", ["web", "serve", "worker", "staff list"])
@pytest.mark.parametrize("url", ["sqlite:////nowhere/desk.sqlite", "postgresql+psycopg://desk:hidden@127.0.0.1:{port}/desk"])
def test_a_database_that_cannot_be_reached_is_a_sentence_without_its_password(command: str, url: str, tmp_path: Path) -> None:
    refused = run(command, tmp_path, DESK_DATABASE_URL=url.format(port=free_port()))

    assert refused.exit_code == 1
    assert "Error: The database that DESK_DATABASE_URL names cannot be used: " in refused.output
    assert "/nowhere/desk.sqlite" in refused.output or "Connection refused" in refused.output
    assert "hidden" not in refused.output


def test_a_newer_desk_s_database_is_left_alone(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/desk.sqlite")
    upgrade(store)
    with store.writing() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    store.close()

    refused = run("staff list", tmp_path)

    assert refused.exit_code == 1
    assert "The database is not of this version of the desk" in refused.output


@pytest.mark.slow
def test_a_web_process_that_is_told_to_stop_while_it_starts_ends_too(tmp_path: Path) -> None:
    """Its server's worker does not hear a signal that comes before it listens; without a limit both would wait for ever."""
    env = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY,
        "SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1", "DESK_DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite",
        "DESK_PORT": str(free_port()),
    }  # fmt: skip
    with subprocess.Popen([sys.executable, "-m", "app.cli", "web"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as web:
        assert web.stdout is not None
        next(line for line in web.stdout if b"Spawning worker" in line)
        web.terminate()
        web.communicate(timeout=LAST + 30)

    assert web.returncode == 0
