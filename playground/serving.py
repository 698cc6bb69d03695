"""What stand-ins share: a Flask app on loopback, in a thread of its own, and a process that serves until it is stopped."""

import signal
import threading

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server


class OnLoopback:
    """A stand-in that listens on loopback only. Whoever inherits sets `app` before `start`."""

    app: Flask
    _server: BaseWSGIServer | None = None

    @property
    def url(self) -> str:
        """Where it listens, once started. Raises RuntimeError before."""
        if self._server is None:
            raise RuntimeError(f"{self.app.name} is not started")
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self, port: int = 0) -> None:
        """Listen on this port, or on any free one."""
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def stop_signal() -> threading.Event:
    """Set at Ctrl-C and at SIGTERM, by which the demo ends its processes."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    return stopped


def announce(sentence: str) -> None:
    """Say that it listens, at once: whoever started the process waits for the line."""
    print(sentence, flush=True)  # noqa: T201 (a program of its own)
