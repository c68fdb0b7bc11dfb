"""Log lines: one JSON object each, one for each batch, and never a payload."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(*, level: int = logging.INFO, colours: bool = False) -> None:
    """Set up the log of this process: JSON on standard error, or lines for a person's eyes with `colours`."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if colours else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # aiokafka and FastStream tell of every reconnection at length; what matters is in our own lines and heartbeats.
    for name in ("aiokafka", "faststream", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def logger(**bound: Any) -> Any:
    """Return a logger that says `bound` in each line."""
    return structlog.get_logger(**bound)
