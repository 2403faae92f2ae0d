"""Logs that say what happened and never who said what: a list of fields that may be written, no other.

Numbers of chats become keyed hashes. Tracebacks keep their places and lose their words, for an exception
may quote what it stumbled over.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

FIELDS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "outcome",
        "reason",
        "error",
        "where",
        "chat",
        "update",
        "kind",
        "count",
        "seconds",
        "port",
        "host",
        "method",
        "status",
        "path",
        "process",
        "version",
        "attempt",
        "name",
        "state",
    }
)
"""The fields of a log line; anything else is dropped."""

_HASHED = ("chat",)
Event = MutableMapping[str, Any]


class Keeper:
    """Lets the allowed fields through, with the numbers of people under a keyed hash."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        """Return the line as it may be written."""
        error = _exception(event.get("exc_info"))
        if error is not None:
            event["error"], event["where"] = type(error).__name__, places(error)
        for name in _HASHED:
            if name in event:
                event[name] = self._hash(event[name])
        return {name: value for name, value in event.items() if name in FIELDS or name.startswith("_")}

    def _hash(self, value: Any) -> str:
        return hashlib.blake2b(str(value).encode(), key=self._key[:32], digest_size=6).hexdigest()


def _exception(found: Any) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        return found[1] if len(found) > 1 else None
    return sys.exc_info()[1] if found else None


def places(error: BaseException) -> str:
    """Return where `error` came from, innermost place last, with the kinds of what led to it and no words."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    told = " > ".join(f"{Path(f.filename).parent.name}/{Path(f.filename).name}:{f.lineno}" for f in frames)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    led = f"{places(cause)} => " if cause is not None else ""
    return f"{led}{type(error).__name__} at {told or '?'}"


def set_up(key: bytes, level: str = "INFO", *, console: bool | None = None) -> None:
    """Send all logs of this process, the libraries' too, to standard error: JSON, or lines for a terminal."""
    friendly = sys.stderr.isatty() if console is None else console
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        Keeper(key),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, friendly=friendly))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _quieten()


def _formatter(shared: list[Any], *, friendly: bool) -> structlog.stdlib.ProcessorFormatter:
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if friendly:
        renderer = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _quieten() -> None:
    """Hold the libraries to warnings at every level: below they write addresses, statements and texts."""
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.NOTSET)
    for name in ("aiogram", "aiohttp", "aiosqlite", "alembic", "asyncio", "httpcore", "httpx", "multipart"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("psycopg", "python_multipart", "sqlalchemy", "telegram", "uvicorn", "watchfiles"):
        logging.getLogger(name).setLevel(logging.WARNING)
