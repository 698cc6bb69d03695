"""What of a connection to Zendesk can be told to be wrong: its settings before it is made, and its token once it is."""

import re
from collections.abc import Callable, Iterator, Mapping

from core.engine.errors import DeliveryError
from webhooks.reading import Access
from webhooks.tickets.settings import STATES, pairs

from .client import Zendesk
from .writing import STATUSES

ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
TAG = re.compile(r"[^\s,]{1,80}")
ADDRESS = re.compile(r"[^\s:/@]+@[^\s:/@]+")
WRITABLE = ("open", "pending", "hold", "solved")
STAFF = ("agent", "admin")
ASKING = 5.0  # seconds: whoever asked the doctor waits
KNOWN = ("new", *WRITABLE, "closed")


def wrong(settings: Mapping[str, str]) -> str:
    """The first thing that is wrong, as a sentence; "" when nothing is."""
    refused = (RULES[name][1].format(name=name) for name, value in settings.items() if name in RULES and not RULES[name][0](value))
    return next(refused, "")


def _all(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: all(pattern.fullmatch(part.strip()) for part in value.split(","))


def _authors(value: str) -> bool:
    return bool(pairs(value)) and all(name and ID.fullmatch(agent) for name, agent in pairs(value).items())


def _statuses(value: str) -> bool:
    return set(pairs(value)) <= set(STATES) and set(pairs(value).values()) <= set(WRITABLE)


IDS = "{name} takes ids, the numbers in the address of its page in Zendesk's Admin Center, separated by commas."
RULES: Mapping[str, tuple[Callable[[str], object], str]] = {
    "user": (
        ADDRESS.fullmatch,
        "user takes the e-mail address of the agent whose API token it is, without /token; an OAuth token needs none.",
    ),
    "brand": (_all(ID), IDS),
    "group": (_all(ID), IDS),
    "form": (_all(ID), IDS),
    "tag": (_all(TAG), "tag takes tags, which hold no spaces, separated by commas."),
    "closed": (lambda value: {part.strip() for part in value.split(",")} <= set(KNOWN), f"closed takes statuses of {', '.join(KNOWN)}."),
    "statuses": (
        _statuses,
        f"statuses takes pairs like {','.join(f'{ours}={theirs}' for ours, theirs in STATUSES.items())}, with {', '.join(WRITABLE)}.",
    ),
    "return_group": (ID.fullmatch, "return_group takes the id of one group, the number in the address of its page in the Admin Center."),
    "return_tag": (TAG.fullmatch, "return_tag takes one tag, which holds no spaces."),
    "case_field": (
        lambda value: value == "external_id" or ID.fullmatch(value),
        "case_field takes the id of a custom field, or external_id.",
    ),
    "authors": (_authors, "authors takes pairs of a colleague's name on the desk and the id of the agent in Zendesk: ana=4001,ben=4002."),
}


def examine(access: Access) -> str:
    """Whom the token is of. Raises DeliveryError when it cannot be asked, the token is not an agent's, or a setting names nothing there."""
    with Zendesk(access, patience=ASKING) as zendesk:
        me = zendesk.me()
        absent = (
            [f"{name} {number}" for name, kind, number in _named(access) if not zendesk.is_there(kind, number)] if me.role in STAFF else []
        )
    if me.role not in STAFF:
        raise DeliveryError("the token is not good for any agent: check it, and the user it belongs to", permanent=True)
    if absent:
        raise DeliveryError(f"there is no {', no '.join(absent)} in Zendesk, which its settings name", permanent=True)
    return me.email or me.name


def _named(access: Access) -> Iterator[tuple[str, str, str]]:
    """What is written by id: setting, kind of thing, id."""
    field, group = (access.settings.get(name, "") for name in ("case_field", "return_group"))
    if ID.fullmatch(field):
        yield "case_field", "ticket_fields", field
    if group:
        yield "return_group", "groups", group
    for agent in pairs(access.settings.get("authors", "")).values():
        yield "authors", "users", agent
