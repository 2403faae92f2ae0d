"""aiogram's types, each built when it is first used.

Importing aiogram has pydantic build some 350 types one after another, most of which no bot meets: four fifths of
the time an import takes, and half the memory. Here that order is put off: pydantic builds a type at its first use
anyway, given the names its annotations speak of. Only documented means are used (`model_rebuild` and its
`_types_namespace`), and a program that has imported aiogram already is left as it is.
"""

from __future__ import annotations

import sys
from typing import Any

from pydantic import BaseModel

__all__ = ["build", "put_off"]


def put_off() -> None:
    """Import aiogram with its types unbuilt; from then on each is built at its first use."""
    if "aiogram" in sys.modules:
        return
    asked: list[dict[str, Any]] = []

    def later(_model: type[Any], /, *, _types_namespace: dict[str, Any], **_: Any) -> None:
        asked.append(_types_namespace)

    at_once = BaseModel.__dict__["model_rebuild"]
    setattr(BaseModel, "model_rebuild", classmethod(later))  # noqa: B010 - a class attribute, not a method of ours
    try:
        from aiogram.methods import TelegramMethod
        from aiogram.types import TelegramObject
    finally:
        setattr(BaseModel, "model_rebuild", at_once)  # noqa: B010
    names = asked[0]

    def now(model: type[Any], /, *, _types_namespace: dict[str, Any] | None = None, **asking: Any) -> bool | None:
        asking.pop("_parent_namespace_depth", None)
        given = {**names, **(_types_namespace or {})}
        built: bool | None = at_once.__func__(model, _types_namespace=given, **asking)
        return built

    for family in (TelegramObject, TelegramMethod):
        setattr(family, "model_rebuild", classmethod(now))  # noqa: B010


def build(*models: type[BaseModel]) -> None:
    """Build these types now rather than while somebody waits for an answer."""
    for model in models:
        model.model_rebuild()
