"""How a stand-in's webhooks leave it: one attempt at an address, and the signature of Standard Webhooks 1.0.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

# The specification's example schedule, in seconds after the attempt before.
SCHEDULE = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)


def key_of(secret: str) -> bytes:
    """What `whsec_…` stands for."""
    return base64.b64decode(secret.removeprefix("whsec_"))


def signed(key: bytes, identity: str, body: bytes, content_type: str = "application/json") -> dict[str, str]:
    """The headers of one attempt, as of now; a message keeps its `identity` over all of them."""
    stamp = str(int(time.time()))
    made = hmac.digest(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": content_type, "webhook-id": identity, "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(made).decode(),
    }  # fmt: skip


def posted(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, float | None]:
    """The status, 0 where nobody answered, and the seconds of a Retry-After. `timeout` in seconds."""
    request = urllib.request.Request(url, body, dict(headers), method="POST")  # noqa: S310 (the address of our own desk)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 (as above)
            return int(answer.status), None
    except urllib.error.HTTPError as error:
        asked = error.headers.get("Retry-After", "")
        return error.code, float(asked) if asked.isdigit() else None
    except OSError:
        return 0, None
