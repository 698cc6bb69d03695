"""Every payload that leaves the desk passes the platforms' limits and rules, whichever door it takes, in every test.

The stand-ins' doors (posts, updates, ephemerals, private answers, views, activities) and the answers of the desk's own (acknowledgements,
invokes) are heard for the whole run; what a chat would refuse fails the test that sent it, even where the desk then says it more plainly.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest

import playground.slack.proxy
import playground.teams.connector
from playground.slack.acks import check_ack
from playground.slack.methods import Methods
from playground.teams.answers import check_answer
from playground.teams.checks import check_activity
from tests.harness.schema import against_schema, cards_in

LIMIT = 1_000_000  # bytes: beyond it both doors refuse unread
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Unfit(AssertionError):
    """A chat would refuse what this test sent."""


class Outgoing:
    """What was wrong with the payloads of the test that runs now."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.seen = 0  # payloads heard so far

    def heard(self, door: str, problems: Iterable[str]) -> list[str]:
        """Note a payload's faults; returns them."""
        found = list(problems)
        self.seen += 1
        self.problems += [f"{door}: {line}" for line in found]
        return found

    def taken(self) -> list[str]:
        """The faults so far; the next test begins anew."""
        found, self.problems = self.problems, []
        return found

    def verify(self) -> None:
        """Raises Unfit for a payload that a chat would refuse."""
        if found := self.taken():
            raise Unfit("a chat would refuse what was sent here:\n" + "\n".join(found))

    @contextmanager
    def on_purpose(self) -> Iterator[list[str]]:
        """For the tests of the doors themselves, which send what is refused; the list is filled at the end."""
        before, found = self.taken(), list[str]()
        yield found
        found += self.taken()
        self.problems = before


OUTGOING = Outgoing()


def watch_doors(patch: pytest.MonkeyPatch) -> None:
    """Hear everything that the stand-ins are told, however many a test starts."""
    check_blocks = Methods.check_blocks

    def watched(self: Methods, surface: str, payload: Mapping[str, Any]) -> None:
        OUTGOING.heard(f"slack {surface}", self.check(surface, payload))
        check_blocks(self, surface, payload)

    def activity(payload: Mapping[str, Any]) -> list[str]:
        problems = OUTGOING.heard("teams activity", check_activity(payload))
        OUTGOING.heard("teams activity", against_schema(payload))
        return problems

    check = playground.slack.proxy.check
    patch.setattr(Methods, "check_blocks", watched)
    patch.setattr(playground.teams.connector, "check_activity", activity)
    patch.setattr(playground.slack.proxy, "check", lambda surface, payload: OUTGOING.heard(f"slack {surface}", check(surface, payload)))


def answering(desk: Wsgi) -> Wsgi:
    """The desk's own web application, every answer to a chat heard."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        check = DOORS.get(environ.get("PATH_INFO", ""))
        length = str(environ.get("CONTENT_LENGTH") or "")
        if check is None or not length.isdigit() or int(length) > LIMIT:
            return desk(environ, start_response)
        delivered = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(delivered)
        statuses: list[str] = []

        def start(status: str, *more: Any) -> Any:
            statuses.append(status)
            return start_response(status, *more)

        answered = b"".join(desk(environ, start))
        if statuses[-1].startswith("200"):
            check(delivered, answered)
        return [answered]

    return call


def _slack(delivered: bytes, answered: bytes) -> None:
    OUTGOING.heard("slack ack", check_ack(delivered, answered))


def _teams(delivered: bytes, answered: bytes) -> None:
    try:
        activity = json.loads(delivered)
    except ValueError:
        return
    OUTGOING.heard("teams answer", check_answer(activity, answered))
    if answered.strip():
        OUTGOING.heard("teams answer", against_schema(json.loads(answered)))


DOORS: Mapping[str, Callable[[bytes, bytes], None]] = {"/slack/events": _slack, "/api/messages": _teams}

__all__ = ["OUTGOING", "Unfit", "answering", "cards_in", "watch_doors"]
