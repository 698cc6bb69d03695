"""Every command of escalations with its function."""

from core.engine.handling import Handlers

from . import chains, inside

HANDLERS: Handlers = {**chains.HANDLERS, **inside.HANDLERS}
