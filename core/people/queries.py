"""Who somebody is, what they may do, and which conversations get what."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.tables.people import conversations, grants, group_members, groups, identities, staff
from core.engine.errors import NotFound
from core.engine.transaction import Actor

from .model import RIGHTS, Member, Right, Role

# Asked for every gesture, so built once: building a statement costs more than running it. A row per role, one without any.
# In the language and zone they chose, else those that their chat said at first contact.
LOCALE = sa.func.coalesce(sa.func.nullif(staff.c.locale, ""), staff.c.chat_locale).label("locale")
ZONE = sa.func.coalesce(sa.func.nullif(staff.c.zone, ""), staff.c.chat_zone).label("zone")
ACTIVE: sa.Select[Any] = (
    sa.select(staff.c.id, staff.c.handle, staff.c.name, LOCALE, ZONE, grants.c.role)
    .outerjoin_from(staff, grants, grants.c.staff_id == staff.c.id)
    .where(staff.c.active)
)
BY_ID = ACTIVE.where(staff.c.id == sa.bindparam("staff_id"))
BY_IDENTITY = ACTIVE.join(identities, identities.c.staff_id == staff.c.id).where(
    identities.c.face == sa.bindparam("face"),
    identities.c.workspace == sa.bindparam("workspace"),
    identities.c.user == sa.bindparam("user"),
)
ROUTES = sa.select(conversations.c.id, groups.c.routes).join(groups, groups.c.id == conversations.c.group_id)
NAME = sa.select(staff.c.name).where(staff.c.id == sa.bindparam("staff_id"))


def member(connection: Connection, staff_id: int) -> Member | None:
    """The active member with their roles as they are now; None for a leaver or a stranger."""
    return _member(connection.execute(BY_ID, {"staff_id": staff_id}).all())


def by_identity(connection: Connection, face: str, workspace: str, user: str) -> Member | None:
    """The member behind a chat identity; never guessed from a name or an e-mail address."""
    return _member(connection.execute(BY_IDENTITY, {"face": face, "workspace": workspace, "user": user}).all())


def by_private_address(connection: Connection, face: str, workspace: str, user: str) -> Member | None:
    """The member whom the chat calls that where it mentions them, as learnt from their own messages."""
    match = (identities.c.face == face) & (identities.c.workspace == workspace) & (identities.c.address["user"].as_string() == user)
    staff_id = connection.scalar(sa.select(identities.c.staff_id).where(match))
    return None if staff_id is None else member(connection, staff_id)


def _member(rows: Sequence[Row[Any]]) -> Member | None:
    """One member's rows, one per role."""
    if not rows:
        return None
    first, held = rows[0], frozenset(Role(row.role) for row in rows if row.role is not None)
    return Member(id=first.id, handle=first.handle, name=first.name, locale=first.locale, zone=first.zone, roles=held)


def by_handle(connection: Connection, handle: str) -> Member:
    """The active member called that. Raises NotFound."""
    staff_id = connection.scalar(sa.select(staff.c.id).where(staff.c.handle == handle.casefold().lstrip("@")))
    found = None if staff_id is None else member(connection, staff_id)
    if found is None:
        raise NotFound("staff_not_found", name=handle)
    return found


def address_of(connection: Connection, face: str, workspace: str, user: str) -> Mapping[str, Any] | None:
    """How an identity is reached privately, as last learnt; None for an identity nobody has."""
    match = (identities.c.face == face) & (identities.c.workspace == workspace) & (identities.c.user == user)
    found = connection.execute(sa.select(identities.c.address).where(match)).one_or_none()
    return None if found is None else dict(found.address)


def place_of(connection: Connection, face: str, workspace: str, external: str) -> tuple[Mapping[str, Any], bool] | None:
    """How a conversation is reached, and whether it can be; None for one never heard from."""
    match = (conversations.c.face == face) & (conversations.c.workspace == workspace) & (conversations.c.external == external)
    found = connection.execute(sa.select(conversations.c.address, conversations.c.reachable).where(match)).one_or_none()
    return None if found is None else (dict(found.address), bool(found.reachable))


def place_called(connection: Connection, face: str, workspace: str, external: str) -> int | None:
    """The conversation's row, where a group works in it; None for any other."""
    match = (conversations.c.face == face) & (conversations.c.workspace == workspace) & (conversations.c.external == external)
    return connection.scalar(sa.select(conversations.c.id).where(match, conversations.c.group_id.is_not(None)))


def is_allowed(connection: Connection, actor: Actor, right: str) -> bool:
    """Whether the actor holds the right now. The desk itself holds every right, a connection only that of reporting facts."""
    if actor.id == "system":
        return True
    if actor.staff_id is None:
        return actor.id.startswith("connection:") and right == Right.FEED
    found = member(connection, actor.staff_id)
    return found is not None and right in found.rights


def everyone(connection: Connection) -> Sequence[Member]:
    """Every active member, by name."""
    ids = connection.scalars(sa.select(staff.c.id).where(staff.c.active).order_by(staff.c.name)).all()
    return [found for staff_id in ids if (found := member(connection, staff_id)) is not None]


def staff_after(connection: Connection, handle: str, *, limit: int) -> Sequence[Member]:
    """Active members by short name, those behind `handle`."""
    wanted = sa.select(staff.c.id).where(staff.c.active, staff.c.handle > handle).order_by(staff.c.handle).limit(limit)
    return [found for staff_id in connection.scalars(wanted).all() if (found := member(connection, staff_id)) is not None]


def count_staff(connection: Connection) -> int:
    """How many active members there are."""
    return connection.scalar(sa.select(sa.func.count()).select_from(staff).where(staff.c.active)) or 0


def names(connection: Connection, right: Right | None = None) -> Sequence[tuple[str, str]]:
    """Handle and name of every active member, or of those who hold the right now, by name, in one query."""
    wanted = sa.select(staff.c.handle, staff.c.name).where(staff.c.active).order_by(staff.c.name, staff.c.id)
    if right is not None:
        carrying = [role.value for role, rights in RIGHTS.items() if right in rights]
        wanted = wanted.where(sa.exists().where(grants.c.staff_id == staff.c.id, grants.c.role.in_(carrying)))
    return [(row.handle, row.name) for row in connection.execute(wanted)]


def holders(connection: Connection, right: Right) -> Sequence[Member]:
    """Every active member who holds the right now, by name."""
    return [found for found in everyone(connection) if right in found.rights]


def staff_holding(connection: Connection, right: Right) -> frozenset[int]:
    """The rows of every active member who holds the right now, in one query."""
    carrying = [role.value for role, rights in RIGHTS.items() if right in rights]
    held = sa.select(grants.c.staff_id).join(staff, staff.c.id == grants.c.staff_id).where(staff.c.active, grants.c.role.in_(carrying))
    return frozenset(connection.scalars(held))


def role_holders(connection: Connection, role: str) -> frozenset[int]:
    """The rows of every active member who holds the role now."""
    held = sa.select(grants.c.staff_id).join(staff, staff.c.id == grants.c.staff_id).where(staff.c.active, grants.c.role == role)
    return frozenset(connection.scalars(held))


def members_of(connection: Connection, group: str) -> frozenset[int]:
    """The rows of every active member of the group of that name; nobody where there is none."""
    inside = sa.select(group_members.c.staff_id).join(groups, groups.c.id == group_members.c.group_id)
    active = inside.join(staff, staff.c.id == group_members.c.staff_id).where(staff.c.active)
    return frozenset(connection.scalars(active.where(groups.c.name == group)))


def members_routed(connection: Connection, route: str) -> frozenset[int]:
    """The rows of every active member of the groups that get this kind of card."""
    inside = sa.select(group_members.c.staff_id, groups.c.routes).join(groups, groups.c.id == group_members.c.group_id)
    rows = connection.execute(inside.join(staff, staff.c.id == group_members.c.staff_id).where(staff.c.active))
    return frozenset(row.staff_id for row in rows if route in row.routes)


def identities_of(connection: Connection, staff_id: int) -> Sequence[Row[Any]]:
    """Who the member is in each chat, and how they are reached there."""
    return connection.execute(sa.select(identities).where(identities.c.staff_id == staff_id).order_by(identities.c.id)).all()


def names_of(connection: Connection, staff_ids: Collection[int]) -> Sequence[tuple[int, str]]:
    """Row and name of those of the members who are active, by name, in one query."""
    wanted = sa.select(staff.c.id, staff.c.name).where(staff.c.id.in_(staff_ids), staff.c.active).order_by(staff.c.name, staff.c.id)
    return [(row.id, row.name) for row in connection.execute(wanted)] if staff_ids else []


def mentionable(connection: Connection, face: str, workspace: str, staff_ids: Collection[int]) -> Mapping[int, str]:
    """What a workspace calls those of the active members whom it knows where it mentions them: the address learnt from their own
    messages, else the identity itself."""
    if not staff_ids:
        return {}
    there = (identities.c.face == face) & (identities.c.workspace == workspace) & staff.c.active
    known = sa.select(identities.c.staff_id, identities.c.user, identities.c.address).join(staff, staff.c.id == identities.c.staff_id)
    rows = connection.execute(known.where(there, identities.c.staff_id.in_(staff_ids)).order_by(identities.c.id.desc()))
    return {row.staff_id: str(row.address.get("user") or row.user) for row in rows}


def conversation(connection: Connection, conversation_id: int) -> Row[Any] | None:
    """A conversation's row, if there is one."""
    return connection.execute(sa.select(conversations).where(conversations.c.id == conversation_id)).one_or_none()


def places(connection: Connection, face: str) -> Sequence[Row[Any]]:
    """The face's conversations that a group works in and that can be reached, the oldest first."""
    match = (conversations.c.face == face) & conversations.c.reachable & conversations.c.group_id.is_not(None)
    return connection.execute(sa.select(conversations).where(match).order_by(conversations.c.id)).all()


def routed(connection: Connection, route: str) -> list[int]:
    """The conversations whose group gets this kind of card."""
    return [row.id for row in connection.execute(ROUTES) if route in row.routes]


def routes_of(connection: Connection, staff_id: int) -> frozenset[str] | None:
    """The kinds of card that the member's groups get; None for who is in no group."""
    own = (
        sa.select(groups.c.routes).join(group_members, group_members.c.group_id == groups.c.id).where(group_members.c.staff_id == staff_id)
    )
    found = connection.scalars(own).all()
    return frozenset(route for routes in found for route in routes) if found else None


def handle_of(connection: Connection, actor: str) -> str:
    """The handle of the person behind a journal's or a row's actor, a former colleague's too; "" for the desk and for connections."""
    kind, _, number = actor.partition(":")
    return (connection.scalar(sa.select(staff.c.handle).where(staff.c.id == int(number))) or "") if kind == "staff" else ""


def name_called(connection: Connection, handle: str) -> str:
    """The name of whoever has or had that handle; the handle itself where nobody ever did."""
    return connection.scalar(sa.select(staff.c.name).where(staff.c.handle == handle.casefold().lstrip("@"))) or handle


def display_name(connection: Connection, actor: str) -> str:
    """A person's name for a journal's or a row's actor; the actor itself for the desk and for connections."""
    kind, _, number = actor.partition(":")
    if kind != "staff":
        return actor
    return connection.scalar(NAME, {"staff_id": int(number)}) or actor
