"""The mail server itself: aiosmtpd, which speaks ESMTP with STARTTLS, AUTH and SMTPUTF8, and delivery status notifications (RFC 3461)."""

import asyncio
import base64
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from playground.mail.box import Box

KNOWN = ("RET", "ENVID", "NOTIFY", "ORCPT")


@dataclass
class Faults:
    """What the server does instead of its work. A step is EHLO, AUTH, NOOP, MAIL, RCPT, DATA, or TEXT, after the text came.

    `answers`: step → what it says; `hangs`: says nothing for ever; `breaks`: cuts the line; `trickles`: an answer that never ends.
    `takes_first`: a text is kept before the fault, so that it arrived and nobody heard.
    """

    answers: dict[str, str] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    breaks: set[str] = field(default_factory=set)
    trickles: set[str] = field(default_factory=set)
    takes_first: bool = False


class _Speaking(SMTP):
    """One line to a client."""

    def __init__(self, server: "MailServer", **options: Any) -> None:
        super().__init__(server, enable_SMTPUTF8=server.utf8, hostname="mail.local", ident="stand-in", **options)
        self._owner = server
        self._told: dict[str, str] = {}

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._owner.trouble(self, "EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._owner.trouble(self, "AUTH"):
            await super().smtp_AUTH(arg)

    async def auth_XOAUTH2(self, _: Any, args: list[str]) -> AuthResult:
        """As Exchange Online takes it: who is meant, and a token of Microsoft's login."""
        said = base64.b64decode(args[1]).decode() if len(args) > 1 else ""
        user, _, token = said.removeprefix("user=").removesuffix("\x01\x01").partition("\x01auth=Bearer ")
        good = self._owner.tokens.get(token) == user
        if not good:
            await self.challenge_auth('{"status":"400","schemes":"Bearer"}')
        return AuthResult(success=good, handled=False, auth_data=LoginPassword(user.encode(), b""))

    async def smtp_NOOP(self, arg: str) -> None:
        if not await self._owner.trouble(self, "NOOP"):
            await super().smtp_NOOP(arg)

    async def smtp_MAIL(self, arg: str) -> None:
        self._told = {}
        if self._owner.users is not None and not (self.session and self.session.authenticated):
            await self.push("530 5.7.0 Authentication required")
        elif not await self._owner.trouble(self, "MAIL"):
            await super().smtp_MAIL(self._without_dsn(arg))

    async def smtp_RCPT(self, arg: str) -> None:
        if not await self._owner.trouble(self, "RCPT"):
            await super().smtp_RCPT(self._without_dsn(arg))

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._owner.trouble(self, "DATA"):
            await super().smtp_DATA(arg)

    def _without_dsn(self, arg: str) -> str:
        """aiosmtpd knows no DSN and would refuse its parameters."""
        if not self._owner.dsn:
            return arg
        kept = []
        for word in (arg or "").split(" "):
            name, _, value = word.partition("=")
            if name.upper() in KNOWN:
                self._told[name.upper()] = value
            else:
                kept.append(word)
        return " ".join(kept)

    @property
    def told(self) -> dict[str, str]:
        return self._told


class MailServer:
    """On loopback. `tls`: a certificate to be protected with, `implicit` from the first byte; `users`: who may log in, else anybody."""

    def __init__(
        self, box: Box, *, tls: ssl.SSLContext | None = None, implicit: bool = False, users: dict[str, str] | None = None, dsn: bool = True,
        utf8: bool = True,
    ) -> None:  # fmt: skip
        self.box, self.dsn, self.utf8, self.faults = box, dsn, utf8, Faults()
        self.tokens: dict[str, str] = {}  # of OAuth: token → whose mailbox it is for
        self.port = 0
        self._tls, self._implicit, self.users = tls, implicit, users
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-server", daemon=True)
        self._server: asyncio.Server | None = None
        self._lines: set[_Speaking] = set()

    def start(self, port: int = 0) -> None:
        """Listen on this port, or on any free one."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(port), self._loop).result(10)

    def stop(self) -> None:
        """Stop listening and cut every line."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        """What aiosmtpd does not offer by itself."""
        del server, envelope
        session.host_name = hostname
        return [*responses[:-1], *(["250-DSN"] if self.dsn else []), responses[-1]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The text is here: keep it, unless a fault has it otherwise."""
        del session
        told = server.told if isinstance(server, _Speaking) else {}
        keep = (str(envelope.mail_from), list(envelope.rcpt_tos), bytes(envelope.original_content or b""), dict(told))
        if self.faults.takes_first:
            self.box.add(*keep)
        if "TEXT" in self.faults.answers:
            return self.faults.answers["TEXT"]
        if await self.trouble(server, "TEXT"):
            return "421 4.3.0 never seen"
        if not self.faults.takes_first:
            self.box.add(*keep)
        return "250 2.0.0 Ok: queued as 4FZ1x2"

    async def trouble(self, line: SMTP, step: str) -> bool:
        """Do what the faults say of this step; whether they say anything."""
        if step in self.faults.answers:
            await line.push(self.faults.answers[step])
        elif step in self.faults.hangs:
            await asyncio.sleep(3600)
        elif step in self.faults.breaks and line.transport is not None:
            line.transport.abort()  # type: ignore[attr-defined]  # a transport of a socket has it
        elif step in self.faults.trickles:
            while True:
                await line.push("250-one moment please")
                await asyncio.sleep(0.05)
        else:
            return False
        return True

    async def _listen(self, port: int) -> None:
        self._server = await self._loop.create_server(self._speaking, "127.0.0.1", port, ssl=self._tls if self._implicit else None)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        for line in self._lines:
            if line.transport is not None:
                line.transport.abort()  # type: ignore[attr-defined]  # as above
        if self._server is not None:
            self._server.close()
        await asyncio.sleep(0.01)

    def _speaking(self) -> _Speaking:
        protected = self._tls is not None
        made = _Speaking(
            self, loop=self._loop, tls_context=None if self._implicit else self._tls, require_starttls=protected and not self._implicit,
            auth_require_tls=protected and not self._implicit, authenticator=self._authenticate,
        )  # fmt: skip
        self._lines.add(made)
        return made

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        del server, session, envelope, mechanism
        known = isinstance(data, LoginPassword) and (self.users or {}).get(data.login.decode()) == data.password.decode()
        return AuthResult(success=known, handled=False)
