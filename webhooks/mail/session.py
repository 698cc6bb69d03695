"""One call of a mail server: connected, protected, logged in; every step within a bound, every refusal with the step it belongs to."""

import re
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Sequence
from enum import StrEnum
from typing import Self

import structlog

from webhooks.calling import CONNECT, PATIENCE, READ

from .addresses import line
from .cutting import Watch
from .oauth import NoToken, access_token, xoauth2
from .settings import Server, Tls

log = structlog.get_logger(__name__)
GOODBYE = 2.0  # seconds
DOT = re.compile(rb"(?m)^\.")  # https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2


class Step(StrEnum):
    """Where in the call something ended: before SENDER nothing was said of a letter, from TEXT on the server may have it."""

    CONNECT = "connect"
    TLS = "tls"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    TEXT = "text"


class Ended(Exception):
    """The call ended at `step`. `code` is the server's answer, 0 when there was none; `said` its words, or ours."""

    def __init__(self, step: Step, said: str, code: int = 0) -> None:
        super().__init__(step)
        self.step, self.said, self.code = step, said, code


class Session:
    """A call of one server, opened by `with`. Raises Ended. `patience` seconds is how long the whole of it may take."""

    def __init__(self, server: Server, *, patience: float = PATIENCE) -> None:
        self._server = server
        self._patience = patience
        self._ends = time.monotonic() + patience
        self._smtp = smtplib.SMTP(local_hostname="localhost")
        self._watch: Watch | None = None

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye where somebody still listens; what was agreed stands without it."""
        try:
            self._timeout(GOODBYE)
            self._smtp.quit()
        except (OSError, smtplib.SMTPException) as error:
            log.debug("A mail server did not answer the goodbye.", why=_why(error))
        finally:
            self._close()

    def _close(self) -> None:
        self._smtp.close()
        if self._watch is not None:
            self._watch.end()

    def offers(self, extension: str) -> bool:
        """Whether the server named the extension."""
        return self._smtp.has_extn(extension)

    def command(self, step: Step, text: str, *, good: Sequence[int] = (250,)) -> str:
        """The server's words to the command. Raises Ended unless its answer is among `good`."""
        try:
            self._timeout()
            if not text.isascii():
                self._smtp.command_encoding = "utf-8"  # only ever sent where the server offers SMTPUTF8
            code, words = self._smtp.docmd(text)
        except (OSError, smtplib.SMTPException) as error:
            raise Ended(step, f"the line broke ({_why(error)})") from None
        return self._good(step, code, words, good)

    def text(self, message: bytes) -> str:
        """Hand over the text after DATA; the server's words. Raises Ended: without a code nobody knows whether the server has it."""
        try:
            self._timeout()
            self._smtp.send(DOT.sub(b"..", message) + b".\r\n")
            code, words = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Ended(Step.TEXT, f"the line broke after the text ({_why(error)})") from None
        return self._good(Step.TEXT, code, words, (250,))

    def _open(self) -> None:
        self._connect()
        if self._server.tls is Tls.STARTTLS:
            self._greet(Step.TLS)
            self._start_tls()
        self._greet(Step.CONNECT)
        if self._server.user:
            self._log_in()

    def _connect(self) -> None:
        server, line_to = self._server, self._reached()
        self._watch = Watch(line_to, self._ends)
        self._smtp.sock = line_to
        self._smtp.local_hostname = _literal(line_to)
        if server.tls is Tls.IMPLICIT:
            self._wrap(line_to)
        try:
            code, words = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Ended(Step.CONNECT, f"it did not greet ({_why(error)})") from None
        self._good(Step.CONNECT, code, words, (220,))

    def _reached(self) -> socket.socket:
        """A line to one of the server's addresses; those that do not answer take no more than the time there is."""
        try:
            places = socket.getaddrinfo(self._server.host, self._server.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Ended(Step.CONNECT, f"it cannot be reached ({_why(error)})") from None
        why = "TimeoutError"
        for family, kind, protocol, _, address in places:
            left = self._ends - time.monotonic()
            if left <= 0:
                break
            made = socket.socket(family, kind, protocol)
            made.settimeout(min(CONNECT, left))
            try:
                made.connect(address)
            except OSError as error:
                made.close()
                why = _why(error)
            else:
                return made
        raise Ended(Step.CONNECT, f"it cannot be reached ({why})")

    def _greet(self, step: Step) -> None:
        try:
            self._timeout()
            code, words = self._smtp.ehlo()
        except (OSError, smtplib.SMTPException) as error:
            raise Ended(step, f"the line broke ({_why(error)})") from None
        self._good(step, code, words, (250,))

    def _start_tls(self) -> None:
        if not self.offers("starttls"):
            raise Ended(Step.TLS, "it offers no STARTTLS, and without it the desk sends nothing")
        self.command(Step.TLS, "STARTTLS", good=(220,))
        # What was read ahead, and what was offered, came unprotected: forgotten (https://www.rfc-editor.org/rfc/rfc3207#section-4.2).
        self._smtp.file = None
        if self._smtp.sock is not None:
            self._wrap(self._smtp.sock)
        self._smtp.helo_resp = self._smtp.ehlo_resp = None
        self._smtp.esmtp_features = {}

    def _wrap(self, line_to: socket.socket) -> None:
        try:
            self._timeout()
            context = ssl.create_default_context(cafile=self._server.ca or None)
            self._smtp.sock = context.wrap_socket(line_to, server_hostname=self._server.host)
        except ssl.SSLCertVerificationError as error:
            raise Ended(Step.TLS, f"its certificate is not good for {self._server.host}: {error.verify_message}") from None
        except OSError as error:
            raise Ended(Step.TLS, f"no protected line could be made ({_why(error)})") from None

    def _log_in(self) -> None:
        """AUTH PLAIN or LOGIN over a protected line: what every server offers, and all that is needed on one
        (https://www.rfc-editor.org/rfc/rfc4954, https://www.rfc-editor.org/rfc/rfc4616)."""
        server = self._server
        if not server.password:
            raise Ended(Step.LOGIN, "user is set and there is no password: ./desk connections rotate NAME --token-file F")
        ways = self._smtp.esmtp_features.get("auth", "").upper().split()
        if server.client:
            self._log_in_by_token()
        elif "PLAIN" in ways:
            secret = b64encode(f"\0{server.user}\0{server.password}".encode()).decode()
            self.command(Step.LOGIN, f"AUTH PLAIN {secret}", good=(235,))
        elif "LOGIN" in ways:
            self.command(Step.LOGIN, f"AUTH LOGIN {b64encode(server.user.encode()).decode()}", good=(334,))
            self.command(Step.LOGIN, b64encode(server.password.encode()).decode(), good=(235,))
        else:
            raise Ended(Step.LOGIN, f"it takes no password, only {line(', '.join(ways), 60) or 'callers it knows'}")

    def _log_in_by_token(self) -> None:
        server = self._server
        try:
            token = access_token(server.login, server.tenant, server.client, server.password)
        except NoToken as error:
            raise Ended(Step.LOGIN, str(error)) from None
        said = self.command(Step.LOGIN, f"AUTH XOAUTH2 {b64encode(xoauth2(server.user, token).encode()).decode()}", good=(235, 334))
        if said.startswith("334"):  # what is wrong, in JSON; the refusal itself comes after an empty line
            self.command(Step.LOGIN, "", good=(235,))

    def _timeout(self, most: float = READ) -> None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this call is over")
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(min(most, left))

    def _good(self, step: Step, code: int, words: bytes, good: Sequence[int]) -> str:
        said = line(f"{code} {words.decode('utf-8', errors='replace')}")
        if code not in good:
            raise Ended(step, said, code if 400 <= code < 600 else 0)
        return said


def _literal(line_to: socket.socket) -> str:
    """How the desk names itself: by its address, which needs no name server and claims nothing (RFC 5321, 4.1.3)."""
    address = str(line_to.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _why(error: Exception) -> str:
    """The kind of trouble; never the text, which may hold what was sent."""
    return type(error).__name__
