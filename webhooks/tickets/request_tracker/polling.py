"""Which tickets changed, asked of Request Tracker itself: its scrips never try again, and not every change has a scrip."""

import json
from datetime import datetime, timedelta

from core.people.commands import Hint
from webhooks.reading import Access, Polled

from .client import RequestTracker

# A change is dated when it begins and seen when it is committed, which scrips that wait for a slow receiver can put off.
OVERLAP = timedelta(minutes=10)
# Moments are whole seconds: a ticket may change again within the one it changed in, so the newest seconds are left for the next time.
STILL = timedelta(seconds=2)


def poll(access: Access, since: datetime) -> Polled:
    """The tickets changed since then, each under a key of its own for every change: a change found twice is one delivery."""
    hints, newest, earliest = [], since, since - OVERLAP
    with RequestTracker(access.settings["url"], access.token) as tracker:
        for ticket, changed_at, clock in tracker.changed(earliest.date() - timedelta(days=1)):
            if changed_at < earliest:
                break
            if changed_at <= clock - STILL:
                hints.append(_hint(ticket, changed_at))
                newest = max(newest, changed_at)
    return Polled(hints=tuple(reversed(hints)), watermark=newest)


def _hint(ticket: int, changed_at: datetime) -> Hint:
    body = {"type": "ticket.polled", "data": {"ticket_id": ticket}}
    return Hint(key=f"poll-{ticket}-{changed_at.isoformat()}", body=json.dumps(body).encode())
