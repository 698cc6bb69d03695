"""One memory of built statements for all databases of a kind: building them anew for each test took a sixth of a run."""

from typing import Any

import pytest
import sqlalchemy as sa

from core.engine.db import store


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """From here on, stores of one kind share their dialect and its statements: a statement is known by both."""
    made, known = sa.create_engine, dict[str, sa.Engine]()

    def create_engine(*args: Any, **kwargs: Any) -> sa.Engine:
        engine = made(*args, query_cache_size=10_000, **kwargs)
        first = known.get(engine.dialect.name, engine)
        if not hasattr(first.dialect, "server_version_info"):  # nobody has connected yet: it knows nothing of its server
            first = engine
        known[engine.dialect.name] = first
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
        return engine

    patch.setattr(store.sa, "create_engine", create_engine)
