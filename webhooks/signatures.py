"""Who signed a webhook: every scheme a row of one table, checked over the raw bytes, in constant time, with one refusal for all.

Nothing here knows a clock: `now` is passed in, always the real one. What the vendors prescribe stands beside each row.
"""

import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(minutes=5)  # both ways: a clock may be wrong in either direction
DELIVERY_KEY = re.compile(r"[!-~]{1,120}", re.ASCII)
SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)

Headers = Mapping[str, str]  # names in lower case


class Unverified(Exception):
    """The one refusal: unsigned, wrongly signed, stale or malformed. `why` is for the log, never for the sender."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A key that may sign until `until`; for ever without one. Several are live at once while they are rotated."""

    id: str
    key: bytes = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A sender who holds the secret `secret_id`; `key` names the delivery, so that the same one again is recognised."""

    key: str
    secret_id: str


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """How a sender proves itself.

    `key_of` turns the secret as it is kept in a file into key bytes (raises ValueError with a sentence); `verify` returns the delivery
    key and which of the live keys fits, or raises Unverified.
    """

    key_of: Callable[[str], bytes]
    verify: Callable[[Headers, bytes, Sequence[Secret], datetime], Verified]
    keeps: tuple[str, ...] = ()  # the headers stored with the body; never a credential


def verify(scheme: Scheme, headers: Headers, body: bytes, secrets: Sequence[Secret], now: datetime) -> Verified:
    """The proof of who sent this. Raises Unverified, and nothing else, whatever the input."""
    live = [secret for secret in secrets if secret.until is None or now < secret.until]
    if not live:
        raise Unverified("no live secret")
    return scheme.verify(headers, body, live, now)


def _header(headers: Headers, name: str) -> str:
    value = headers.get(name)
    if not value:
        raise Unverified(f"no {name}")
    return value


def _fresh(moment: datetime, now: datetime) -> None:
    if abs(now - moment) > WINDOW:
        raise Unverified("outside the window")


def _in_seconds(text: str) -> datetime:
    """Only plain digits: `int` would also take ` 17 `, `1_7` and other scripts' digits."""
    if not SECONDS.fullmatch(text):
        raise Unverified("the timestamp is no number of seconds")
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unverified("the timestamp is no moment") from None


def _in_iso(text: str) -> datetime:
    if not ISO.fullmatch(text):
        raise Unverified("the timestamp is no ISO moment")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Unverified("the timestamp is no moment") from None


def from_base64(text: str) -> bytes | None:
    """Strictly decoded: no other alphabet, no missing padding, nothing after the end. None when it is not that."""
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (ValueError, UnicodeEncodeError):
        return None


def from_hex(text: str) -> bytes | None:
    """Strictly decoded lower or upper case hex; None when it is not that."""
    return bytes.fromhex(text) if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text, re.ASCII) else None


def _matching(secrets: Iterable[Secret], message: bytes, given: Sequence[bytes], algorithm: str) -> str:
    """The id of the secret that made one of the signatures given. Every pair is compared, so that time tells nothing."""
    found = ""
    for secret in secrets:
        made = hmac.digest(secret.key, message, algorithm)
        for signature in given:
            if hmac.compare_digest(made, signature):
                found = secret.id
    if not found:
        raise Unverified("the signature does not fit")
    return found


def _delivery_key(text: str) -> str:
    if not DELIVERY_KEY.fullmatch(text):
        raise Unverified("the delivery's id is empty, too long or not printable")
    return text


def digest_of(body: bytes) -> str:
    """The delivery key of a sender that gives its deliveries no id."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


# --- Standard Webhooks 1.0.0, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md


def _standard_key(text: str) -> bytes:
    key = from_base64(text.strip().removeprefix("whsec_"))
    if key is None or not 24 <= len(key) <= 64:
        raise ValueError("A Standard Webhooks secret is whsec_ and the base64 of 24 to 64 bytes.")
    return key


def _standard(headers: Headers, body: bytes, secrets: Sequence[Secret], now: datetime) -> Verified:
    key, stamp = _delivery_key(_header(headers, "webhook-id")), _header(headers, "webhook-timestamp")
    _fresh(_in_seconds(stamp), now)
    listed = _header(headers, "webhook-signature").split(" ")
    if len(listed) > 16:
        raise Unverified("more signatures than any rotation needs")
    given = [decoded for part in listed if part.startswith("v1,") and (decoded := from_base64(part[3:])) is not None]
    return Verified(key=key, secret_id=_matching(secrets, f"{key}.{stamp}.".encode() + body, given, "sha256"))


# --- HMAC families without a standard: one row each


@dataclass(frozen=True, kw_only=True)
class Hmac:
    """One vendor's way to put an HMAC into a header. `message` joins timestamp and body; without `stamped` there is no timestamp."""

    header: str
    algorithm: str
    decode: Callable[[str], bytes | None]
    prefix: str = ""
    message: Callable[[bytes, bytes], bytes] = lambda _stamp, body: body
    stamped: str = ""
    moment: Callable[[str], datetime] = _in_seconds
    id_header: str = ""

    def __call__(self, headers: Headers, body: bytes, secrets: Sequence[Secret], now: datetime) -> Verified:
        """Check the header. Raises Unverified."""
        stamp = _header(headers, self.stamped) if self.stamped else ""
        if self.stamped:
            _fresh(self.moment(stamp), now)
        text = _header(headers, self.header)
        given = self.decode(text[len(self.prefix) :]) if text.startswith(self.prefix) else None
        if given is None:
            raise Unverified("the signature is malformed")
        secret_id = _matching(secrets, self.message(stamp.encode(), body), [given], self.algorithm)
        key = _delivery_key(headers[self.id_header]) if headers.get(self.id_header) else digest_of(body)
        return Verified(key=key, secret_id=secret_id)


def _raw_key(text: str) -> bytes:
    key = text.strip().encode()
    if len(key) < 16:
        raise ValueError("The secret is too short: at least 16 characters.")
    return key


def _static(prefix: str, prepare: Callable[[str], bytes | None]) -> Callable[[Headers, bytes, Sequence[Secret], datetime], Verified]:
    """A credential that is sent as it is: compared by digest, so that its length tells nothing."""

    def check(headers: Headers, body: bytes, secrets: Sequence[Secret], now: datetime) -> Verified:
        del now
        text = _header(headers, "authorization")
        given = prepare(text[len(prefix) :]) if text[: len(prefix)].casefold() == prefix.casefold() else None
        if given is None:
            raise Unverified("the credential is malformed")
        digest = hmac.digest(given, b"credential", "sha256")
        return Verified(key=digest_of(body), secret_id=_matching(secrets, b"credential", [digest], "sha256"))

    return check


def _as_bytes(text: str) -> bytes | None:
    return text.encode("ascii") if text.isascii() and text else None


def _basic_key(text: str) -> bytes:
    user, colon, password = text.strip().partition(":")
    if not user or not colon or len(password) < 12:
        raise ValueError("Write user:password, the password at least 12 characters.")
    return text.strip().encode()


STANDARD = Scheme(key_of=_standard_key, verify=_standard, keeps=("content-type", "webhook-id", "webhook-timestamp"))

SCHEMES: Mapping[str, Scheme] = {
    "standard": STANDARD,
    # https://developer.zendesk.com/documentation/webhooks/verifying/ : the secret string itself is the key, never decoded
    "zendesk": Scheme(
        key_of=_raw_key,
        verify=Hmac(
            header="x-zendesk-webhook-signature", algorithm="sha256", decode=from_base64, message=lambda stamp, body: stamp + body,
            stamped="x-zendesk-webhook-signature-timestamp", moment=_in_iso, id_header="x-zendesk-webhook-invocation-id",
        ),
        keeps=("content-type", "x-zendesk-webhook-invocation-id"),
    ),
    # https://developer.atlassian.com/cloud/jira/platform/webhooks/ : no timestamp; only sha256 is accepted of the methods it may name
    "jira": Scheme(
        key_of=_raw_key,
        verify=Hmac(
            header="x-hub-signature", algorithm="sha256", decode=from_hex, prefix="sha256=", id_header="x-atlassian-webhook-identifier"
        ),
        keeps=("content-type", "x-atlassian-webhook-identifier"),
    ),
    # https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries : the form many in-house senders copy
    "github": Scheme(
        key_of=_raw_key,
        verify=Hmac(header="x-hub-signature-256", algorithm="sha256", decode=from_hex, prefix="sha256=", id_header="x-github-delivery"),
        keeps=("content-type", "x-github-delivery"),
    ),
    # HaloPSA, Freshdesk, Dataverse and others sign nothing and send what they were told to (RFC 6750, RFC 7617)
    "bearer": Scheme(key_of=_raw_key, verify=_static("Bearer ", _as_bytes), keeps=("content-type",)),
    "basic": Scheme(key_of=_basic_key, verify=_static("Basic ", from_base64), keeps=("content-type",)),
}  # fmt: skip
