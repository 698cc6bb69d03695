"""The schemes against published vectors and an independent implementation; hostile headers are refused and never fail."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from webhooks.signatures import SCHEMES, Secret, Unverified, Verified, verify

# https://github.com/standard-webhooks/standard-webhooks libraries/python/tests/test_webhooks.py::test_sign_function
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, STAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
THEN = datetime.fromtimestamp(int(STAMP), UTC)
HEADERS = {"webhook-id": ID, "webhook-timestamp": STAMP, "webhook-signature": SIGNATURE}


def secret(scheme: str, text: str, name: str = "k1", until: datetime | None = None) -> Secret:
    return Secret(id=name, key=SCHEMES[scheme].key_of(text), until=until)


def check(headers: dict[str, str], body: bytes = BODY, now: datetime = THEN, keys: list[Secret] | None = None) -> Verified:
    return verify(SCHEMES["standard"], headers, body, [secret("standard", SECRET)] if keys is None else keys, now)


def test_the_published_standard_webhooks_vector_is_accepted() -> None:
    assert check(HEADERS) == Verified(key=ID, secret_id="k1")


def test_what_the_reference_library_signs_is_accepted() -> None:
    made = Webhook(SECRET).sign("evt_1", THEN, '{"zażółć": 1}')

    assert check(HEADERS | {"webhook-id": "evt_1", "webhook-signature": made}, '{"zażółć": 1}'.encode()).key == "evt_1"


@given(body=st.binary(max_size=400), identity=st.from_regex(r"[A-Za-z0-9_]{1,40}", fullmatch=True))
def test_any_body_signed_by_the_recipe_is_accepted_and_one_changed_byte_is_not(body: bytes, identity: str) -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(key, f"{identity}.{STAMP}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = HEADERS | {"webhook-id": identity, "webhook-signature": f"v1,{made}"}

    assert check(headers, body).key == identity
    with pytest.raises(Unverified):
        check(headers, body + b" ")


def test_the_published_jira_vector_is_accepted() -> None:
    # https://developer.atlassian.com/cloud/jira/platform/webhooks/
    signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    keys = [secret("jira", "It's a Secret to Everybody")]

    found = verify(SCHEMES["jira"], {"x-hub-signature": signature, "x-atlassian-webhook-identifier": "w1"}, b"Hello World!", keys, THEN)

    assert found.key == "w1"
    with pytest.raises(Unverified):
        verify(SCHEMES["jira"], {"x-hub-signature": signature.replace("sha256", "sha1")}, b"Hello World!", keys, THEN)


def test_the_published_github_vector_is_accepted_and_a_delivery_without_an_id_is_named_by_its_body() -> None:
    # https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    keys = [secret("github", "It's a Secret to Everybody")]

    found = verify(SCHEMES["github"], {"x-hub-signature-256": signature}, b"Hello, World!", keys, THEN)

    assert found.key == f"sha256:{hashlib.sha256(b'Hello, World!').hexdigest()}"


def test_zendesk_signs_timestamp_and_body_with_the_secret_as_it_is_written() -> None:
    keys = [secret("zendesk", "whk-test-secret!")]
    at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    body = b'{"id":1}'
    made = base64.b64encode(hmac.new(b"whk-test-secret!", b"2023-11-14T22:13:20Z" + body, hashlib.sha256).digest()).decode()
    headers = {"x-zendesk-webhook-signature": made, "x-zendesk-webhook-signature-timestamp": "2023-11-14T22:13:20Z"}

    assert verify(SCHEMES["zendesk"], headers, body, keys, at).secret_id == "k1"
    with pytest.raises(Unverified):
        verify(SCHEMES["zendesk"], headers, body, keys, at + timedelta(seconds=301))


def test_static_credentials_fit_only_as_a_whole() -> None:
    basic = [secret("basic", "halo:a-long-password")]
    bearer = [secret("bearer", "a-long-token-of-ours")]

    assert verify(SCHEMES["basic"], {"authorization": "Basic " + base64.b64encode(b"halo:a-long-password").decode()}, b"x", basic, THEN)
    assert verify(SCHEMES["bearer"], {"authorization": "bearer a-long-token-of-ours"}, b"x", bearer, THEN)
    for wrong in (
        "Bearer a-long-token-of-our",
        "Bearer  a-long-token-of-ours",
        "Basic a-long-token-of-ours",
        "Bearer ",
        "a-long-token-of-ours",
    ):
        with pytest.raises(Unverified):
            verify(SCHEMES["bearer"], {"authorization": wrong}, b"x", bearer, THEN)


def test_while_a_secret_is_rotated_both_hold_and_the_old_one_ends_at_its_date() -> None:
    newer = secret("standard", "whsec_" + base64.b64encode(b"n" * 32).decode(), "k2")
    old = secret("standard", SECRET, "k1", until=THEN + timedelta(seconds=60))

    assert check(HEADERS, keys=[old, newer]).secret_id == "k1"
    with pytest.raises(Unverified):
        check(HEADERS, now=THEN + timedelta(seconds=60), keys=[old, newer])


def test_a_sender_that_rotates_may_sign_with_both() -> None:
    assert check(HEADERS | {"webhook-signature": f"v1,{'A' * 43}= v1a,xyz {SIGNATURE}"}).key == ID


def test_without_any_live_secret_nothing_is_accepted() -> None:
    with pytest.raises(Unverified):
        check(HEADERS, keys=[])


@pytest.mark.parametrize(
    "stamp",
    [
        str(int(STAMP) - 301), str(int(STAMP) + 301), "nan", "1e400", "1_614_265_330", f" {STAMP}", f"{STAMP} ", f"+{STAMP}", f"{STAMP}000",
        "١٦١٤٢٦٥٣٣٠", "-1", "", f"{STAMP}.0", "2021-02-25T15:02:10Z", "9" * 400, f"{STAMP},{STAMP}",
    ],
)  # fmt: skip
def test_a_timestamp_outside_the_window_or_not_written_in_digits_is_refused_even_if_it_is_signed(stamp: str) -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(key, f"{ID}.{stamp}.".encode() + BODY, hashlib.sha256).digest()).decode()

    with pytest.raises(Unverified):
        check(HEADERS | {"webhook-timestamp": stamp, "webhook-signature": f"v1,{made}"})


@pytest.mark.parametrize(
    "signature",
    [
        "", "v1", "v1,", "v2," + SIGNATURE[3:], SIGNATURE + "=", SIGNATURE[:-1], SIGNATURE + "A", SIGNATURE.replace("+", "-"),
        SIGNATURE.replace("+", "+\t"), "v1," + "ą" * 44, f"v1,v1,{SIGNATURE[3:]}", f"{SIGNATURE},{SIGNATURE}", "x" * 10_000,
        " ".join(["v1,AAAA"] * 40) + " " + SIGNATURE, SIGNATURE.lower(),
    ],
)  # fmt: skip
def test_a_signature_that_is_not_exactly_right_is_refused(signature: str) -> None:
    with pytest.raises(Unverified):
        check(HEADERS | {"webhook-signature": signature})


@settings(max_examples=300)
@given(
    scheme=st.sampled_from(sorted(SCHEMES)),
    values=st.lists(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=80), min_size=8, max_size=8),
    prefix=st.sampled_from(["", "v1,", "sha256=", "Basic ", "Bearer ", "v1, v1,"]),
    body=st.binary(max_size=100),
)
def test_no_headers_at_random_are_accepted_and_none_raises_anything_but_the_refusal(
    scheme: str, values: list[str], prefix: str, body: bytes
) -> None:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature", "authorization", "x-hub-signature", "x-hub-signature-256",
             "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp")  # fmt: skip
    key = Secret(id="k1", key=b"k" * 32)

    with pytest.raises(Unverified):
        verify(SCHEMES[scheme], {name: prefix + value for name, value in zip(names, values, strict=True)}, body, [key], THEN)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_AAAA", "not base64 at all!", "whsec_" + "A" * 200])
def test_a_secret_too_short_too_long_or_not_base64_is_refused_before_it_is_kept(text: str) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        SCHEMES["standard"].key_of(text)
