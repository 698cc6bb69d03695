"""A mailbox to be read by IMAP: the part of IMAP4rev1 (RFC 3501) that a reader needs, over TLS, answered as Dovecot 2.3 answers it."""

import base64
import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTIAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>")
ITEM = re.compile(r"INTERNALDATE|RFC822\.SIZE|BODY\.PEEK\[HEADER\]|BODY\.PEEK\[\]<0\.\d+>")


@dataclass
class Kept:
    """One message of the folder."""

    uid: int
    at: datetime
    raw: bytes


@dataclass
class Folder:
    """The one folder there is. `hangs` says nothing any more; `asked` is every command, without what was sent to log in."""

    users: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)
    messages: list[Kept] = field(default_factory=list)
    validity: int = 1795877381
    hangs: bool = False
    asked: list[str] = field(default_factory=list)

    def add(self, raw: bytes, at: datetime) -> None:
        """A message came."""
        self.messages.append(Kept(len(self.messages) + 1, at.astimezone(UTC).replace(microsecond=0), raw.replace(b"\n", b"\r\n")))


class Server:
    """On loopback, protected with this certificate."""

    def __init__(self, folder: Folder, tls: ssl.SSLContext) -> None:
        self._server = _Listening(("127.0.0.1", 0), _Line)
        self._server.folder, self._server.tls = folder, tls
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        """Answer in threads."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Listening(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    folder: Folder
    tls: ssl.SSLContext


class _Line(socketserver.StreamRequestHandler):
    """One client."""

    server: _Listening

    def setup(self) -> None:
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self._say("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2] ready.")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            self.server.folder.asked.append(command)
            if self.server.folder.hangs and command.startswith("UID"):
                threading.Event().wait(30)
            if not self._answer(tag, command):
                return

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _answer(self, tag: str, command: str) -> bool:
        name = command.partition(" ")[0].upper()
        rest = command[len(name) :].strip()
        if name == "LOGOUT":
            self._say("* BYE Logging out", f"{tag} OK Logout completed.")
            return False
        answer = {"CAPABILITY": self._capability, "AUTHENTICATE": self._authenticate, "EXAMINE": self._examine, "UID": self._uid}.get(name)
        self._say(f"{tag} {answer(rest) if answer else 'BAD Unknown command.'}")
        return True

    def _capability(self, _rest: str) -> str:
        self._say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2")
        return "OK done"

    def _authenticate(self, mechanism: str) -> str:
        self._say("+ ")
        said, folder = base64.b64decode(self.rfile.readline()).decode(), self.server.folder
        if mechanism == "PLAIN":
            _, user, password = said.split("\0")
            known = folder.users.get(user) == password
        else:
            user, _, token = said.removeprefix("user=").removesuffix("\x01\x01").partition("\x01auth=Bearer ")
            known = folder.tokens.get(token) == user
        return "OK Logged in" if known else "NO [AUTHENTICATIONFAILED] Authentication failed."

    def _examine(self, name: str) -> str:
        if name.strip('"') != "INBOX":
            return "NO Mailbox doesn't exist"
        self._say(f"* {len(self.server.folder.messages)} EXISTS", f"* OK [UIDVALIDITY {self.server.folder.validity}] UIDs valid")
        return "OK [READ-ONLY] Examine completed."

    def _uid(self, rest: str) -> str:
        command, _, arguments = rest.partition(" ")
        if command.upper() == "SEARCH":
            day, month, year = arguments.removeprefix("SINCE ").split("-")
            first = datetime(int(year), MONTHS.index(month) + 1, int(day), tzinfo=UTC)
            self._say(" ".join(["* SEARCH", *(str(each.uid) for each in self.server.folder.messages if each.at >= first)]))
            return "OK Search completed."
        numbers, _, items = arguments.partition(" ")
        for each in self.server.folder.messages:
            if str(each.uid) in numbers.split(","):
                self._fetch(each, items)
        return "OK Fetch completed."

    def _fetch(self, kept: Kept, items: str) -> None:
        """Literals are what a client reads by their length, whatever is in them."""
        out = f"* {kept.uid} FETCH (UID {kept.uid}".encode()
        for item in ITEM.findall(items):
            out += b" " + self._item(kept, item)
        self.wfile.write(out + b")\r\n")

    def _item(self, kept: Kept, item: str) -> bytes:
        if item == "INTERNALDATE":
            return f'INTERNALDATE "{kept.at.day:2d}-{MONTHS[kept.at.month - 1]}-{kept.at:%Y %H:%M:%S} +0000"'.encode()
        if item == "RFC822.SIZE":
            return f"RFC822.SIZE {len(kept.raw)}".encode()
        partial = PARTIAL.fullmatch(item)
        part = kept.raw[: int(partial[1])] if partial else kept.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        name = b"BODY[]<0>" if partial else b"BODY[HEADER]"
        return name + b" {%d}\r\n" % len(part) + part

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(f"{line}\r\n".encode())
