"""Every kind of system of record that can be connected: how it proves itself, what it has to be told, and who reads what it sends."""

from collections.abc import Mapping
from dataclasses import dataclass

from webhooks.reading import Take
from webhooks.receivables.standard import events as receivables
from webhooks.tickets.request_tracker import events as request_tracker


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A row of the table. `needs` and `may` name its settings; `token` says that the desk calls it with a secret of its own."""

    scheme: str
    take: Take
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    token: bool = False


KINDS: Mapping[str, Kind] = {
    # docs/request-tracker.md says what each setting does
    "tickets-rt": Kind(
        scheme="standard",
        take=request_tracker.take,
        needs=("url", "user"),
        may=("queue", "subject", "requestor", "closed", "case_field"),
        token=True,
    ),
    # docs/receivables-webhook.md is the format, and says what the url is for
    "receivables-standard": Kind(scheme="standard", take=receivables.take, may=("url",)),
}
