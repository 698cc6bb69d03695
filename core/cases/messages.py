"""Chat messages that become cases and remarks: what is kept is the text somebody chose, and the way back to where it was said."""

from urllib.parse import urlsplit

from core.engine.errors import InvalidInput

LONGEST = 500  # characters of a link


def must_be_link(link: str) -> str:
    """The link itself. Raises InvalidInput for anything that a browser would not open safely: forms carry it, and people can change it."""
    parts = urlsplit(link)
    if len(link) > LONGEST or parts.scheme != "https" or not parts.netloc or not link.isprintable() or any(c in link for c in " <>|"):
        raise InvalidInput("link_wrong")
    return link
