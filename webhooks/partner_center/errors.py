"""What each answer to a write means for us: one table.

https://learn.microsoft.com/partner-center/developer/error-codes; what the pages leave open is read the cautious way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from core.engine.errors import DeliveryError
from core.suspensions.ports import Answer, AnswerKind

MINUTES = 60.0
HOURS = 3600.0
LONGEST_WAIT = 24 * HOURS


@dataclass(frozen=True)
class Row:
    """What an error code means. `wait` in seconds: how long nothing is worth trying."""

    kind: AnswerKind
    meaning: str
    wait: float = 0


STALE, LATER, REFUSED = AnswerKind.STALE, AnswerKind.LATER, AnswerKind.REFUSED

CODES: Mapping[str, Row] = {
    "900420": Row(REFUSED, "the token is for the wrong audience: a setting is wrong"),
    "10001": Row(REFUSED, "the consent was made without MFA: consent again"),
    "900329": Row(REFUSED, "app-only access is not allowed here: give a refresh token"),
    "900308": Row(REFUSED, "the service account's role lacks the right"),
    "900150": Row(REFUSED, "the service account's role lacks the right"),
    "900309": Row(REFUSED, "Conditional Access blocked the service account"),
    "900159": Row(REFUSED, "there is no commerce relationship with this customer any more"),
    "2055": Row(STALE, "the subscription changed since it was read"),
    "800082": Row(LATER, "the subscription is not ready", 5 * MINUTES),
    "900278": Row(LATER, "another operation is pending", 24 * HOURS),
    "900277": Row(REFUSED, "the subscription is expiring and takes no updates"),
    "900279": Row(REFUSED, "the subscription takes no updates"),
    "900280": Row(REFUSED, "the subscription takes no updates any more"),
    "900311": Row(REFUSED, "the subscription was updated too many times"),
    "800091": Row(REFUSED, "a suspended subscription cannot be updated: reactivate it first"),
    "800096": Row(REFUSED, "the status of this subscription cannot be updated"),
    "800093": Row(REFUSED, "the subscription is not eligible for auto-renew"),
    "27009": Row(REFUSED, "the parent subscription must be active first"),
    "900115": Row(REFUSED, "the Azure plan has active Azure subscriptions: follow the runbook by hand"),
    "900213": Row(REFUSED, "the cancellation window has passed"),
    "900257": Row(REFUSED, "the cancellation window has passed"),
    "900214": Row(REFUSED, "the reduction window has passed"),
    "900121": Row(REFUSED, "the partner's credit line with Microsoft is used up"),
    "800023": Row(REFUSED, "the partner's credit line with Microsoft is used up"),
    "800025": Row(REFUSED, "the partner's credit line with Microsoft is used up"),
    "20003": Row(REFUSED, "the subscription is not there"),
}
# Where the code says nothing. A 409 without a known code is the renewal: at least two minutes, up to a day.
STATUSES: Mapping[int, Row] = {
    401: Row(LATER, "the token was refused", 1 * MINUTES),
    409: Row(LATER, "the subscription is busy, perhaps renewing", 2 * MINUTES),
    412: Row(STALE, "the subscription changed since it was read"),
    429: Row(LATER, "too many calls", 1 * MINUTES),
}
# A gateway that gave up does not know what happened behind it.
UNKNOWABLE = frozenset({408, 500, 502, 503, 504})
MFA_CODES = frozenset(
    {"AADSTS50076", "AADSTS50079", "AADSTS50158"}
)  # https://learn.microsoft.com/entra/identity-platform/reference-error-codes
GONE = frozenset({"20003", "900159"})


class ReadRefused(DeliveryError):
    """A read that gave nothing. `code`: Microsoft's, or the HTTP status where it named none."""

    def __init__(self, reason: str, *, code: str, permanent: bool, retry_after: float | None) -> None:
        super().__init__(reason, permanent=permanent, retry_after=retry_after)
        self.code = code


def answer_to(response: httpx.Response) -> Answer:
    """What came back from a write. Raises DeliveryError(unknown=True) when the answer does not say whether it took effect."""
    body = json_object(response)
    if response.status_code == 200 and body is not None:
        return Answer(kind=AnswerKind.DONE, resource=body)
    if response.is_success:
        return Answer(kind=AnswerKind.ACCEPTED, retry_after=wait_asked(response))
    if response.status_code in UNKNOWABLE or response.status_code > 504:
        raise DeliveryError(f"Partner Center answered {response.status_code}", unknown=True, retry_after=wait_asked(response) or None)
    code, description = said(body or {})
    row = CODES.get(code) or STATUSES.get(response.status_code) or Row(REFUSED, "")
    wait = wait_asked(response) or row.wait if row.kind is AnswerKind.LATER else 0
    return Answer(kind=row.kind, code=code or str(response.status_code), description=description or row.meaning, retry_after=wait)


def read_error(response: httpx.Response) -> DeliveryError:
    """Why a read gave nothing; permanent only when what was asked for is not there."""
    code, _ = said(json_object(response) or {})
    row = CODES.get(code)
    reason = f"Partner Center answered {response.status_code} {code}".strip() + (f": {row.meaning}" if row else "")
    gone = code in GONE or response.status_code in (404, 410)
    wait = None if gone else (wait_asked(response) or None)
    return ReadRefused(reason, code=code or str(response.status_code), permanent=gone, retry_after=wait)


def transport_error(error: httpx.HTTPError) -> DeliveryError:
    """No answer. Only when no connection was made is it certain that nothing happened."""
    certain = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol)
    return DeliveryError(f"Partner Center did not answer ({type(error).__name__})", unknown=not certain)


def said(body: Mapping[str, Any]) -> tuple[str, str]:
    """Microsoft's code as text and its description. A throttle's body has another shape; a code may be a number or text."""
    code = body.get("code", "")
    description = body.get("description") or body.get("message") or ""
    return ("" if code is None or isinstance(code, bool) else str(code).strip()), str(description)[:400]


def wait_asked(response: httpx.Response) -> float:
    """`Retry-After` in seconds, 0 when there is none that makes sense; Partner Center writes whole seconds."""
    text = response.headers.get("Retry-After", "").strip()
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0


def json_object(response: httpx.Response) -> dict[str, Any] | None:
    """The body when it is a JSON object."""
    try:
        found = response.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
