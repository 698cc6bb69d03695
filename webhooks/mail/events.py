"""A message that came in, by the webhook door or from a mail server's pipe: an answer for a case, a bounce of a letter, or neither."""

import hashlib
from collections.abc import Iterable

from core.cases.mail import RecordMail
from core.collections.commands import RecordBounce
from core.engine.handling import Command
from core.engine.inbox import Received
from webhooks.reading import Access, Unreadable

from .addresses import folded, line
from .answers import answer_of, is_automatic
from .bounces import bounces, is_report
from .reading import Mail, identities

RECIPIENT = "x-original-to"  # the header under which the door and the pipe keep the address of the envelope
WHERE = ("to", "cc", "delivered-to", RECIPIENT, "envelope-to", "x-envelope-to", "resent-to")


def take(received: Received, access: Access) -> Iterable[Command]:
    """What the message means. Raises Unreadable for one that belongs to no letter and no case: it is kept for a person to look at."""
    mail = Mail(received.body)
    if _is_ours(mail, access):
        return
    if is_report(mail):
        yield from _bounced(mail)
        return
    yield _answered(mail, received, access)


def _is_ours(mail: Mail, access: Access) -> bool:
    """A letter of the desk's own that came back to it, by a redirection or because somebody answers to everybody: no news."""
    return mail.sender == folded(access.settings["from"]) and mail.header("auto-submitted").casefold() == "auto-generated"


def _bounced(mail: Mail) -> Iterable[Command]:
    found = bounces(mail)
    if not found and not any(part.kind.endswith("delivery-status") for part in mail.parts):
        raise Unreadable("A mail server returned something, and it does not say which letter.")
    for bounce in found:
        yield RecordBounce(message_id=bounce.message_id, permanent=bounce.permanent, said=bounce.said)


def _answered(mail: Mail, received: Received, access: Access) -> RecordMail:
    about = _cases(mail, received, access)
    if len(about) != 1:
        several = "It is to the addresses of several cases."
        raise Unreadable(several if about else "It is to no address that a letter gave for answers, and answers no letter of ours.")
    author = next(iter(mail.addresses("from")), ("", ""))
    return RecordMail(
        case_id=about.pop(), external=_identity(mail, received), author=line(" ".join(filter(None, (author[0], f"<{author[1]}>")))),
        text=answer_of(mail), by_customer=not is_automatic(mail) and not _is_colleague(mail, access),
    )  # fmt: skip


def _cases(mail: Mail, received: Received, access: Access) -> set[int]:
    """By the address that a letter gave; else by the letter that it says it answers: machines answer to the sender (RFC 3834, 4), and so do
    programs that do not heed Reply-To."""
    found = (access.case_of(address) for address in _addressed(mail, received))
    about = {case_id for case_id in found if case_id is not None}
    if about:
        return about
    answered = (access.case_of_letter(named) for named in identities(mail.message, "in-reply-to")[:5])
    return {case_id for case_id in answered if case_id is not None}


def _is_colleague(mail: Mail, access: Access) -> bool:
    """Whether it is from the partner's own domain: who joins in a customer's conversation there is no customer."""
    return mail.sender.rpartition("@")[2] == folded(access.settings["from"]).rpartition("@")[2]


def _addressed(mail: Mail, received: Received) -> list[str]:
    """Whom it was to, by the envelope where that is known, and by what the writer's program shows."""
    written = [address for _, address in mail.addresses(*WHERE)]
    return [folded(address) for address in (*written, received.headers.get(RECIPIENT, "")) if address]


def _identity(mail: Mail, received: Received) -> str:
    """By its Message-ID; by what was delivered where it has none. Short, whatever it is: it names the note's origin."""
    named = mail.identity or received.delivery_key
    return f"mail:{hashlib.sha256(named.encode(errors='surrogateescape')).hexdigest()[:40]}"
