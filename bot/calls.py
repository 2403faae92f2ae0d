"""Calls of the Bot API whose parameters are at hand as plain values, through aiogram's Bot like any of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from aiogram import Bot
from aiogram.methods import TelegramMethod


@dataclass(frozen=True, slots=True)
class Ready:
    """A call whose parameters are plain values already, as an outbox row has them: nothing is read twice.

    aiogram's Bot takes it as it takes its own methods, of which its session alone looks inside.
    """

    name: str
    values: dict[str, Any]

    __returning__ = Any

    @property
    def __api_method__(self) -> str:
        """The method's name."""
        return self.name


Call = TelegramMethod[Any] | Ready


async def call(bot: Bot, method: Call) -> Any:
    """Have `bot` call `method` and return its result; raises aiogram's exceptions."""
    return await bot(cast("TelegramMethod[Any]", method))
