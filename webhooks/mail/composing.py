"""A letter as bytes: what a mail program shows, and nothing that whoever is written to could be fooled with.

Written with the older half of `email`: the newer one loses spaces where it folds a long subject in Polish (seen with 3.11).
"""

from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, quote

from core.collections.ports import Letter

from .addresses import IDENTITY, envelope, line

WIRE = compat32.clone(linesep="\r\n")
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP


def composed(letter: Letter, *, sender: str, name: str, at: datetime) -> bytes:
    """The message with CRLF line ends. Raises ValueError for an address or a Message-ID that is none.

    It says that no person wrote it (RFC 3834), so that no answering machine answers; it is no list's, so it says nothing of lists.
    """
    if not IDENTITY.fullmatch(letter.message_id) or letter.message_id.count("@") != 1:
        raise ValueError("the letter's Message-ID is none")
    message = MIMEText(_text(letter.body), "plain", UTF8)  # type: ignore[arg-type]  # as its documentation has it: a Charset instance too
    message["From"] = _mailbox(name, sender)
    message["To"] = _mailbox("", envelope(letter.recipient))
    message["Reply-To"] = _mailbox(name, envelope(letter.reply_to))
    message["Subject"] = Header(line(letter.subject), None if letter.subject.isascii() else "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.language.replace("-", "").isalnum() and letter.language.isascii():
        message["Content-Language"] = letter.language
    return message.as_bytes(policy=WIRE)


def _mailbox(name: str, address: str) -> str:
    """A name and its address. One beyond ASCII (RFC 6532) is written as it is: only a server that offers SMTPUTF8 gets to see it."""
    raw = address.encode().decode("ascii", errors="surrogateescape")
    if not name:
        return raw
    shown = f'"{quote(name)}"' if name.isascii() else Header(name, "utf-8", maxlinelen=75).encode(linesep="")
    return f"{shown} <{raw}>"


def _text(body: str) -> str:
    """Lines, tabs and what joins letters stay; other signs that nobody sees go."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    shown = (" " if c.isspace() and c not in "\n\t" else c for c in lines)
    return "".join(c for c in shown if c in "\n\t\u200c\u200d" or c.isprintable()).rstrip() + "\n"
