"""`./desk demo`: start the stand-ins and the real desk, pour the world in, say what to open and try, and stop cleanly on Ctrl-C."""

import os
import shutil
import signal
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from types import FrameType
from zoneinfo import ZoneInfo

import click
import httpx
from cryptography.fernet import Fernet
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from app.demo import chats, pouring
from app.demo.control import Door, Stage, build_control, local, move, serve
from app.demo.opening import say_opening
from app.demo.people import TEAMS_APP, TENANT
from app.demo.processes import Processes, alone, listen, port, wait_ready
from app.demo.script import script
from app.demo.start import start
from app.logs import set_up
from app.prepare import install_npm
from app.settings import Settings, load
from app.wiring import House, build
from bots.teams.manifest import localisation, manifest, package
from core.chat.table import TABLE

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("DESK_DEMO_FOLDER", ROOT / ".run" / "demo"))
KNOWN = {
    "desk": 8080, "control": 8090, "slack": 8091, "teams": 8092, "partner_center": 8093, "ticketing": 8094, "accounting": 8095,
    "local_slack": 8096, "mailbox": 8097, "smtp": 8098,
}  # fmt: skip


@dataclass
class Ports:
    """The ports people know, or free ones."""

    desk: int = field(default_factory=lambda: port(KNOWN["desk"]))
    control: int = field(default_factory=lambda: port(KNOWN["control"]))
    slack: int = field(default_factory=lambda: port(KNOWN["slack"]))
    teams: int = field(default_factory=lambda: port(KNOWN["teams"]))
    partner_center: int = field(default_factory=lambda: port(KNOWN["partner_center"]))
    ticketing: int = field(default_factory=lambda: port(KNOWN["ticketing"]))
    accounting: int = field(default_factory=lambda: port(KNOWN["accounting"]))
    local_slack: int = field(default_factory=lambda: port(KNOWN["local_slack"]))
    mailbox: int = field(default_factory=lambda: port(KNOWN["mailbox"]))
    smtp: int = field(default_factory=lambda: port(KNOWN["smtp"]))

    def taken(self) -> list[str]:
        """One sentence about the ports that somebody else has."""
        moved = [(name.replace("_", " "), wanted, getattr(self, name)) for name, wanted in KNOWN.items() if getattr(self, name) != wanted]
        if not moved:
            return []
        instead = ", ".join(f"{name} on {found} (not {wanted})" for name, wanted, found in moved)
        return [f"Somebody else has ports that are usually the demo's; this time it listens elsewhere: {instead}."]

    def url(self, name: str) -> str:
        """The address on loopback."""
        return f"http://127.0.0.1:{getattr(self, name)}"


@dataclass
class Show:
    """One run of the demo."""

    desk: click.Command
    console: Console
    ports: Ports = field(default_factory=Ports)
    processes: Processes = field(default_factory=lambda: Processes(FOLDER / "logs"))
    missing: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    house: House | None = None

    def run(self) -> None:
        """Everything, until Ctrl-C."""
        set_up()
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: _end(ended))
        with alone(FOLDER), listen(self.ports.control) as control:
            self.ports.control = control.getsockname()[1]
            try:
                self._set_up()
                self._play(ended, control)
            finally:
                self.processes.stop()
                self.console.print("Everything has stopped.")

    def _set_up(self) -> None:
        self.notices += self.ports.taken()
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        self.secrets = {name: pouring.secret() for name in ("slack", "token", "teams", "partner")}
        for name in (pouring.ACCOUNTING, pouring.TICKETING, pouring.POST):
            (FOLDER / f"{name}.secret").write_text(pouring.shared_secret(), encoding="utf-8")
            (FOLDER / f"{name}.token").write_text(pouring.secret(), encoding="utf-8")
        for name in Settings.model_fields:  # nothing of a real desk reaches the demo, nor the other way round
            os.environ.pop(name.upper(), None)
            os.environ.pop(f"{name.upper()}_FILE", None)
        os.environ.update(self._environment())
        pouring.Desk(self.desk).run("migrate")

    def _play(self, ended: threading.Event, control: socket) -> None:
        parts = [
            ("the desk", self._desk), ("Slack", self._slack), ("Teams", self._teams), ("Partner Center", self._partner_center),
            ("accounting", self._accounting), ("ticketing", self._ticketing), ("mailbox", self._mailbox),
        ]  # fmt: skip
        with self._progress() as bar:
            task = bar.add_task("Starting", total=len(parts))
            for name, start in parts:
                bar.update(task, description=f"Starting {name}")
                try:
                    start()
                except click.ClickException as error:
                    self.missing.append(f"{name} is missing, and the demo goes on without it: {error}")
                bar.advance(task)
            for name in ("local_slack", "slack", "teams", "partner_center", "accounting", "ticketing", "mailbox"):
                self._answers(name)
            bar.update(task, description="Started")
            self._choose_moment()
            self._pour(bar)
        stage = self._stage()
        stop = serve(build_control(stage), control)
        self._say(stage)
        started = [child for child in self.processes.children if child.is_running]  # the others are named as missing
        while not ended.wait(0.5) and all(child.is_running for child in started):
            continue
        for child in started:
            if not child.is_running and not ended.is_set():
                self.console.print(f"[red]{child.name} ended by itself; its output is in {child.log}.")
        stop()

    def _choose_moment(self) -> None:
        """At night and at weekends nothing is suspended: the business clock of the desk and of its stand-ins moves on."""
        now = datetime.now(UTC)
        by = start(now) - now
        if not by:
            return
        stage = self._stage()
        move(stage, by)
        self.notices.append(f"Nothing could be suspended just now (the curfew), so the business clock starts on {local(start(now))}.")

    def _pour(self, bar: Progress) -> None:
        zone = ZoneInfo("Europe/Warsaw")
        stand = pouring.Stand(
            self._there("partner_center"), self._there("ticketing"), self._there("local_slack"), self._there("accounting"),
            smtp=self.ports.smtp if self._there("mailbox") else 0,
        )  # fmt: skip
        today = self._house().clock.now().astimezone(zone).date()
        steps = list(pouring.steps(self.desk, self._house(), stand, FOLDER, today, ready=lambda: self._answers("desk")))
        task = bar.add_task("Pouring in", total=len(steps))
        for line, pour in steps:
            bar.update(task, description=f"Pouring in {line}")
            try:
                pour()
            except (click.ClickException, httpx.HTTPError) as error:
                self.missing.append(f"Not poured in: {line}. {error}")
            bar.advance(task)
        bar.update(task, description="Poured in")

    def _environment(self) -> dict[str, str]:
        ports = self.ports
        return {
            "DESK_CONFIG": str(_empty(FOLDER / "desk.toml")), "DESK_DATABASE_URL": f"sqlite:///{FOLDER / 'desk.sqlite'}",
            "DESK_HOST": "127.0.0.1", "DESK_PORT": str(ports.desk), "DESK_SECRET_KEY": Fernet.generate_key().decode(), "DESK_DEMO": "1",
            "DESK_ALLOW_HOSTS": "127.0.0.1", "SLACK_SIGNING_SECRET": self.secrets["slack"],
            "SLACK_BOT_TOKEN": f"xoxb-{self.secrets['token']}", "SLACK_API_URL": f"{ports.url('local_slack')}/api/",
            "TEAMS_APP_ID": TEAMS_APP,
            "TEAMS_APP_PASSWORD": self.secrets["teams"], "TEAMS_TENANT_ID": TENANT,
            "TEAMS_OPENID_METADATA_URL": f"{ports.url('teams')}/.well-known/openidconfiguration", "TEAMS_LOGIN_URL": ports.url("teams"),
            "TEAMS_GRAPH_URL": ports.url("teams"),
            "TEAMS_SERVICE_HOSTS": f"127.0.0.1:{ports.teams}", "PARTNER_CENTER_URL": ports.url("partner_center"),
            "PARTNER_CENTER_LOGIN_URL": ports.url("partner_center"), "PARTNER_CENTER_TENANT_ID": TENANT,
            "PARTNER_CENTER_CLIENT_ID": "demo-partner", "PARTNER_CENTER_CLIENT_SECRET": self.secrets["partner"],
        }  # fmt: skip

    def _slack(self) -> None:
        binary = install_npm(ROOT / "playground" / "slack") / "local-slack-linux-x64" / "bin" / "local-slack"
        if not binary.exists():
            self.missing.append("Slack: local-slack runs on Linux x64 only; the demo goes on with Teams alone.")
            return
        config = chats.slack_config(
            desk_url=self.ports.url("desk"), token=os.environ["SLACK_BOT_TOKEN"], signing_secret=self.secrets["slack"]
        )
        path = chats.write(FOLDER, "slack.json", config)
        command = [str(binary), "--config", str(path), "--port", str(self.ports.local_slack), "--base-host", "127.0.0.1"]
        self._begin("local_slack", command)
        self._begin("slack", [*_module("playground.slack"), "--port", str(self.ports.slack), "--slack", self.ports.url("local_slack")])
        self.notices.append("local-slack listens on every address of this machine, not only on loopback: it knows no other way.")

    def _teams(self) -> None:
        install_npm(ROOT / "playground" / "teams")
        world = chats.write(FOLDER, "teams.json", chats.teams_world())
        bot = f"{self.ports.url('desk')}/api/messages"
        installed = FOLDER / "teams.zip"
        installed.write_bytes(package(manifest(TEAMS_APP, "desk.example.org", TABLE, datetime.now(UTC)), localisation(TABLE)))
        command = ["--port", str(self.ports.teams), "--bot", bot, "--world", str(world), "--package", str(installed)]
        self._begin("teams", [*_module("playground.teams"), *command])

    def _partner_center(self) -> None:
        known = ["--tenant", TENANT, "--client-id", "demo-partner", "--client-secret", self.secrets["partner"]]
        self._begin("partner_center", [*_module("playground.partner_center"), "--port", str(self.ports.partner_center), *known])

    def _accounting(self) -> None:
        webhook = f"{self.ports.url('desk')}/webhooks/{pouring.ACCOUNTING}"
        shared = {"ACCOUNTING_WEBHOOK_SECRET": _kept(pouring.ACCOUNTING, "secret"), "ACCOUNTING_TOKEN": _kept(pouring.ACCOUNTING, "token")}
        command = [*_module("playground.accounting"), "--port", str(self.ports.accounting), "--webhook", webhook]
        self._begin("accounting", command, environment=shared)

    def _ticketing(self) -> None:
        hook = f"{self.ports.url('desk')}/webhooks/{pouring.TICKETING}"
        files = [f"--{what}-file={FOLDER / f'{pouring.TICKETING}.{what}'}" for what in ("secret", "token")]
        self._begin("ticketing", [*_module("playground.ticketing"), "--port", str(self.ports.ticketing), "--hook", hook, *files])

    def _mailbox(self) -> None:
        hook, secret = f"{self.ports.url('desk')}/webhooks/{pouring.POST}", FOLDER / f"{pouring.POST}.secret"
        command = [*_module("playground.mail"), "--port", str(self.ports.mailbox), "--smtp-port", str(self.ports.smtp), "--hook", hook]
        self._begin("mailbox", [*command, "--secret-file", str(secret)])

    def _desk(self) -> None:
        self._begin("desk", [*_module("app.cli"), "serve"], path="/healthz")

    def _begin(self, name: str, command: list[str], *, path: str = "/", environment: dict[str, str] | None = None) -> None:
        """Start it; all start together, and whoever needs one waits for its answer."""
        self.processes.start(name, command, f"{self.ports.url(name)}{path}", cwd=ROOT, environment=environment)

    def _answers(self, name: str) -> None:
        """Wait until it answers; one that does not is named as missing."""
        child = next((child for child in self.processes.children if child.name == name), None)
        if child is not None and not wait_ready(child):
            self.missing.append(f"{name} did not start; its output is in {child.log}.")

    def _house(self) -> House:
        """One for the whole demo: what the command line opens anew at every call."""
        if self.house is None:
            self.house = build(load())
        return self.house

    def _there(self, name: str) -> str:
        running = any(child.name == name and child.is_running for child in self.processes.children)
        return self.ports.url(name) if running else ""

    def _stage(self) -> Stage:
        doors = [
            Door("Slack", self.ports.url("slack"), "choose whom you act as, top right: Owen and Ben read English; Ana, Maja, Ada Polish"),
            Door("Teams", self.ports.url("teams"), "choose whom you act as, top right; Sam is nobody the desk knows"),
            Door("Ticketing", self.ports.url("ticketing"), "open a ticket as a customer, see the answers"),
            Door("Mailbox", self.ports.url("mailbox"), "letters the desk sent: bounce one, or answer it as the customer"),
            Door("Accounting", self.ports.url("accounting"), "the partner's books: let somebody pay"),
        ]
        names = {child.name for child in self.processes.children if child.is_running}
        shown = [door for door in doors if door.name.casefold() in names]
        clocks = [f"{self._there(name)}/_stand-in/clock" for name in ("partner_center", "accounting", "ticketing") if self._there(name)]
        return Stage(self._house(), self.processes.children, shown, self.missing, self.notices, clocks)

    def _progress(self) -> Progress:
        columns = (SpinnerColumn(), TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn())
        return Progress(*columns, console=self.console)

    def _say(self, stage: Stage) -> None:
        with stage.house.store.reading() as connection:
            lines = script(connection)
        say_opening(
            self.console, control=self.ports.url("control"), doors=stage.doors, lines=lines, missing=self.missing, notices=self.notices
        )


def _kept(name: str, what: str) -> str:
    return (FOLDER / f"{name}.{what}").read_text(encoding="utf-8")


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _empty(path: Path) -> Path:
    path.write_text("", encoding="utf-8")
    return path


def _end(ended: threading.Event, _number: int = 0, _frame: FrameType | None = None) -> None:
    ended.set()
