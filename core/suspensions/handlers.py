"""Every command of suspensions and restores with its function."""

from core.engine.handling import Handlers

from . import asking, cooling, decide, executing, leaving, looking, propose, restoring, resuming

HANDLERS: Handlers = {
    **propose.HANDLERS, **asking.HANDLERS,
    **decide.HANDLERS, **cooling.HANDLERS, **looking.HANDLERS, **executing.HANDLERS, **leaving.HANDLERS, **restoring.HANDLERS,
    **resuming.HANDLERS,
}  # fmt: skip
