"""Every kind of system of record that can be connected: how it proves itself, what it has to be told, and who reads what it sends."""

from collections.abc import Mapping
from dataclasses import dataclass

from webhooks.reading import Poll, Take
from webhooks.receivables.standard import events as receivables
from webhooks.tickets.port import Write
from webhooks.tickets.request_tracker.events import take as take_from_request_tracker
from webhooks.tickets.request_tracker.polling import poll as poll_request_tracker
from webhooks.tickets.request_tracker.writing import Writer as RequestTrackerWriter


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A row of the table. `needs` and `may` name its settings; `token` says that the desk calls it with a secret of its own;
    `write` makes the writer of a ticketing system; `poll` asks it for what its webhooks failed to tell."""

    scheme: str
    take: Take
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    token: bool = False
    write: Write | None = None
    poll: Poll | None = None


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
    # docs/receivables-webhook.md is the format, and says what the url is for
    "receivables-standard": Kind(scheme="standard", take=receivables.take, may=("url",)),
}
