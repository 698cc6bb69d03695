"""When the demo's business clock starts: where nothing could be suspended just now, on the next morning on which it can."""

from datetime import datetime, time, timedelta

from core.collections.curfew import Hours, allowed
from core.collections.shipped import SHIPPED
from core.engine.calendars import Calendar

OURS = Calendar()
HOURS = tuple(
    Hours(rules=SHIPPED.curfew, theirs=theirs, ours=OURS) for theirs in (Calendar(), Calendar(zone="Europe/Berlin", country="DE"))
)  # as the demo's customers live
MORNING, PLAY = time(10), timedelta(hours=2)  # long enough to try the script


def start(now: datetime) -> datetime:
    """`now` when there is time to try everything, else ten o'clock of the next day on which there is."""
    day = OURS.local(now).date()
    mornings = (OURS.moment(day + timedelta(days=number), MORNING) for number in range(1, 30))
    return next((found for found in (now, *mornings) if _is_playable(found)), now)


def _is_playable(moment: datetime) -> bool:
    return all(allowed(hours, at) is None for hours in HOURS for at in (moment, moment + PLAY))
