"""A function per command about people."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import cards
from core.engine.db.dialects import insert_into
from core.engine.db.tables.people import conversations, grants, group_members, groups, identities, link_codes, staff
from core.engine.errors import Conflict, InvalidInput, NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .absence import forget_absences
from .calendars import calendar_row
from .commands import AddStaff, LearnAddress, LearnConversation, Place, RemoveStaff, SetGroup, SetRoles
from .events import GroupSet, RolesSet, StaffAdded, StaffRemoved
from .model import HANDLE, Member, Right, Role
from .preferences import forget_preferences
from .queries import by_handle, display_name, member, staff_holding


def add_staff(tx: Tx, command: AddStaff) -> Iterable[Event]:
    """Raises InvalidInput for a short name that cannot be typed, Conflict when an identity already belongs to somebody else."""
    handle = command.handle.strip().casefold().lstrip("@")
    if not HANDLE.fullmatch(handle):
        raise InvalidInput("not_a_handle", "handle", typed=command.handle)
    staff_id = _staff_row(tx, handle, command)
    for role in command.roles:
        tx.connection.execute(insert_into(tx.connection, grants).values(staff_id=staff_id, role=role.value).on_conflict_do_nothing())
    for face, workspace, user in command.identities:
        _add_identity(tx, staff_id, face, workspace, user)
    shown = tuple(Private("/".join(identity)) for identity in command.identities)
    roles = tuple(role.value for role in command.roles)
    return [StaffAdded(staff_id=staff_id, handle=handle, name=Private(command.name or handle), roles=roles, identities=shown)]


def _staff_row(tx: Tx, handle: str, command: AddStaff) -> int:
    given = {"name": command.name, "locale": command.locale, "zone": command.zone}
    known = {name: value for name, value in given.items() if value} | {"active": True}
    new = {"handle": handle, **given, "name": command.name or handle, "active": True}
    statement = insert_into(tx.connection, staff).values(**new)
    upsert = statement.on_conflict_do_update(index_elements=["handle"], set_=known).returning(staff.c.id)
    return int(tx.connection.execute(upsert).scalar_one())


def _add_identity(tx: Tx, staff_id: int, face: str, workspace: str, user: str) -> None:
    match = (identities.c.face == face) & (identities.c.workspace == workspace) & (identities.c.user == user)
    owner = tx.connection.scalar(sa.select(identities.c.staff_id).where(match))
    if owner is not None and owner != staff_id:
        raise Conflict("identity_taken", face=face, user=user)
    if owner is None:
        values = {"staff_id": staff_id, "face": face, "workspace": workspace, "user": user, "address": {}}
        tx.connection.execute(sa.insert(identities).values(**values))


def remove_staff(tx: Tx, command: RemoveStaff) -> Iterable[Event]:
    """Raises NotFound for an unknown or already removed member, Conflict for the last admin or a successor who may not work on cases."""
    found = by_handle(tx.connection, command.handle)
    successor = by_handle(tx.connection, command.successor) if command.successor else None
    if successor is not None and (successor.id == found.id or Right.WORK not in successor.rights):
        raise Conflict("successor_may_not_work", name=successor.name)
    _leave_an_admin(tx, found)
    for table in (grants, identities, group_members, link_codes):
        tx.connection.execute(sa.delete(table).where(table.c.staff_id == found.id))
    forget_absences(tx, found.id)
    forget_preferences(tx, found.id)
    tx.connection.execute(sa.update(staff).where(staff.c.id == found.id).values(active=False))
    return [StaffRemoved(staff_id=found.id, handle=found.handle, successor_id=successor.id if successor else None)]


def set_roles(tx: Tx, command: SetRoles) -> Iterable[Event]:
    """Setting what is held changes nothing. Raises NotFound, Conflict when nobody would be an admin any more."""
    found = member(tx.connection, command.staff_id)
    if found is None:
        raise NotFound("staff_not_found", name=display_name(tx.connection, f"staff:{command.staff_id}"))
    wanted = frozenset(command.roles)
    if wanted == found.roles:
        return []
    if Role.ADMIN not in wanted:
        _leave_an_admin(tx, found)
    tx.connection.execute(sa.delete(grants).where(grants.c.staff_id == found.id))
    for role in sorted(wanted):
        tx.connection.execute(sa.insert(grants).values(staff_id=found.id, role=role.value))
    before, roles = (tuple(sorted(role.value for role in held)) for held in (found.roles, wanted))
    return [RolesSet(staff_id=found.id, before=before, roles=roles, by=tx.actor.id)]


def _leave_an_admin(tx: Tx, leaving: Member) -> None:
    """Raises Conflict when they are the only one who may administer the desk."""
    others = staff_holding(tx.connection, Right.ADMINISTER) - {leaving.id}
    if Right.ADMINISTER in leaving.rights and not others:
        raise Conflict("last_admin", name=leaving.name)


def set_group(tx: Tx, command: SetGroup) -> Iterable[Event]:
    """Raises NotFound for an unknown member or calendar."""
    calendar_id = calendar_row(tx.connection, command.calendar).id if command.calendar else None
    values: dict[str, object] = {
        "name": command.name, "routes": list(command.routes or ()), "zone": command.zone or "Europe/Warsaw", "calendar_id": calendar_id,
    }  # fmt: skip
    changed = {"routes": values["routes"]} if command.routes is not None else {"name": command.name}
    changed |= {"zone": command.zone} if command.zone else {}
    changed |= {"calendar_id": calendar_id} if calendar_id is not None else {}
    turns: dict[str, Any] = {"assign": command.assign} if command.assign is not None else {}
    turns |= {"most_cases": command.most_cases or None} if command.most_cases is not None else {}
    changed |= turns
    statement = insert_into(tx.connection, groups).values(**values | turns)
    upsert = statement.on_conflict_do_update(index_elements=["name"], set_=changed).returning(groups.c.id, groups.c.routes)
    group = tx.connection.execute(upsert).one()
    for handle in command.members:
        joined = {"group_id": group.id, "staff_id": by_handle(tx.connection, handle).id}
        tx.connection.execute(insert_into(tx.connection, group_members).values(**joined).on_conflict_do_nothing())
    for place in command.conversations:
        conversation_id = keep_place(tx, place)
        tx.connection.execute(sa.update(conversations).where(conversations.c.id == conversation_id).values(group_id=group.id))
    return [GroupSet(group_id=group.id, name=command.name, routes=tuple(group.routes), calendar=command.calendar)]


def keep_place(tx: Tx, place: Place, *, reachable: bool = True) -> int:
    """Insert or refresh a conversation; returns its row. Cards that were given up in one that is reached again are drawn anew."""
    values = {
        "face": place.face, "workspace": place.workspace, "external": place.external, "locale": place.locale,
        "address": dict(place.address or {}), "reachable": reachable, "seen_at": tx.now,
    }  # fmt: skip
    changed = {"reachable": reachable, "seen_at": tx.now} | ({"address": dict(place.address)} if place.address else {})
    statement = insert_into(tx.connection, conversations).values(**values)
    upsert = statement.on_conflict_do_update(index_elements=["face", "workspace", "external"], set_=changed)
    conversation_id = int(tx.connection.execute(upsert.returning(conversations.c.id)).scalar_one())
    if reachable:
        cards.found_again(tx, conversation_id)
    return conversation_id


def learn_conversation(tx: Tx, command: LearnConversation) -> Iterable[Event]:
    """Kept without an event: how a conversation is reached is no business fact."""
    keep_place(tx, command.place, reachable=command.reachable)
    return []


def learn_address(tx: Tx, command: LearnAddress) -> Iterable[Event]:
    """Kept without an event. Raises NotFound for an identity nobody has."""
    match = (identities.c.face == command.face) & (identities.c.workspace == command.workspace) & (identities.c.user == command.user)
    done = tx.connection.execute(sa.update(identities).where(match).values(address=dict(command.address)))
    if done.rowcount == 0:
        raise NotFound("identity_unknown")
    return []


def lock_handle(_connection: Connection, command: AddStaff | RemoveStaff) -> list[str]:
    """People are changed one at a time per handle."""
    return [f"handle:{command.handle.casefold()}"]


def lock_admins(connection: Connection, command: RemoveStaff | SetRoles) -> list[str]:
    """Two admins cannot take the desk from one another at the same instant."""
    own = lock_handle(connection, command) if isinstance(command, RemoveStaff) else [f"staff:{command.staff_id}"]
    return [*own, "admins:all"]


HANDLERS: Handlers = {
    AddStaff: Handler(add_staff, lock_handle),
    RemoveStaff: Handler(remove_staff, lock_admins),
    SetRoles: Handler(set_roles, lock_admins),
    SetGroup: Handler(set_group, lambda _c, command: [f"groupname:{command.name}"]),
    LearnConversation: Handler(learn_conversation),
    LearnAddress: Handler(learn_address),
}
