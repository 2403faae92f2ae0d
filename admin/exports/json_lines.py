"""JSON Lines: one submission a line, exactly as the operations contract has it, every text to the character."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any

from storage.database import Database
from storage.streaming import stream
from storage.submitted import Answered, Contributed, Submitted

PIECE = 64 * 1024
"""Bytes gathered before they are handed on."""


async def write(database: Database, consultation: str) -> AsyncIterator[bytes]:
    """Yield the file in pieces."""
    lines: list[bytes] = []
    size = 0
    async for submitted in stream(database, consultation):
        # Half a surrogate pair cannot be UTF-8; its JSON escape can.
        line = json.dumps(record(submitted), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        lines.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)


def record(submitted: Submitted) -> dict[str, Any]:
    """Return one submission as JSON's values, its keys in the order of the contract."""
    return {
        "id": str(submitted.id),
        "consultation": submitted.consultation,
        "questionnaire": submitted.questionnaire.slug,
        "version": submitted.questionnaire.version,
        "channel": submitted.channel,
        "language": submitted.language,
        "started_at": timestamp(submitted.started_at),
        "submitted_at": timestamp(submitted.submitted_at),
        "answers": _answers(submitted.answers),
        "contributions": [_contribution(each) for each in submitted.contributions],
    }


def timestamp(moment: datetime) -> str:
    """Return a moment in UTC to the second, such as "2026-11-23T13:05:00Z"."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _contribution(contributed: Contributed) -> dict[str, Any]:
    return {
        "status": contributed.status,
        "themes": [],
        "revisions": contributed.revisions,
        "answers": _answers(contributed.answers),
    }


def _answers(answers: Iterable[Answered]) -> dict[str, str | list[str] | None]:
    return {answer.question.id: answer.value for answer in answers}
