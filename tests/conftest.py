"""Stores, faces and the world for every test; the grid face × store at the end of the run."""

import gc
import os
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from pytest_socket import socket_allow_hosts

from app.logs import set_up
from app.prepare import RT_SERVER
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from playground.teams.tokens import Login
from tests.harness.convergence import untrue_copies
from tests.harness.databases import Databases, postgres
from tests.harness.faces import FACES, Face
from tests.harness.outgoing import OUTGOING, watch_doors
from tests.harness.parity import NOTES, compare
from tests.harness.schema import CARDS, SCHEMAS
from tests.harness.statements import share_statements
from tests.harness.world import CHANNELS, TEAM, World, build_world

NEEDS = {
    "needs_chromium": (lambda: shutil.which("chromium") is not None, "Chromium is not installed (./desk test --install brings it)"),
    "needs_rt": (RT_SERVER.exists, "Request Tracker is not installed (./desk test --install brings it)"),
    "needs_schemas": (SCHEMAS.is_dir, "the official schemas are not beside the project"),
}
STORES = ("sqlite", "postgres")
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 1024**3
PARITY = pytest.StashKey[str]()
EVERY_VERB = ("tests/scenarios/test_every_verb.py", "tests/scenarios/test_every_button.py")


def pytest_configure() -> None:
    """Keep what the tests write in memory where the machine offers it: SQLite waits for the disk at each of their million commits."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    """What was imported and collected lives as long as the run: Python's collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What cannot run here is skipped by name; the summary lists it and a strict run fails for it."""
    missing = {name: reason for name, (there, reason) in NEEDS.items() if not there()}
    for item in items:
        for name, reason in missing.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """As in production: no local variables in a traceback."""
    set_up(as_json=True)


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one certificate authority: no test speaks TLS, and every HTTP client would parse some hundred and forty of them first."""
    first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition("-----END CERTIFICATE-----\n")
    path = tmp_path_factory.mktemp("authority") / "one.pem"
    path.write_text(first + end, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_built_once() -> Iterator[None]:
    """Each test has a database of its own, and SQLAlchemy keeps what it built of a statement with a database."""
    with pytest.MonkeyPatch.context() as patch:
        share_statements(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def every_door_watched() -> Iterator[None]:
    """What a chat would refuse is noted, wherever it goes out."""
    with pytest.MonkeyPatch.context() as patch:
        watch_doors(patch)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """A test that sent what a chat would refuse has failed, whatever else it proved."""
    OUTGOING.taken()
    try:
        yield
    except Exception as error:
        if found := OUTGOING.taken():
            error.add_note("\n".join(("a chat would refuse what was sent here:", *found)))
        raise
    OUTGOING.verify()


@pytest.fixture(autouse=True)
def loopback_only() -> None:
    """No sockets but loopback."""
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Databases]]:
    """Both kinds; the PostgreSQL server lives as long as this process's run."""
    folder = tmp_path_factory.mktemp("databases")
    with postgres(Path(f"/tmp/desk-pg-{os.getpid()}")) as server:
        yield {"sqlite": Databases("sqlite", folder), "postgres": Databases("postgres", folder, server, again=True)}
    shutil.rmtree(f"/tmp/desk-pg-{os.getpid()}", ignore_errors=True)


@pytest.fixture(params=STORES)
def store_kind(request: pytest.FixtureRequest) -> str:
    """Runs the test on each store."""
    return str(request.param)


@pytest.fixture
def database(databases: dict[str, Databases], store_kind: str) -> Iterator[str]:
    """A migrated, empty database."""
    with databases[store_kind].fresh() as url:
        yield url


@pytest.fixture(scope="session")
def login() -> Login:
    """Signing keys, made once: they are what takes time."""
    return Login()


@pytest.fixture
def local_teams(login: Login) -> Iterator[LocalTeams]:
    """A Teams on loopback."""
    made = LocalTeams(login=login)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def local_slack() -> Iterator[LocalSlack]:
    """A Slack on loopback, in which the desk is a member of the billing channel."""
    made = LocalSlack(team=TEAM, channels=[CHANNELS["slack"]])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def world(database: str, local_teams: LocalTeams, local_slack: LocalSlack) -> Iterator[World]:
    """A desk with both chats on this store."""
    made = build_world(database, local_teams, local_slack)
    yield made
    untrue = untrue_copies(made)
    made.house.close()
    assert untrue == []


@pytest.fixture
def local() -> Iterator[LocalPartnerCenter]:
    """A Partner Center on loopback, nobody in it."""
    made = LocalPartnerCenter()
    made.start()
    yield made
    made.stop()


@pytest.fixture(params=sorted(FACES))
def face(request: pytest.FixtureRequest, world: World) -> Face:
    """Runs the test in each chat."""
    return FACES[request.param](world)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Note the cell of the grid a test belongs to."""
    outcome: Any = yield
    report = outcome.get_result()
    if call.when == "call":
        cells = NOTES.taken()
        report.user_properties.append(("parity", cells if report.passed else []))
    callspec = getattr(item, "callspec", None)
    if callspec is not None and {"face", "store_kind"} <= set(callspec.params):
        report.user_properties.append(("cell", (callspec.params["face"], callspec.params["store_kind"])))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print passed counts in the grid face × store, and by name what was not run."""
    passed = Counter(dict(r.user_properties).get("cell") for r in terminalreporter.stats.get("passed", []) if r.when == "call")
    cells = {(f, s): passed[f, s] for f in sorted(FACES) for s in STORES}
    terminalreporter.write_sep("-", "passed, face × store")
    for name in sorted(FACES):
        terminalreporter.write_line(f"{name:8}" + "".join(f"{store}: {cells[name, store]:5}   " for store in STORES))
    if len(set(cells.values())) > 1:
        terminalreporter.write_line("The cells differ: a scenario did not pass on every face and store.")
    for report in terminalreporter.stats.get("passed", []):
        for text in (value for name, value in report.user_properties if name == "said" and report.when == "call"):
            terminalreporter.write_line(text)
    if problem := terminalreporter.config.stash.get(PARITY, ""):
        terminalreporter.write_line(problem)
    skipped = terminalreporter.stats.get("skipped", [])
    for report in skipped:
        terminalreporter.write_line(f"not run: {report.nodeid}: {report.longrepr[2] if report.longrepr else ''}")
    if not CARDS.is_file():
        terminalreporter.write_line(f"not run: the official schema over the cards that were sent: {NEEDS['needs_schemas'][1]}")


def is_whole(config: pytest.Config, reports: list[Any]) -> bool:
    """Whether every verb and every button was tried: all of those files' tests, none picked out on the command line."""
    picked = config.option.keyword or any("::" in argument for argument in config.args)
    return not picked and all(any(report.nodeid.startswith(file) for report in reports) for file in EVERY_VERB)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A strict run accepts nothing not run, and no unequal grid."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reports = [r for r in reporter.stats.get("passed", []) if r.when == "call"]
        if is_whole(session.config, reports) and exitstatus == 0:
            tried = [r for r in reports if r.nodeid.startswith(EVERY_VERB)]  # what other stories press is no promise of the page
            problem = compare(cell for r in tried for cell in dict(r.user_properties).get("parity", []))
            session.config.stash[PARITY] = problem
            session.exitstatus = 1 if problem else exitstatus
    if os.environ.get("DESK_TEST_STRICT") and reporter is not None and exitstatus == 0:
        passed = Counter(dict(r.user_properties).get("cell") for r in reporter.stats.get("passed", []) if r.when == "call")
        uneven = len({passed[f, s] for f in FACES for s in STORES}) > 1
        if reporter.stats.get("skipped") or uneven:
            session.exitstatus = 1
