"""Every command of suspensions and restores with its function."""

from core.engine.handling import Handlers

from . import (
    announcing,
    asking,
    attesting,
    by_itself,
    by_letter,
    by_policy,
    chasing,
    checking,
    closing,
    cooling,
    decide,
    executing,
    handing,
    leaving,
    lifting,
    looking,
    offering,
    outside,
    propose,
    restoring,
    resuming,
    revising,
    unanswered,
)
from .terms import deciding, watching

HANDLERS: Handlers = {
    **propose.HANDLERS, **asking.HANDLERS, **revising.HANDLERS, **deciding.HANDLERS, **watching.HANDLERS,
    **decide.HANDLERS, **cooling.HANDLERS, **looking.HANDLERS, **executing.HANDLERS, **leaving.HANDLERS, **restoring.HANDLERS,
    **resuming.HANDLERS, **offering.HANDLERS, **chasing.HANDLERS, **unanswered.HANDLERS, **lifting.HANDLERS,
    **attesting.HANDLERS, **outside.HANDLERS, **checking.HANDLERS, **closing.HANDLERS, **announcing.HANDLERS,
    **by_letter.HANDLERS, **by_itself.HANDLERS, **by_policy.HANDLERS, **handing.HANDLERS,
}  # fmt: skip
