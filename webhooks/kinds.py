"""Every kind of system of record that can be connected: how it proves itself, what it has to be told, and who reads what it sends."""

from collections.abc import Mapping
from dataclasses import dataclass

from webhooks.mail import checking as mail
from webhooks.mail.events import take as take_mail
from webhooks.mail.polling import poll as poll_mail
from webhooks.mail.settings import wrong as wrong_of_mail
from webhooks.reading import Check, Examine, Poll, Take
from webhooks.receivables.standard import events as receivables
from webhooks.receive import LIMIT
from webhooks.tickets.port import Write
from webhooks.tickets.request_tracker.events import take as take_from_request_tracker
from webhooks.tickets.request_tracker.polling import poll as poll_request_tracker
from webhooks.tickets.request_tracker.writing import Writer as RequestTrackerWriter
from webhooks.tickets.zendesk import checking as zendesk
from webhooks.tickets.zendesk.events import take as take_from_zendesk
from webhooks.tickets.zendesk.polling import poll as poll_zendesk
from webhooks.tickets.zendesk.writing import Writer as ZendeskWriter


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A row of the table. `needs` and `may` name its settings; `token` says that the desk calls it with a secret of its own;
    `write` makes the writer of a ticketing system; `poll` asks it for what its webhooks failed to tell; `wrong` looks at the settings
    before a connection is made, `examine` tries its token. A delivery may have `limit` bytes."""

    scheme: str
    take: Take
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    token: bool = False
    write: Write | None = None
    poll: Poll | None = None
    wrong: Check = lambda _settings: ""
    examine: Examine | None = None
    limit: int = LIMIT


MAIL = "mail"
KINDS: Mapping[str, Kind] = {
    # docs/request-tracker.md says what each setting does
    "tickets-rt": Kind(
        scheme="standard",
        take=take_from_request_tracker,
        write=RequestTrackerWriter,
        poll=poll_request_tracker,
        needs=("url", "user"),
        may=("queue", "subject", "requestor", "closed", "statuses", "return_queue", "case_field"),
        token=True,
    ),
    # docs/zendesk.md says what each setting does
    "tickets-zendesk": Kind(
        scheme="zendesk",
        take=take_from_zendesk,
        write=ZendeskWriter,
        poll=poll_zendesk,
        needs=("url",),
        may=(
            "user",
            "brand",
            "group",
            "form",
            "tag",
            "subject",
            "requestor",
            "closed",
            "statuses",
            "return_group",
            "return_tag",
            "case_field",
            "authors",
        ),
        token=True,
        wrong=zendesk.wrong,
        examine=zendesk.examine,
    ),
    # docs/mail.md says what each setting does. The limit is that of Postfix (message_size_limit).
    MAIL: Kind(
        scheme="standard",
        take=take_mail,
        poll=poll_mail,
        needs=("host", "from"),
        may=("port", "tls", "user", "name", "answers", "ca", "tenant", "client", "login", "imap", "folder"),
        wrong=wrong_of_mail,
        examine=mail.examine,
        limit=10_240_000,
    ),
    # docs/receivables-webhook.md is the format, and says what the url is for
    "receivables-standard": Kind(scheme="standard", take=receivables.take, may=("url",)),
}
