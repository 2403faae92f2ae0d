"""JSON Lines: one submission a line, exactly as the operations contract has it, every text to the character."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson

from storage.database import Database
from storage.filters import Filter
from storage.streaming import Sent, stream

PIECE = 64 * 1024
"""Bytes gathered before they are handed on."""


async def write(database: Database, wanted: Filter, language: str = "") -> AsyncIterator[bytes]:
    """Yield the file in pieces; it is the same in every `language`."""
    async for chunk in stream(database, wanted):
        yield b"".join([orjson.dumps(record(sent), option=orjson.OPT_APPEND_NEWLINE) for sent in chunk])


def record(sent: Sent) -> dict[str, Any]:
    """Return one submission as JSON's values, its keys in the order of the contract."""
    return {
        "id": sent.id,
        "consultation": sent.consultation,
        "questionnaire": sent.questionnaire,
        "version": sent.version,
        "channel": sent.channel,
        "language": sent.language,
        "started_at": sent.started_at,
        "submitted_at": sent.submitted_at,
        "answers": sent.answers,
        "contributions": [
            {"status": status, "themes": themes, "revisions": revisions, "answers": answers}
            for _, status, themes, revisions, answers in sent.contributions
        ],
    }
