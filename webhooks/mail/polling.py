"""A mailbox asked for what came: where nothing pushes mail to the desk, and to mend what a pipe or a webhook lost.

Only what is for a case's address, or a mail server's report, is taken; the mailbox may be one that people read, and stays as it is.
"""

from datetime import datetime, timedelta

from core.people.commands import Hint
from webhooks.reading import Access, Polled, Unreadable

from .addresses import folded
from .bounces import is_report
from .mailbox import Entry, Mailbox
from .reading import Mail, identities
from .settings import server_of

OVERLAP = timedelta(minutes=10)  # servers that take several messages at once may number them in another order than they date them
LARGEST = 10_000_000  # bytes of one message; the rest is attached to it
MOST = 30_000_000  # bytes of one asking; what is left over comes with the next
WHERE = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


def poll(access: Access, since: datetime) -> Polled:
    """Raises DeliveryError. Without the setting `imap` there is nobody to ask."""
    server = server_of(access)
    if not server.imap:
        return Polled(hints=(), watermark=since)
    hints: list[Hint] = []
    newest, taken = since, 0
    with Mailbox(server) as mailbox:
        for entry in mailbox.since(since - OVERLAP - timedelta(days=1)):  # a day more, as its days may begin at another hour
            key = f"imap-{mailbox.validity}-{entry.uid}"
            if entry.at < since - OVERLAP or access.stored(key):
                continue
            if taken + min(entry.size, LARGEST) > MOST and hints:
                break
            newest = max(newest, entry.at)
            if _concerns(mailbox, entry, server.returns, access):
                hints.append(Hint(key=key, body=mailbox.whole(entry, LARGEST)))
                taken += min(entry.size, LARGEST)
    return Polled(hints=tuple(hints), watermark=newest)


def _concerns(mailbox: Mailbox, entry: Entry, base: str, access: Access) -> bool:
    """Whether it is to an address made of ours by a plus, answers a letter of ours, or is a report; what is forged is taken too, for a
    person to look at."""
    try:
        mail = Mail(mailbox.head(entry))
    except Unreadable:
        return False
    local, _, domain = folded(base).partition("@")
    addresses = (folded(address) for _, address in mail.addresses(*WHERE))
    if is_report(mail) or any(address.startswith(f"{local}+") and address.endswith(f"@{domain}") for address in addresses):
        return True
    answered = identities(mail.message, "in-reply-to")[:5]
    return any(access.case_of_letter(named) is not None for named in answered)
