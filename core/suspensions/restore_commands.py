"""What may be done about restores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.handling import Command
from core.people.model import Right

from .ports import Answer


@dataclass(frozen=True, kw_only=True)
class ProposeRestores(Command):
    """Money came for what is switched off."""

    needs = Right.RUN
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class RestoreService(Command):
    """Switch on again whatever the case's requests switched off, and stop what is under way. One person, at any hour.

    The right to restore, or being the case's owner, is checked by the handler: either is enough.
    """

    needs = Right.STOP
    case_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChaseRestore(Command):
    """The service is still off, and nobody did anything."""

    needs = Right.RUN
    restore_id: int


@dataclass(frozen=True, kw_only=True)
class DeclineRestore(Command):
    """What a payment proposed, or what failed, stays off, for a reason. Who may is checked as for a restore."""

    needs = Right.STOP
    case_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReportHandwork(Command):
    """Somebody set again by hand what resuming did not bring back: read it."""

    needs = Right.WORK
    case_id: int


@dataclass(frozen=True, kw_only=True)
class ChaseHandwork(Command):
    """Something may still be left to be set by hand."""

    needs = Right.RUN
    restore_id: int


@dataclass(frozen=True, kw_only=True)
class SendRestore(Command):
    """Call Partner Center (again): the parent is active, or the time it asked for has passed."""

    needs = Right.RUN
    restore_id: int


@dataclass(frozen=True, kw_only=True)
class RecordRestoreAnswer(Command):
    """What Partner Center answered to the call with this request id. `resource`: as it was read just before; None: nothing was written."""

    needs = Right.RUN
    restore_id: int
    request_id: str
    resource: Mapping[str, Any]
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class VerifyRestore(Command):
    """Read the subscription back."""

    needs = Right.RUN
    restore_id: int


@dataclass(frozen=True, kw_only=True)
class RecordRestoreReadBack(Command):
    """The resource as it was read back. None: it is not there any more."""

    needs = Right.RUN
    restore_id: int
    resource: Mapping[str, Any] | None
