"""stub."""

from __future__ import annotations

from dialogs.documents import Documents
from dialogs.yamlpath import Issue

__all__ = ["Issue", "inspect"]


def inspect(documents: Documents) -> tuple[Issue, ...]:
    """Stub."""
    return tuple(documents.issues)
