"""A message handed to the desk's door as a provider of inbound mail does it: raw, signed by Standard Webhooks 1.0.0, tried a few times.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import time
import uuid

from playground.posting import key_of, posted, signed

TRIES, PAUSE, TIMEOUT = 4, 0.5, 10.0


def delivered(url: str, secret: str, message: bytes) -> int:
    """The last status; 0 where nobody answered."""
    identity, status = f"mail_{uuid.uuid4().hex}", 0
    for attempt in range(TRIES):
        status, _ = posted(url, message, signed(key_of(secret), identity, message, "message/rfc822"), TIMEOUT)
        if status and status != 503:
            break
        time.sleep(PAUSE * 2**attempt)
    return status
