"""Whether the server takes what the desk will send: asked by `./desk doctor`, with everything but a letter."""

from core.engine.errors import DeliveryError
from webhooks.reading import Access

from .mailbox import Mailbox
from .session import Ended, Session, Step
from .settings import Tls, server_of

ASKING = 10.0  # seconds: whoever asked the doctor waits
PROTECTED = {Tls.STARTTLS: "STARTTLS", Tls.IMPLICIT: "TLS", Tls.NONE: "unprotected"}


def examine(access: Access) -> str:
    """As whom letters would leave, how the line is protected, and what is read. Raises DeliveryError with the server's words."""
    server = server_of(access)
    try:
        with Session(server, patience=ASKING) as session:
            session.command(Step.CONNECT, "NOOP")
            session.command(Step.SENDER, f"MAIL FROM:<{server.returns}>")
            session.command(Step.SENDER, "RSET")
    except Ended as ended:
        raise DeliveryError(ended.said) from None
    if not server.imap:
        return f"{server.sender} ({PROTECTED[server.tls]})"
    with Mailbox(server, patience=ASKING):
        return f"{server.sender} ({PROTECTED[server.tls]}), and reads {server.folder}"
