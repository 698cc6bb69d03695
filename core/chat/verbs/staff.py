"""Verbs by which an admin says who works here and what they may do."""

from core.cases.leaving import owned_by
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply, in_place
from core.chat.showing.deciding import stuck
from core.chat.showing.staff import roles_spoken, staff_view
from core.chat.values import Text
from core.chat.views import NoteView
from core.engine.errors import Conflict, NotFound
from core.people.commands import AddStaff, RemoveStaff, SetRoles
from core.people.model import Member, Right, Role
from core.people.queries import by_handle, member


def show(asked: Asked, given: Given) -> Reply:
    """Who works here, a page of it."""
    with asked.reading() as connection:
        return in_place(asked.request, staff_view(connection, asked.words, asked.now, after=str(given.get(AFTER.name, ""))))


def add(asked: Asked, given: Given) -> Reply:
    """Somebody new, who is then linked by a one-time code. Raises InvalidInput for what is no handle, Conflict for one that is taken."""
    handle = str(given["handle"]).casefold()
    if _known(asked, handle):
        raise Conflict("staff_exists", name=handle)
    roles = _roles(given)
    asked.do(AddStaff(handle=handle, name=str(given.get("full_name", "")), roles=roles))
    return _said(asked, asked.words.say("staff.added", name=handle, roles=roles_spoken(asked.words, roles)), "staff.next", handle=handle)


def role(asked: Asked, given: Given) -> Reply:
    """Exactly these roles."""
    who, roles = _member(asked, given["member"]), _roles(given)
    key = "staff.unchanged" if asked.do(SetRoles(staff_id=who.id, roles=roles)).kind == "unchanged" else "staff.roles"
    return _said(asked, asked.words.say(key, name=who.name, roles=roles_spoken(asked.words, roles)))


def remove(asked: Asked, given: Given) -> Reply:
    """Somebody leaves; what becomes of their cases is said."""
    who = _member(asked, given["member"])
    heir = _member(asked, given["successor"]) if "successor" in given else None
    with asked.reading() as connection:
        count = owned_by(connection, who.id)
    asked.do(RemoveStaff(handle=who.handle, successor=heir.handle if heir else ""))
    if heir is not None:
        return _said(asked, asked.words.count("staff.removed_to", count, name=who.name, successor=heir.name))
    return _said(asked, asked.words.count("staff.removed", count, name=who.name))


def _known(asked: Asked, handle: str) -> bool:
    with asked.reading() as connection:
        try:
            by_handle(connection, handle)
        except NotFound:
            return False
    return True


def _member(asked: Asked, staff_id: object) -> Member:
    with asked.reading() as connection:
        found = member(connection, int(str(staff_id)))
    if found is None:
        raise NotFound("staff_not_found", name=str(staff_id))
    return found


def _roles(given: Given) -> tuple[Role, ...]:
    named = given["roles"]
    assert isinstance(named, tuple)  # noqa: S101 (the parser's own promise)
    return tuple(Role(name) for name in named)


def _said(asked: Asked, title: str, more: str = "", **params: object) -> Reply:
    """And what cannot be approved now that somebody may do more or less, or is gone."""
    with asked.reading() as connection:
        lacking = stuck(connection, asked.words, asked.now)
    notes = [*([asked.words.say(more, **params)] if more else []), *lacking]
    return Private(NoteView(title=title, footnotes=tuple(Text(note) for note in notes)))


WHO = Argument(name="member", kind=ArgumentKind.MEMBER)
ROLES = Argument(name="roles", kind=ArgumentKind.WORDS, choices=tuple(role.value for role in Role))
AFTER = Argument(name="after", kind=ArgumentKind.HIDDEN, required=False, max_length=60)

ACTIONS = (
    Action(
        name="staff", right=Right.ADMINISTER, topic=Topic.PEOPLE, answer=show, polish=("zespół", "zespół lista"), aliases=("staff_list",),
        arguments=(AFTER,), use=Use.RARE,
    ),
    Action(
        name="staff_add", right=Right.ADMINISTER, topic=Topic.PEOPLE, answer=add, polish=("zespół dodaj",), use=Use.RARE, form=True,
        example="staff_add eva agent",
        arguments=(
            Argument(name="handle", kind=ArgumentKind.NAME, max_length=60), ROLES,
            Argument(name="full_name", kind=ArgumentKind.TEXT, required=False, max_length=120, after=("called", "nazwisko")),
        ),
    ),
    Action(
        name="staff_role", right=Right.ADMINISTER, topic=Topic.PEOPLE, answer=role, polish=("zespół rola",), use=Use.RARE, form=True,
        arguments=(WHO, ROLES), example="staff_role {person} agent viewer",
    ),
    Action(
        name="staff_remove", right=Right.ADMINISTER, topic=Topic.PEOPLE, answer=remove, polish=("zespół usuń",), use=Use.RARE, form=True,
        example="staff_remove {leaver}",
        arguments=(WHO, Argument(name="successor", kind=ArgumentKind.STAFF, required=False, after=("to", "dla"))),
    ),
)  # fmt: skip
