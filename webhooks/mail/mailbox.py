"""A mailbox, read by IMAP and left as it is: nothing is marked, moved or deleted there."""

import imaplib
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from core.engine.errors import DeliveryError
from webhooks.calling import CONNECT, PATIENCE, READ

from .cutting import Watch
from .oauth import NoToken, access_token, xoauth2
from .settings import Server

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UID = re.compile(rb"UID (\d+)")
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
CAME = re.compile(rb'INTERNALDATE "([^"]{10,40})"')
AT_ONCE = 200  # messages asked about in one command


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message of the folder: its number there, when it came by the server's clock, its size in bytes."""

    uid: int
    at: datetime
    size: int


class Mailbox:
    """A folder of the user's mailbox, opened by `with`. Raises DeliveryError. `patience` seconds is how long all of it may take."""

    def __init__(self, server: Server, *, patience: float = PATIENCE) -> None:
        self._server = server
        self._ends = time.monotonic() + patience
        self._imap: _Watched | None = None
        self.validity = 0  # of the numbers: another one, and they mean other messages

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._imap is not None:
            self._imap.give_up()

    def since(self, moment: datetime) -> list[Entry]:
        """What came on that day or later, in the order it came: servers search by whole days, in a zone of their own."""
        numbers = b" ".join(part for part in self._asked("SEARCH", "SINCE", _day(moment)) if isinstance(part, bytes)).split()
        found = []
        for at in range(0, len(numbers), AT_ONCE):
            told = self._asked("FETCH", b",".join(numbers[at : at + AT_ONCE]).decode(), "(INTERNALDATE RFC822.SIZE)")
            found += list(_entries(told))
        return sorted(found, key=lambda entry: (entry.at, entry.uid))

    def head(self, entry: Entry) -> bytes:
        """The message's headers."""
        return self._part(entry, "BODY.PEEK[HEADER]")

    def whole(self, entry: Entry, most: int) -> bytes:
        """The message, at most its first `most` bytes: its text stands before what is attached."""
        return self._part(entry, f"BODY.PEEK[]<0.{most}>")

    def _part(self, entry: Entry, name: str) -> bytes:
        for part in self._asked("FETCH", str(entry.uid), f"({name})"):
            if isinstance(part, tuple) and len(part) > 1:
                return bytes(part[1])
        return b""  # deleted since

    def _open(self) -> None:
        server = self._server
        try:
            self._imap = _Watched(server, self._ends)
        except ssl.SSLCertVerificationError as error:
            raise DeliveryError(f"the mailbox's certificate is not good for {server.imap}: {error.verify_message}") from None
        except (OSError, imaplib.IMAP4.error) as error:
            raise DeliveryError(f"the mailbox cannot be reached ({type(error).__name__})") from None
        try:
            self._log_in(self._imap)
            kind, _ = self._imap.select(f'"{server.folder}"', readonly=True)
        except (OSError, imaplib.IMAP4.error) as error:
            raise DeliveryError(f"the mailbox does not let the desk in ({type(error).__name__})") from None
        if kind != "OK":
            raise DeliveryError(f"the mailbox has no folder {server.folder}")
        _, validity = self._imap.response("UIDVALIDITY")
        self.validity = int(validity[0]) if validity and validity[0] else 0

    def _log_in(self, imap: imaplib.IMAP4_SSL) -> None:
        server = self._server
        if not server.client:
            secret = f"\0{server.user}\0{server.password}".encode()
            if "AUTH=PLAIN" in imap.capabilities:
                imap.authenticate("PLAIN", lambda _: secret)
            else:
                imap.login(server.user, server.password)
            return
        try:
            token = access_token(server.login, server.tenant, server.client, server.password)
        except NoToken as error:
            raise DeliveryError(str(error)) from None
        imap.authenticate("XOAUTH2", lambda _: xoauth2(server.user, token).encode())

    def _asked(self, command: str, *arguments: str) -> Sequence[object]:
        if self._imap is None:
            raise RuntimeError("the mailbox is not open")
        left = self._ends - time.monotonic()
        if left <= 0:
            raise DeliveryError("the time for reading the mailbox is over")
        self._imap.sock.settimeout(min(READ, left))
        try:
            kind, told = self._imap.uid(command, *arguments)
        except (OSError, imaplib.IMAP4.error) as error:
            raise DeliveryError(f"the mailbox did not answer ({type(error).__name__})") from None
        if kind != "OK":
            raise DeliveryError(f"the mailbox refused {command}")
        return [part for part in told if part is not None]


class _Watched(imaplib.IMAP4_SSL):
    """Protected from the first byte, and cut off at its end, the greeting included."""

    def __init__(self, server: Server, ends: float) -> None:
        self._ends_at = ends
        self._watch: Watch | None = None
        context = ssl.create_default_context(cafile=server.ca or None)
        super().__init__(server.imap, server.imap_port, ssl_context=context, timeout=CONNECT)

    def open(self, host: str = "", port: int | None = 993, timeout: float | None = None) -> None:
        """See IMAP4.open."""
        super().open(host, port, timeout)
        self._watch = Watch(self.sock, self._ends_at)
        self.sock.settimeout(READ)

    def give_up(self) -> None:
        """Leave, whether anybody listens or not."""
        if self._watch is not None:
            self._watch.end()
        try:
            self.sock.settimeout(2.0)
            self.logout()
        except (OSError, imaplib.IMAP4.error):
            self.shutdown()

    def shutdown(self) -> None:
        """See IMAP4.shutdown; what the server closed first is closed as well."""
        try:
            super().shutdown()
        except OSError:
            self.sock.close()


def _entries(told: Iterable[object]) -> Iterator[Entry]:
    for part in told:
        text = part if isinstance(part, bytes) else b""
        uid, size, came = UID.search(text), SIZE.search(text), CAME.search(text)
        if uid and size and came:
            yield Entry(uid=int(uid[1]), size=int(size[1]), at=_moment(came[1].decode("ascii", errors="replace")))


def _moment(text: str) -> datetime:
    """`17-Jul-2026 02:44:25 +0200` (https://www.rfc-editor.org/rfc/rfc9051#name-formal-syntax, date-time). Raises DeliveryError."""
    try:
        day, month, rest = text.strip().split("-", 2)
        return datetime.strptime(f"{int(day)}-{MONTHS.index(month) + 1}-{rest}", "%d-%m-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        raise DeliveryError("the mailbox dates its messages in no known way") from None


def _day(moment: datetime) -> str:
    return f"{moment.day}-{MONTHS[moment.month - 1]}-{moment.year}"
