"""Which tickets changed, asked of Zendesk's own export: its webhooks are tried again a few times and then lost.

https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/
"""

import json
from datetime import datetime, timedelta

from core.people.commands import Hint
from webhooks.reading import Access, Polled

from .client import Zendesk
from .events import passes_by_itself
from .model import Change

# The export leaves the last minute out by itself and comes in the order of Zendesk's own notes, so nothing can appear in between
# later on; the overlap is for the first asking, which begins by our clock, and costs nothing: what is known is not stored again.
OVERLAP = timedelta(minutes=10)


def poll(access: Access, since: datetime) -> Polled:
    """The tickets changed since then that have a case or might become one, each change under a key of its own."""
    hints, newest = [], since
    with Zendesk(access) as zendesk:
        for change in zendesk.changed(since - OVERLAP):
            newest = max(newest, change.at)
            if passes_by_itself(change.ticket, access) or access.known(str(change.ticket.id)) is not None:
                hints.append(_hint(change))
    return Polled(hints=tuple(hints), watermark=newest)


def _hint(change: Change) -> Hint:
    body = {"ticket_id": change.ticket.id}
    return Hint(key=f"poll-{change.ticket.id}-{change.at.isoformat()}", body=json.dumps(body).encode())
