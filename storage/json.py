"""JSON as the database's columns hold it."""

from __future__ import annotations

from typing import Any

import orjson

loads = orjson.loads


def dumps(value: Any) -> str:
    """Return `value` as compact JSON with every letter as itself; tuples become lists."""
    return orjson.dumps(value).decode()
