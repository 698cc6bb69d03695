"""Letters out: what a mail server's answers mean for a letter."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from core.collections.ports import Carriage, Carried, Letter
from core.engine.errors import DeliveryError
from webhooks.calling import PATIENCE
from webhooks.reading import Access

from .addresses import envelope
from .composing import composed
from .session import Ended, Session, Step
from .settings import server_of

# Seconds after which a server that takes a letter later is asked again: greylisting lets pass what comes back after a few minutes
# (https://www.rfc-editor.org/rfc/rfc6647#section-5).
LATER = 300.0
OURS = frozenset({Step.CONNECT, Step.TLS, Step.LOGIN, Step.SENDER})  # a refusal there is about the connection, and can be mended


class MailServer:
    """The mail server of one connection: a MailPort."""

    def __init__(self, access: Access, *, patience: float = PATIENCE, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._server = server_of(access)
        self._patience = patience
        self._clock = clock

    def send(self, letter: Letter) -> Carriage:
        """See MailPort. A server that refuses us, not the letter, is asked again later: its settings can be corrected meanwhile."""
        try:
            message = composed(letter, sender=self._server.sender, name=self._server.name, at=self._clock())
        except ValueError as error:
            return Carriage(kind=Carried.REFUSED, said=f"not sent: {error}")
        try:
            with Session(self._server, patience=self._patience) as session:
                return self._hand_over(session, letter, message)
        except Ended as ended:
            return _meaning(ended)

    def _hand_over(self, session: Session, letter: Letter, message: bytes) -> Carriage:
        recipient = envelope(letter.recipient)
        beyond = not (recipient + self._server.sender + self._server.returns + letter.reply_to).isascii()
        if beyond and not session.offers("smtputf8"):
            return Carriage(kind=Carried.REFUSED, said="not sent: this mail server takes no address with letters such as ł before its @")
        session.command(Step.SENDER, f"MAIL FROM:<{self._server.returns}>{_of_sender(session, letter, len(message), beyond=beyond)}")
        session.command(Step.RECIPIENT, f"RCPT TO:<{recipient}>{_of_recipient(session, recipient)}", good=(250, 251))
        session.command(Step.DATA, "DATA", good=(354,))
        return Carriage(kind=Carried.ACCEPTED, said=session.text(message))


def _of_sender(session: Session, letter: Letter, size: int, *, beyond: bool) -> str:
    """What the server is told beside who writes, where it offers to hear it. A bounce then names the letter (RFC 3461, 4.4)."""
    told = (
        (f" SIZE={size}", session.offers("size")),
        (f" RET=HDRS ENVID={xtext(letter.message_id)}", session.offers("dsn")),
        (" SMTPUTF8", beyond),
    )
    return "".join(text for text, wanted in told if wanted)


def _of_recipient(session: Session, recipient: str) -> str:
    """A failure and a delay are to be told; that a letter has arrived, no server says reliably (RFC 3461, 4.1)."""
    if not session.offers("dsn"):
        return ""
    original = f" ORCPT=rfc822;{xtext(recipient)}" if recipient.isascii() else ""
    return f" NOTIFY=FAILURE,DELAY{original}"


def xtext(text: str) -> str:
    """https://www.rfc-editor.org/rfc/rfc3461#section-4"""
    return re.sub(r"[^!-*,-<>-~]", lambda found: f"+{ord(found.group()):02X}", text)


def _meaning(ended: Ended) -> Carriage:
    if ended.step is Step.TEXT and ended.code == 0:
        raise DeliveryError(ended.said, unknown=True)
    if ended.code >= 500 and ended.step not in OURS:
        return Carriage(kind=Carried.REFUSED, said=ended.said)
    return Carriage(kind=Carried.LATER, said=ended.said, retry_after=LATER if ended.code else 0)
