"""Asking the accounting system for one payer: the pull before a decision. It is called at its connection's own address only."""

from urllib.parse import quote

import httpx

from core.engine.errors import DeliveryError
from core.receivables.commands import RecordReceivables
from webhooks.reading import Unreadable

from .events import command

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
PASSING = frozenset({401, 403, 408, 423, 429})  # a token may be renewed, a limit passes; any other 4xx stays


class Accounting:
    """One accounting system, by its connection's name, address and token."""

    def __init__(self, name: str, url: str, token: str) -> None:
        self._name = name
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=TIMEOUT, follow_redirects=False)

    def __enter__(self) -> "Accounting":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def pull(self, external: str) -> RecordReceivables:
        """What the payer owes now, as a command. Raises DeliveryError; it only reads, so nothing is ever unknown."""
        try:
            answer = self._http.get(f"/payers/{quote(external, safe='')}")
        except httpx.HTTPError as error:
            raise DeliveryError(f"the accounting system did not answer ({type(error).__name__})") from None
        if answer.status_code != 200:
            raise _failure(answer)
        try:
            found = command(answer.content, self._name)
        except Unreadable as error:
            raise DeliveryError(f"the accounting system's answer is not understood: {error.reason}", permanent=True) from None
        if found.payer.external != external:
            raise DeliveryError("the accounting system answered for another payer", permanent=True)
        return found


def _failure(answer: httpx.Response) -> DeliveryError:
    status, asked = answer.status_code, answer.headers.get("retry-after", "")
    permanent = status < 500 and status not in PASSING
    return DeliveryError(
        f"the accounting system answered {status}", permanent=permanent, retry_after=float(asked) if asked.isdigit() else None
    )
