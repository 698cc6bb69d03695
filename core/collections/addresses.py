"""Addresses that bring a customer's answer back to the case of the notice it answers. Pure.

The tag after a plus (RFC 5233 calls it the detail of an address) names the case and proves that we wrote it:
`billing+c104.3f9a…@partner.example`. Whoever guesses a case's number cannot write into it without the desk's key.
"""

import hashlib
import hmac
import re

SIGNED = 20  # hexadecimal digits of the signature: 80 bits, and a local part below the 64 octets of RFC 5321, 4.5.3.1.1
TAG = re.compile(r"[^@+]+\+c([0-9]{1,18})\.([0-9a-f]{20})@[^@]+", re.ASCII)


def address_of_case(base: str, case_id: int, key: bytes) -> str:
    """The address under `base` (billing@partner.example) that returns to the case."""
    local, _, domain = base.rpartition("@")
    return f"{local}+c{case_id}.{_signature(case_id, key)}@{domain}"


def case_of_address(address: str, key: bytes) -> int | None:
    """The case an address of ours returns to, letters' case aside (some servers change it); None for any other address or a forged one."""
    found = TAG.fullmatch(address.strip().casefold())
    if found is None or not hmac.compare_digest(found[2], _signature(int(found[1]), key)):
        return None
    return int(found[1])


def _signature(case_id: int, key: bytes) -> str:
    return hmac.new(key, f"reply:{case_id}".encode(), hashlib.sha256).hexdigest()[:SIGNED]
