"""Keeps tokens out of logs, whoever writes them and at whatever level. Standard logging only.

A token stands in every address of the Bot API, and clients like to log addresses. The mask is laid over
records when they are made, before any handler of any library sees them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable

_TOKEN_SHAPED = re.compile(r"\b\d{1,20}:[A-Za-z0-9_-]{30,}")
_IN_ADDRESS = re.compile(r"(/bot)[^/\s\"'?]{3,}")
MASK = "[token]"

_QUIET = ("httpx", "httpcore", "aiohttp.access", "telegram", "aiogram")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with every secret, and whatever looks like a bot's token, masked."""
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, MASK)
    return _IN_ADDRESS.sub(r"\1" + MASK, _TOKEN_SHAPED.sub(MASK, text))


def install(secrets: Iterable[str]) -> Callable[[], None]:
    """Mask `secrets` in every log record from now on; return what takes the mask off again."""
    known = tuple(sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True))
    before = logging.getLogRecordFactory()

    def factory(*args: object, **kwargs: object) -> logging.LogRecord:
        return _masked(before(*args, **kwargs), known)

    logging.setLogRecordFactory(factory)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return lambda: logging.setLogRecordFactory(before)


def _masked(record: logging.LogRecord, secrets: tuple[str, ...]) -> logging.LogRecord:
    """Return the record with its words put together and masked, and its traceback written out and masked."""
    if isinstance(record.msg, dict):  # a structured line, put into words later
        record.msg = {n: redacted(v, secrets) if isinstance(v, str) else v for n, v in record.msg.items()}
        return record
    try:
        message = record.getMessage()
    except (TypeError, ValueError):
        message = str(record.msg)
    record.msg, record.args = redacted(message, secrets), ()
    if record.exc_info:
        record.exc_text = redacted(logging.Formatter().formatException(record.exc_info), secrets)
    return record
