"""`./desk doctor`: looks at everything the desk stands on, tries each chat, and says in one line each what is wrong and how to mend it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy import Connection

from app.arrivals import arrived
from app.drift import slack_drift, teams_drift
from app.receiving import access_of
from app.wiring import House, Make
from bots.slack.examining import examined as slack_examined
from bots.teams.examining import examined as teams_examined
from core.chat.findings import Finding, tried, well, wrong
from core.chat.ports import Place
from core.chat.words import Words
from core.engine import backlog
from core.engine.backlog import Room
from core.engine.db.migrate import is_current
from core.engine.errors import DeliveryError, NotFound
from core.people.connections import all_connections
from core.people.queries import places

LATE = timedelta(minutes=5)
LEAST_FREE = 500  # megabytes
OLDEST_POSTGRES = 14
SAFE_SQLITE = (3, 51, 3)  # from here on no two writers that checkpoint at once can harm the file (https://www.sqlite.org/wal.html)
SHARED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})
MOUNTS = Path("/proc/mounts")


def read_token(_context: click.Context, _option: click.Parameter, file: Path | None) -> str:
    """What the file holds; "" where none is named. Raises ClickException."""
    if file is None:
        return ""
    try:
        found = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise click.ClickException(f"{file} cannot be read: {why}. Nothing was looked at.") from None
    if not found:
        raise click.ClickException(f"{file} is empty. Nothing was looked at.")
    return found


@click.command()
@click.option("--quiet", is_flag=True, help="Send no test messages.")
@click.option(
    "--slack-config-token-file", "config_token", callback=read_token, type=click.Path(dir_okay=False, path_type=Path),
    help="An app configuration token from https://api.slack.com/apps (12 hours): compares the app's whole manifest.",
)  # fmt: skip
@click.pass_obj
def doctor(make: Make, *, quiet: bool, config_token: str) -> None:
    """Say what is wrong and how to mend it; the status is 1 when anything is. Sends, changes and deletes a message in each chat."""
    found = list(examine(make(), datetime.now(UTC), sends=not quiet, config_token=config_token))
    for finding in found:
        click.echo(f"{'well ' if finding.is_well else 'WRONG'}  {finding.said(Words())}")
    if bad := sum(not finding.is_well for finding in found):
        raise click.ClickException(f"{bad} of {len(found)} things need mending.")


def examine(house: House, now: datetime, *, sends: bool, config_token: str = "") -> Iterator[Finding]:
    """Everything, the nearest first. `now` is the machine's own clock; `sends`: whether test messages go out; `config_token`: Slack's, in
    place of the settings' one."""
    yield from database(house)
    with house.desk.reading() as connection:
        met = list(queues(connection, house))
        where = {face: places(connection, face) for face in house.notifiers}
        heard = {face: arrived(connection, face) for face in house.notifiers}
    yield from met
    for face, kinds in heard.items():
        yield from (well(f"never.{face}.{k}") if at is None else well(f"arrived.{face}.{k}", at=at) for k, at in kinds.items())
    yield from connected(house)
    if not house.notifiers:
        yield wrong("no_chat")
    if house.slack:
        if not (found := house.slack.workspaces.all()):
            yield wrong("slack_nowhere")
        for workspace in found:
            yield from slack_examined(house.slack.workspaces.client(workspace), now)
        yield from slack_drift(house, config_token or house.settings.slack_config_token.get_secret_value(), now)
    if house.teams:
        yield from teams_examined(house.teams.connector, house.settings.teams_openid_metadata_url, now)
        yield from teams_drift(house, now)
    for face, rows in where.items() if sends else ():
        if not rows:
            yield wrong("no_place", chat=face.capitalize())
        for row in rows[:1]:
            place = Place(workspace=row.workspace, conversation=row.external, address=row.address)
            yield from tried(house.notifiers[face], place, Words(row.locale, row.zone), chat=face.capitalize())


def database(house: House) -> Iterator[Finding]:
    """The store itself: its version and settings, its schema, the room it has left."""
    with house.store.reading() as connection:
        yield from _sqlite(connection, house) if house.store.is_sqlite else _postgres(connection)
    yield well("schema") if is_current(house.store) else wrong("schema_old")


def _sqlite(connection: Connection, house: House) -> Iterator[Finding]:
    path = Path(str(house.store.url.database)).resolve()
    version = str(connection.scalar(sa.text("SELECT sqlite_version()")))
    journal, synchronous = (str(connection.scalar(sa.text(f"PRAGMA {name}"))) for name in ("journal_mode", "synchronous"))
    system = file_system(path, MOUNTS.read_text(encoding="utf-8", errors="replace") if MOUNTS.exists() else "")
    good = (journal, synchronous) == ("wal", "2")
    yield well("sqlite", version=version, system=system) if good else wrong("sqlite_pragmas", journal=journal, synchronous=synchronous)
    if tuple(int(part) for part in version.split(".")) < SAFE_SQLITE:
        yield well("sqlite_old", version=version)
    if system in SHARED:
        yield wrong("sqlite_shared", system=system)
    free = shutil.disk_usage(path.parent).free // 1_000_000
    yield well("disk", free=free) if free >= LEAST_FREE else wrong("disk_low", free=free)


def _postgres(connection: Connection) -> Iterator[Finding]:
    number, shown = (str(connection.scalar(sa.text(f"SHOW {name}"))) for name in ("server_version_num", "server_version"))
    is_new = int(number) // 10_000 >= OLDEST_POSTGRES
    yield well("postgres", version=shown) if is_new else wrong("postgres_old", version=shown)


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system the path lies on, by a table as Linux keeps it (man 5 proc); "" when nothing says so."""
    rows = [line.split(" ") for line in mounts.splitlines()]
    over = [(row[1], row[2]) for row in rows if len(row) > 2 and (path == Path(row[1]) or Path(row[1]) in path.parents)]
    return max(over, key=lambda one: len(one[0]), default=("", ""))[1]


def queues(connection: Connection, house: House) -> Iterator[Finding]:
    """What waits and should not, and what each connection last heard."""
    for room in backlog.rooms(connection, real_now=house.store.real_now(connection), now=house.clock.now()):
        yield _room(room)
    heard = backlog.heard(connection)
    for row in all_connections(connection):
        known = heard.get(row.name)
        yield well("connection", name=row.name, at=known.last_at) if known else well("connection_silent", name=row.name)
        if known and known.dead:
            yield wrong("dead_letters", name=row.name, count=known.dead)


def connected(house: House) -> Iterator[Finding]:
    """The token of every connection that has one and can say whose it is."""
    with house.desk.reading() as connection:
        names = [row.name for row in all_connections(connection) if row.active]
    for name in names:
        try:
            found = house.connections.get(name)
            if found.kind.examine is not None:
                yield well("connection_called", name=name, user=found.kind.examine(access_of(house, found)))
        except NotFound:  # left out when it was read: of a kind there is no more, or sealed with a lost key
            yield wrong("connection_unread", name=name)
        except DeliveryError as error:
            yield wrong("connection_refused", name=name, reason=error.reason)


def _room(room: Room) -> Finding:
    if room.oldest is None or room.oldest <= LATE:
        return well("room", name=room.name, waiting=room.waiting)
    return wrong("room_late", name=room.name, waiting=room.waiting, minutes=int(room.oldest.total_seconds() // 60))
