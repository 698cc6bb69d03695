"""Logs: a sentence and fixed fields per line; never a message's body, a token, or a customer's data."""

import logging
import sys
from typing import Any

import structlog


def set_up(*, as_json: bool | None = None) -> None:
    """JSON lines where a machine reads, plain lines in a terminal."""
    machine = not sys.stderr.isatty() if as_json is None else as_json
    # A traceback with local variables would carry customers' data.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    shown: Any = structlog.processors.JSONRenderer() if machine else console
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # The SDKs log whole payloads at INFO and DEBUG, and a payload is a customer's data.
    for name in ("slack_bolt", "slack_sdk", "httpx", "msrest", "botbuilder", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A tick that finds its sweep still running is skipped by design; APScheduler would warn of each.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
