"""What this process did, counted for Prometheus; and how the desk's rooms stand, read from the database when somebody asks.

Each process counts its own, so the sum over all processes is right and nothing is counted twice. What stands in the database is told by web
processes only: every one says the same, so it is read with `max`. Labels are names of ours, never of a customer, a person or a connection.
"""

import platform
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from core.cases.listing import count_late
from core.engine import backlog, inbox
from core.engine.clock import Clock
from core.engine.db.store import Store
from core.engine.errors import DeliveryError

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)  # seconds; Slack gives up after three, Teams after five
SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 50)


class Meter:
    """One process's counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        made: dict[str, Any] = {"registry": self.registry, "namespace": "desk"}
        self.commands = Counter("commands", "Commands by what came of them", ("command", "face", "outcome"), **made)
        self.refusals = Counter("refusals", "Commands that were refused, by the refusal's kind", ("command", "face", "reason"), **made)
        self.command_seconds = Histogram("command_seconds", "One command, transaction and retries", ("face",), buckets=QUICK, **made)
        self.gestures = Histogram("request_seconds", "From a request to its answer", ("door", "status"), buckets=QUICK, **made)
        self.calls = Histogram("call_seconds", "One call to a chat", ("face", "call", "outcome"), buckets=SLOW, **made)
        self.sendings = Histogram("sending_seconds", "One outbox row on its way out", ("kind", "outcome"), buckets=SLOW, **made)
        self.build = Info("build", "What runs here", **made)
        self.started = Gauge("started_timestamp_seconds", "When this process began", **made)
        self.started.set_to_current_time()
        ProcessCollector(registry=self.registry)

    def describe(self, store: Store) -> None:
        """Version and store, once."""
        kind = "sqlite" if store.is_sqlite else "postgresql"
        self.build.info({"version": version(), "python": platform.python_version(), "store": kind})

    def command(self, name: str, face: str, outcome: str, reason: str, seconds: float) -> None:
        """A command came to this; `reason` is the refusal's kind."""
        self.commands.labels(name, face, outcome).inc()
        self.command_seconds.labels(face).observe(seconds)
        if reason:
            self.refusals.labels(name, face, reason).inc()

    @contextmanager
    def call(self, face: str, call: str) -> Iterator[None]:
        """One call to a chat, whatever comes of it."""
        with timed(lambda outcome, seconds: self.calls.labels(face, call, outcome).observe(seconds)):
            yield

    @contextmanager
    def sending(self, kind: str) -> Iterator[None]:
        """One outbox row, whatever comes of it."""
        with timed(lambda outcome, seconds: self.sendings.labels(kind, outcome).observe(seconds)):
            yield


@contextmanager
def timed(said: Callable[[str, float], object]) -> Iterator[None]:
    """Say how it ended, and after how long; what is raised goes on."""
    began = perf_counter()
    try:
        yield
    except DeliveryError as error:
        said(outcome_of(error), perf_counter() - began)
        raise
    except Exception:
        said("fault", perf_counter() - began)
        raise
    said("ok", perf_counter() - began)


def outcome_of(error: DeliveryError) -> str:
    """limited, unknown, permanent or later; for the chats' own kinds of error, theirs."""
    if type(error) is not DeliveryError:
        return type(error).__name__
    if error.unknown:
        return "unknown"
    return "permanent" if error.permanent else "limited" if error.retry_after is not None else "later"


class Rooms(Collector):
    """Read at each scrape: a few counts by index, whatever the number of cases."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Nothing when the database is away: then `up` of the other figures tells, and the log."""
        waiting = GaugeMetricFamily("desk_room_waiting", "Rows that wait", labels=["room"])
        oldest = GaugeMetricFamily("desk_room_oldest_seconds", "How long the oldest waits; 0 where none does", labels=["room"])
        given_up = GaugeMetricFamily("desk_room_given_up", "Rows that will not be tried again by themselves", labels=["room"])
        with self._store.reading() as connection:
            now = self._clock.now()
            for room in backlog.rooms(connection, real_now=self._store.real_now(connection), now=now):
                waiting.add_metric([room.name], room.waiting)
                given_up.add_metric([room.name], room.given_up)
                if room.name != "cards":  # they keep no age
                    oldest.add_metric([room.name], room.oldest.total_seconds() if room.oldest else 0.0)
            letters, late = inbox.count_dead(connection), count_late(connection, now)
        yield from (waiting, oldest, given_up)
        yield GaugeMetricFamily("desk_dead_letters", "Deliveries that wait for a person", value=letters)
        yield GaugeMetricFamily("desk_late_cases", "Open cases whose customer waits beyond a deadline", value=late)


def version() -> str:
    """Of the program: it runs from its folder, whose pyproject.toml says it."""
    path = Path(__file__).resolve().parent.parent / "pyproject.toml"
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return metadata.version("billing-desk")  # installed as a package
