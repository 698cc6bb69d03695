"""Slack's signature over the raw bytes, checked before the SDK sees anything.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
from collections.abc import Iterable

WINDOW = 300  # seconds, both ways


def is_verified(secrets: Iterable[str], raw: bytes, timestamp: str | None, signature: str | None, now: float) -> bool:
    """Whether one of the secrets (several while rotating) signed these bytes within five minutes of `now` (Unix seconds)."""
    if not timestamp or not signature or not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    if abs(now - int(timestamp)) > WINDOW:
        return False
    base, verified = b"v0:" + timestamp.encode() + b":" + raw, False
    for secret in secrets:
        wanted = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
        verified |= hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace"))
    return verified
