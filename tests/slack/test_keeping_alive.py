"""Calls to Slack share connections: a handshake for each copy of a card would cost more than the copy."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from slack_sdk.errors import SlackApiError

from bots.slack.errors import delivery_error
from bots.slack.workspaces import Workspaces


class Counting(BaseHTTPRequestHandler):
    """Answers the first call, limits the second, hangs up on the third."""

    protocol_version = "HTTP/1.1"
    connections = 0
    calls = 0

    def setup(self) -> None:
        type(self).connections += 1
        super().setup()

    def do_POST(self) -> None:
        type(self).calls += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.calls == 3:
            self.close_connection = True
            return
        body = b'{"ok": true, "ts": "1.1"}' if self.calls == 1 else b'{"ok": false, "error": "ratelimited"}'
        self.send_response(200 if self.calls == 1 else 429)
        self.send_header("Content-Type", "application/json")
        self.send_header("retry-after", "7")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def workspaces() -> Iterator[Workspaces]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made = Workspaces("xoxb-test", f"http://127.0.0.1:{server.server_port}/api/")
    yield made
    made.close()
    server.shutdown()
    server.server_close()


def test_calls_share_a_connection_and_say_what_the_sdks_own_say(workspaces: Workspaces) -> None:
    answered = workspaces.client("T1").chat_postMessage(channel="C1", text="x", blocks=[{"type": "divider"}])
    with pytest.raises(SlackApiError) as limited:
        workspaces.client("T1").chat_update(channel="C1", ts="1.1", text="y")
    assert (answered["ts"], Counting.connections) == ("1.1", 1)
    assert delivery_error(limited.value).retry_after == 7

    with pytest.raises(OSError, match="RemoteProtocolError") as hung_up:
        workspaces.client("T1").chat_update(channel="C1", ts="1.1", text="y")
    assert delivery_error(hung_up.value).unknown
