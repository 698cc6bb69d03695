"""Every command of escalations with its function."""

from core.engine.handling import Handlers

from . import chains, inside, microsoft

HANDLERS: Handlers = {**chains.HANDLERS, **inside.HANDLERS, **microsoft.HANDLERS}
