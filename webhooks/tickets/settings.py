"""The settings that connections to ticketing systems share."""

from collections.abc import Iterable, Mapping

from webhooks.reading import Access

STATES = ("open", "waiting", "resolved", "handed_back")  # what a status may stand for


def listed(access: Access, setting: str, default: str = "") -> frozenset[str]:
    """A setting's values, without regard to case."""
    return frozenset(part.strip().casefold() for part in access.settings.get(setting, default).split(",") if part.strip())


def pairs(text: str) -> Mapping[str, str]:
    """`a=b,c=d`."""
    split = (part.partition("=") for part in text.split(",") if part.strip())
    return {key.strip(): value.strip() for key, _, value in split}


def comes_from(addresses: Iterable[str], access: Access) -> bool:
    """Whether one of the addresses, or its domain, is among those that `requestor` lets in; all are, where it is not set."""
    senders = listed(access, "requestor")
    forms = {form for address in addresses for form in (address.casefold(), address.casefold().rpartition("@")[2])}
    return not senders or not forms.isdisjoint(senders)


def speaks_of(subject: str, access: Access) -> bool:
    """Whether the subject holds one of the words of `subject`; any does, where it is not set."""
    words = listed(access, "subject")
    return not words or any(word in subject.casefold() for word in words)
