"""What comes back for a letter, as real programs write it: a mail server's report (RFC 3464), an answer, a machine's answer (RFC 3834)."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import format_datetime, make_msgid, parseaddr

from playground.mail.box import Letter

DOMAIN = "mail.local"
FAILED = ("failed", "5.1.1", "smtp; 550 5.1.1 <{to}> User doesn't exist", "Undelivered Mail Returned to Sender")
DELAYED = ("delayed", "4.4.1", "X-Postfix; connect to 192.0.2.7[192.0.2.7]:25: Connection timed out", "Delayed Mail (still being retried)")


def bounced(letter: Letter, kind: tuple[str, str, str, str] = FAILED) -> bytes:
    """Postfix' report to the sender of the envelope, with the headers of what came."""
    action, status, diagnostic, subject = kind
    envelope = {"Original-Envelope-Id": letter.envelope["ENVID"]} if "ENVID" in letter.envelope else {}
    about = {"Reporting-MTA": f"dns; {DOMAIN}", **envelope}
    said = {
        "Final-Recipient": f"rfc822; {letter.recipient}", "Action": action, "Status": status,
        "Diagnostic-Code": diagnostic.format(to=letter.recipient),
    }  # fmt: skip
    fields = "\n".join(f"{name}: {value}" for name, value in about.items()) + "\n\n"
    fields += "\n".join(f"{name}: {value}" for name, value in said.items()) + "\n"
    head = letter.raw.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0].decode("ascii", errors="replace")
    parts = (
        ("text/plain; charset=utf-8", f"I'm sorry to have to inform you that your message could not be delivered to {letter.recipient}.\n"),
        ("message/delivery-status", fields),
        ("text/rfc822-headers", head + "\n"),
    )
    top = {
        "Return-Path": "<>", "From": f"MAILER-DAEMON@{DOMAIN} (Mail Delivery System)", "To": letter.sender, "Subject": subject,
        "Date": format_datetime(datetime.now(UTC)), "Message-ID": make_msgid(domain=DOMAIN), "Auto-Submitted": "auto-replied",
        "MIME-Version": "1.0", "Content-Type": 'multipart/report; report-type=delivery-status; boundary="report"',
    }  # fmt: skip
    body = "".join(f"--report\nContent-Type: {name}\n\n{text}\n" for name, text in parts)
    return ("\n".join(f"{name}: {value}" for name, value in top.items()) + f"\n\n{body}--report--\n").encode()


def answered(letter: Letter, text: str, *, attachment: str = "") -> bytes:
    """What a mail program sends when somebody presses Reply: to Reply-To, with the letter quoted below."""
    made = _reply(letter, "Re: ")
    quoted = "".join(f"> {row}\n" for row in letter.text.splitlines())
    made.set_content(
        f"{text}\n\nW dniu {letter.at:%d.%m.%Y} o {letter.at:%H:%M}, {parseaddr(str(letter.message['From']))[0]} pisze:\n{quoted}"
    )
    if attachment:
        made.add_attachment(b"%PDF-1.7 nothing", maintype="application", subtype="pdf", filename=attachment)
    return made.as_bytes()


def absent(letter: Letter) -> bytes:
    """What an answering machine sends to every mail."""
    made = _reply(letter, "Automatyczna odpowiedź: ")
    made["Auto-Submitted"] = "auto-replied"
    made.set_content("Jestem na urlopie do 8 maja. W pilnych sprawach: biuro@nowak.example.\n")
    return made.as_bytes()


def _reply(letter: Letter, prefix: str) -> EmailMessage:
    old: Message = email.message_from_bytes(letter.raw, policy=email.policy.default)
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = letter.recipient
    made["To"] = parseaddr(str(old["Reply-To"] or old["From"]))[1]
    made["Subject"] = f"{prefix}{letter.subject}"
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = make_msgid(domain=letter.recipient.rpartition("@")[2])
    made["In-Reply-To"] = str(old["Message-ID"])
    made["References"] = str(old["Message-ID"])
    return made
