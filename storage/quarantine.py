"""Updates that could not be handled, set aside so that they hold nobody up.

Kept are their shape and the reason; their content only, and only sealed, where its author had consented.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert

from storage.models import Quarantine as QuarantineRow
from storage.transaction import Transaction

DEEPEST = 8
WIDEST = 60
_INSERT = insert(QuarantineRow)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)


def shape(value: Any, depth: int = DEEPEST) -> Any:
    """Return the keys of `value` and the types of what they hold, never a value; a list shows its first element."""
    if isinstance(value, Mapping):
        if depth == 0:
            return "dict"
        pairs = list(value.items())[:WIDEST]
        return {(str(k) if _NAME.fullmatch(str(k)) else "?"): shape(v, depth - 1) for k, v in pairs}
    if isinstance(value, list | tuple):
        return [shape(value[0], depth - 1)] if value and depth else []
    return type(value).__name__


class Quarantine:
    """What was set aside."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(
        self,
        participant_id: uuid.UUID | None,
        update_id: int | None,
        reason: str,
        raw: Any,
        now: datetime,
        *,
        consented: bool,
    ) -> None:
        """Set an update aside; `reason` names an error's class, and quotes nothing."""
        seen = shape(raw)
        row = {
            "participant_id": participant_id,
            "update_id": update_id,
            "reason": reason,
            "shape": seen if isinstance(seen, dict) else {"": seen},
            "sealed": self._seal(raw) if consented and participant_id else None,
            "at": now,
        }
        await self._transaction.put(_INSERT, row)

    async def prune(self, before: datetime) -> int:
        """Delete what was set aside before `before`, and return how many there were."""
        return await self._transaction.changed(delete(QuarantineRow).where(QuarantineRow.at < before))

    def _seal(self, raw: Any) -> bytes:
        # Escaped, for what is set aside may hold what no encoding takes, such as half a surrogate pair.
        plain = raw if isinstance(raw, bytes) else json.dumps(raw, default=repr).encode()
        return self._transaction.keyring.seal(plain)
