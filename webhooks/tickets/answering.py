"""What an answer of a ticketing system means for the work it belongs to: done, refused for good, try later, or nobody knows."""

from collections.abc import Collection, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from core.engine.errors import DeliveryError
from webhooks.calling import Calls


class Changed(Exception):
    """The ticket was changed since it was read; nothing was written."""


def called(
    http: Calls, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, stale: int = 412,
    also: Collection[int] = (),
) -> httpx.Response:  # fmt: skip
    """A good answer, or one of the statuses in `also`, which the caller understands. `stale` is the status that says Changed.

    Raises Changed, and DeliveryError for every other answer and for none.
    """
    try:
        answer = http.request(method, path, json=body, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise DeliveryError(f"it cannot be reached ({type(error).__name__})") from None
    except httpx.HTTPError as error:
        raise DeliveryError(f"it did not answer ({type(error).__name__})", unknown=method != "GET") from None
    if answer.status_code == stale:
        raise Changed
    if answer.status_code not in (200, 201, *also):
        raise failure(answer, method)
    return answer


def failure(answer: httpx.Response, method: str) -> DeliveryError:
    """What a status means: refused for good, try later, or nobody knows whether it was done."""
    status = answer.status_code
    if status in (429, 503):
        asked = answer.headers.get("retry-after", "")
        return DeliveryError(f"it answered {status}", retry_after=float(asked) if asked.isdigit() else None)
    if status >= 500:
        return DeliveryError(f"it answered {status}", unknown=method != "GET")
    # A token may be renewed and a right be granted: worth trying again for a while. A ticket that is gone stays gone.
    return DeliveryError(f"it answered {status}", permanent=status not in (401, 403, 408, 423))


def clock(answer: httpx.Response) -> datetime:
    """What time it is there. Raises DeliveryError."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        raise DeliveryError("it did not say what time it is") from None


def as_object(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object. Raises DeliveryError."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DeliveryError("it did not answer with JSON")
    return found
