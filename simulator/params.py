"""The arguments of a Bot API call.

They may come as JSON, as a form or as multipart; here all of them are text, as the real server sees them, and
are read as what the method needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call or from a person's phone."""

    name: str
    mime: str
    content: bytes


def as_text(value: Any) -> str:
    """Return a JSON value as the text a form would have carried."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Params:
    """Arguments by name, read as text, number, flag or object. Unknown ones are never looked at."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None) -> None:
        self._values = {name: as_text(value) for name, value in values.items() if value is not None}
        self.files = dict(files or {})

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        return self._values.get(name, default)

    def integer(self, name: str, default: int = 0) -> int:
        """Return an argument as a number; like the real server, what is no number counts as 0."""
        text = self.text(name).strip()
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """Tell whether an argument says yes."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def json(self, name: str, kind: str) -> Any:
        """Return an argument as a JSON value, None where it is missing; `kind` names it in the refusal."""
        text = self.text(name)
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise bad_request(f"can't parse {kind} JSON object") from None
