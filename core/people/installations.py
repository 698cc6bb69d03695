"""The app as it is installed into a chat's workspaces by the desk's own page: an admin invites, each step is of one use, the chat ends it.

Tokens come here sealed and are never seen. What an invitation or a state is known by is kept as a digest only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.dialects import insert_into
from core.engine.db.tables.people import installations, passes
from core.engine.errors import Conflict, NotFound
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .commands import SealedSecret
from .model import Right
from .queries import staff_holding
from .telling import tell

INVITATION, STATE = "invitation", "state"
STATE_LIFE = timedelta(minutes=10)  # a person reads the chat's consent page meanwhile


@dataclass(frozen=True, kw_only=True)
class InviteInstallation(Command):
    """Let whoever holds the code behind `digest` install the app into one workspace, until `expires_at` (real clock)."""

    needs = Right.ADMINISTER
    digest: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class BeginInstallation(Command):
    """Send an invited person to the chat's consent page with a state of one use."""

    needs = Right.RUN
    invitation: str
    state: str


@dataclass(frozen=True, kw_only=True)
class SpendState(Command):
    """The person came back: the state is used up, whatever the chat says next."""

    needs = Right.RUN
    state: str


@dataclass(frozen=True, kw_only=True)
class RecordInstallation(Command):
    """The app is in this workspace now, with this token; an earlier token of the workspace is replaced. `invitation` is used up by it."""

    needs = Right.RUN
    face: str
    workspace: str
    name: str
    token: SealedSecret
    details: Mapping[str, Any]
    installed_by: str
    invitation: str


@dataclass(frozen=True, kw_only=True)
class EndInstallation(Command):
    """The app left the workspace, as the chat says it happened at `at`; a newer installation is not ended by old news."""

    needs = Right.RUN
    face: str
    workspace: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationMade(Event):
    """Somebody may install the app into one workspace until then; `digest` is the beginning of the code's."""

    digest: str
    expires_at: datetime

    @property
    def subject(self) -> str:
        """The invitations."""
        return "installation:invitations"


@dataclass(frozen=True, kw_only=True)
class OfInstallation(Event):
    """An event of a workspace's own chain."""

    installation_id: int
    face: str
    workspace: str

    @property
    def subject(self) -> str:
        """The workspace."""
        return f"installation:{self.workspace}"


@dataclass(frozen=True, kw_only=True)
class InstallationRecorded(OfInstallation):
    """The app is in the workspace, with a token of its own."""

    name: Private
    by: Private


@dataclass(frozen=True, kw_only=True)
class InstallationEnded(OfInstallation):
    """The app left the workspace, and its token was forgotten."""

    reason: str


def invite(tx: Tx, command: InviteInstallation) -> Iterable[Event]:
    """Past invitations and states are swept out on the way."""
    tx.connection.execute(sa.delete(passes).where(passes.c.expires_at < tx.real_now))
    _issue(tx, INVITATION, command.digest, command.expires_at)
    return [InvitationMade(digest=command.digest[:12], expires_at=command.expires_at)]


def begin(tx: Tx, command: BeginInstallation) -> Iterable[Event]:
    """The invitation stays good until an installation comes of it. Raises NotFound for one that is used, too old or made up."""
    invitation_stands(tx.connection, command.invitation, tx.real_now)
    _issue(tx, STATE, command.state, tx.real_now + STATE_LIFE)
    return []


def spend(tx: Tx, command: SpendState) -> Iterable[Event]:
    """Raises Conflict for a state that is used, too old or made up."""
    gone = sa.delete(passes).where(passes.c.kind == STATE, passes.c.digest == command.state).returning(passes.c.expires_at)
    expires_at = tx.connection.scalar(gone)
    if expires_at is None or expires_at < tx.real_now:
        raise Conflict("install_state_spent")
    return []


def record(tx: Tx, command: RecordInstallation) -> Iterable[Event]:
    """Raises NotFound when another installation used the invitation up meanwhile."""
    spent = sa.delete(passes).where(passes.c.kind == INVITATION, passes.c.digest == command.invitation)
    if tx.connection.execute(spent).rowcount != 1:
        raise NotFound("install_invitation_unknown")
    whose = {"face": command.face, "workspace": command.workspace}
    values = {
        "name": command.name, "token": command.token.cipher, "details": dict(command.details), "installed_by": command.installed_by,
        "installed_at": tx.real_now, "ended_at": None, "end_reason": "",
    }  # fmt: skip
    kept = insert_into(tx.connection, installations).values(**whose, **values)
    upsert = kept.on_conflict_do_update(index_elements=list(whose), set_=values).returning(installations.c.id)
    installation_id = int(tx.connection.execute(upsert).scalar_one())
    by = Private(command.installed_by)
    return [InstallationRecorded(installation_id=installation_id, **whose, name=Private(command.name), by=by)]


def end(tx: Tx, command: EndInstallation) -> Iterable[Event]:
    """The token is forgotten. Changes nothing where the workspace was installed by no page of ours, or anew since."""
    match = (installations.c.face == command.face) & (installations.c.workspace == command.workspace)
    stands = match & installations.c.ended_at.is_(None) & (installations.c.installed_at <= command.at)
    ended = {"ended_at": tx.real_now, "end_reason": command.reason, "token": ""}
    row = tx.connection.execute(sa.update(installations).where(stands).values(**ended).returning(installations)).one_or_none()
    if row is None:
        return []
    for staff_id in sorted(staff_holding(tx.connection, Right.ADMINISTER)):
        tell(tx, staff_id, "tell.uninstalled", chat=row.face.capitalize(), name=row.name)
    return [InstallationEnded(installation_id=row.id, face=row.face, workspace=row.workspace, reason=command.reason)]


def invitation_stands(connection: Connection, digest: str, real_now: datetime) -> None:
    """Raises NotFound for an invitation that is used, too old or made up."""
    match = (passes.c.kind == INVITATION) & (passes.c.digest == digest) & (passes.c.expires_at >= real_now)
    if connection.scalar(sa.select(passes.c.digest).where(match)) is None:
        raise NotFound("install_invitation_unknown")


def all_installations(connection: Connection) -> list[Row[Any]]:
    """Every one by workspace, those that ended too."""
    return list(connection.execute(sa.select(installations).order_by(installations.c.face, installations.c.workspace)))


def _issue(tx: Tx, kind: str, digest: str, expires_at: datetime) -> None:
    tx.connection.execute(sa.insert(passes).values(kind=kind, digest=digest, expires_at=expires_at))


def _lock(_connection: Connection, command: RecordInstallation | EndInstallation) -> list[str]:
    return [f"installation:{command.workspace}"]


HANDLERS: Handlers = {
    InviteInstallation: Handler(invite),
    BeginInstallation: Handler(begin),
    SpendState: Handler(spend),
    RecordInstallation: Handler(record, _lock),
    EndInstallation: Handler(end, _lock),
}
