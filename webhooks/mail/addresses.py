"""Addresses and lines of mail as they may stand in an envelope and in a header; what may not is refused before a server sees it."""

import re

import idna

# https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2 and 4.5.3.1, with RFC 6531's characters beyond ASCII. Quoted local parts are left
# out: nobody who gives an address to an accountant has one, and they are what injections are made of.
ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]"
LOCAL = re.compile(rf"{ATEXT}+(\.{ATEXT}+)*")
IDENTITY = re.compile(r"[!-;=?-~]{1,200}", re.ASCII)  # a Message-ID without its brackets


class NoAddress(ValueError):
    """What should be a mail address is none. The text says it without repeating it."""


def envelope(address: str) -> str:
    """The address with its domain as servers write it: `księgowość@żółw.pl` has the domain `xn--w-uga1v8h.pl`. Raises NoAddress."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not LOCAL.fullmatch(local) or not local.isprintable():
        raise NoAddress("what should be an address is none")
    if len(local.encode()) > 64:
        raise NoAddress("the part of an address before its @ is longer than 64 bytes")
    return f"{local}@{host(domain)}"


def host(name: str) -> str:
    """A host's or a domain's name in ASCII, in small letters. Raises NoAddress."""
    try:
        found = idna.encode(name.strip().rstrip("."), uts46=True, std3_rules=True).decode().casefold()
    except (idna.IDNAError, UnicodeError):
        raise NoAddress("the domain of an address is none") from None
    return found


def folded(address: str) -> str:
    """As addresses are compared, whatever stands there: in small letters, the domain in ASCII where it is one."""
    try:
        return envelope(address).casefold()
    except NoAddress:
        return address.strip().casefold()


def line(text: str, most: int = 400) -> str:
    """One line, whatever was given: nothing in it ends a header or hides from its reader."""
    visible = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(visible.split())[:most]
