"""JSON as it comes from outside: quick where it is sound, patient where one parser is stricter."""

from __future__ import annotations

import json
from typing import Any

import orjson

NOTHING = object()
"""What `decoded` returns where there is no JSON; None is a JSON value."""


def decoded(content: bytes) -> Any:
    """Return what `content` says as JSON, or NOTHING.

    Half surrogates, which the quick parser refuses, are let through: one such text must not hide the
    others that came with it.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return NOTHING
