"""Where log lines go when all services run in one process beside a person's terminal: to a file of the state folder."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import structlog

from services.local.settings import LocalSettings
from services.local.state import State

if TYPE_CHECKING:
    from pathlib import Path


def to_file(folder: Path | None) -> Path:
    """Write every log line of this process, as JSON, to `logs/hub.log` of the state folder; return the file."""
    state = State(folder or LocalSettings().state)
    state.prepare()
    file = state.logs / "hub.log"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=file.open("a", buffering=1)),
        cache_logger_on_first_use=False,
    )
    for name in ("aiokafka", "faststream", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return file
