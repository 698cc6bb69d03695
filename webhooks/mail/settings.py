"""A mail connection's settings: read into what the client calls a server with, and told what is wrong with them. docs/mail.md."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from webhooks.reading import Access

from .addresses import NoAddress, envelope, host, line
from .oauth import LOGIN

SUBMISSION, SUBMISSIONS, IMAPS = 587, 465, 993  # https://www.rfc-editor.org/rfc/rfc8314#section-3.3


class Tls(StrEnum):
    """How the line to the server is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server as it is called. `sender` is who writes, `name` how they are called, `returns` where bounces go; `ca` is a file of the
    authorities to trust instead of the machine's. With `tenant` and `client` the password is that application's secret, for a token."""

    host: str
    port: int
    tls: Tls
    sender: str
    name: str
    returns: str
    user: str
    password: str = field(repr=False)
    ca: str
    tenant: str = ""
    client: str = ""
    login: str = LOGIN
    imap: str = ""
    imap_port: int = IMAPS
    folder: str = "INBOX"


def server_of(access: Access) -> Server:
    """The server by settings that `wrong` found nothing in."""
    given = access.settings
    name, port = host_of(given["host"]), int(given.get("port", 0))
    tls = Tls(given["tls"]) if "tls" in given else usual(name, port)
    return Server(
        host=name, port=port or (SUBMISSIONS if tls is Tls.IMPLICIT else SUBMISSION), tls=tls, sender=envelope(given["from"]),
        name=line(given.get("name", "")),
        returns=envelope(given.get("answers") or given["from"]), user=given.get("user", ""), password=access.token, ca=given.get("ca", ""),
        tenant=given.get("tenant", ""), client=given.get("client", ""), login=given.get("login", LOGIN).rstrip("/"),
        imap=_imap_of(given)[0], imap_port=_imap_of(given)[1], folder=given.get("folder", "INBOX"),
    )  # fmt: skip


def usual(name: str, port: int) -> Tls:
    """Where nothing is said: protected, except on this machine."""
    if port == SUBMISSIONS:
        return Tls.IMPLICIT
    return Tls.NONE if is_here(name) else Tls.STARTTLS


def is_here(name: str) -> bool:
    """Whether the host is this machine, so that nothing travels."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def host_of(text: str) -> str:
    """A host's name in ASCII, or an IP address. Raises NoAddress."""
    try:
        return str(ip_address(text.strip().strip("[]")))
    except ValueError:
        return host(text)


def wrong(settings: Mapping[str, str]) -> str:
    """The first thing that is wrong, as a sentence; "" when nothing is."""
    return next(filter(None, (look(settings) for look in (_host, _port, _tls, _addresses, _ca, _oauth, _imap))), "")


def _host(settings: Mapping[str, str]) -> str:
    try:
        host_of(settings["host"])
    except NoAddress:
        return "host takes the name of the mail server, or its IP address."
    return ""


def _port(settings: Mapping[str, str]) -> str:
    text = settings.get("port", "587")
    is_port = text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536
    return "" if is_port else "port takes a number: 587 or 465 where the server is a provider's, 25 for a relay of your own."


def _tls(settings: Mapping[str, str]) -> str:
    """An unprotected line has to be asked for, and takes no password."""
    named, here = settings.get("tls", ""), is_here(host_of(settings["host"]))
    if named and named not in set(Tls):
        return "tls takes starttls, implicit, or none."
    if named == Tls.NONE and settings.get("user") and not here:
        return "tls=none is for servers that ask for no password: it would travel readable. Leave user out, or choose starttls."
    return ""


def _addresses(settings: Mapping[str, str]) -> str:
    for name in ("from", "answers"):
        try:
            envelope(settings.get(name, "") or settings["from"])
        except NoAddress:
            return f"{name} takes one mail address, such as billing@partner.example."
    return ""


def _oauth(settings: Mapping[str, str]) -> str:
    """The application's secret is sent to the login: over https, or not at all."""
    given, login = ("tenant" in settings, "client" in settings), urlsplit(settings.get("login", LOGIN))
    if any(given) and not (all(given) and settings.get("user")):
        return "tenant and client belong together, and user is the mailbox they are for."
    if login.scheme != "https" and not (login.scheme == "http" and is_here(login.hostname or "")):
        return "login takes the address of Microsoft's login, https://…"
    return ""


def _imap_of(settings: Mapping[str, str]) -> tuple[str, int]:
    """`imap` as a host and a port; ("", 993) without one. Raises NoAddress, ValueError."""
    text = settings.get("imap", "")
    if not text:
        return "", IMAPS
    name, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    return host_of(name), int(port or IMAPS)


def _imap(settings: Mapping[str, str]) -> str:
    try:
        name, port = _imap_of(settings)
    except ValueError:
        name, port = "", 0
    if settings.get("imap") and not (name and 0 < port < 65536):
        return "imap takes the name of the server a mailbox is read from, such as imap.provider.example; its port is 993."
    if name and not settings.get("user"):
        return "imap reads the mailbox of user, which is missing."
    folder = settings.get("folder", "INBOX")
    return "" if folder.isascii() and folder.isprintable() and folder else "folder takes a folder's name without letters such as ł."


def _ca(settings: Mapping[str, str]) -> str:
    try:
        if path := settings.get("ca", ""):
            ssl.create_default_context(cafile=Path(path))
    except OSError:
        return "ca takes a file of certificates (PEM) that the desk can read."
    return ""
