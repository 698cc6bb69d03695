"""The end of a call by the clock. A socket's timeout counts anew for every packet, so a server that trickles would hold a call for ever."""

import socket
import threading
import time


class Watch:
    """Cuts a line at `ends` (monotonic seconds), through a handle of its own, as another thread reads from the first."""

    def __init__(self, line_to: socket.socket, ends: float) -> None:
        self._handle = socket.socket(fileno=socket.dup(line_to.fileno()))
        self._timer = threading.Timer(max(0.1, ends - time.monotonic()), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """The call is over by itself."""
        self._timer.cancel()
        self._handle.close()

    def _cut(self) -> None:
        try:
            self._handle.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself
