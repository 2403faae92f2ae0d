"""Where Telegram brings updates: what it is told, what it says when asked, and what is wrong with that.

Whoever has the bot's token can lead its updates elsewhere, so what Telegram says is compared with what it was told.
No library of Telegram's is imported here: a command may look at the door, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from bot.kinds import ALLOWED_UPDATES

if TYPE_CHECKING:
    from aiogram import Bot

PATH: Final = "/telegram/webhook"
CONNECTIONS: Final = 40
"""How many updates Telegram may bring at the same time."""


class Astray(StrEnum):
    """What somebody else changed about the way of our updates."""

    ADDRESS = "address"
    SECRET = "secret"  # noqa: S105 - the name of it
    KINDS = "kinds"


@dataclass(frozen=True, slots=True)
class Registered:
    """What Telegram says of where updates go: the address or "", what waits, and its last trouble with us."""

    url: str
    pending: int
    kinds: frozenset[str]
    trouble: str = ""
    troubled_at: datetime | None = None

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> Registered:
        """Return what a WebhookInfo of the Bot API says."""
        at = info.get("last_error_date")
        return cls(
            str(info.get("url") or ""),
            int(info.get("pending_update_count") or 0),
            frozenset(map(str, info.get("allowed_updates") or ())),
            str(info.get("last_error_message") or ""),
            datetime.fromtimestamp(at, UTC) if isinstance(at, int) and at > 0 else None,
        )

    @property
    def base(self) -> str | None:
        """Our own base address within it, or the whole of a foreign one; None where updates wait to be asked for."""
        return self.url.removesuffix(PATH) or None


@dataclass(frozen=True, slots=True)
class Door:
    """The door of an installation; `secrets` are what Telegram may send back, the newest first.

    Without a `base` address Telegram calls nobody: we ask.
    """

    base: str | None
    secrets: Sequence[str] = ()

    @property
    def url(self) -> str:
        """The address Telegram is to call, "" for none."""
        return f"{self.base}{PATH}" if self.base else ""

    async def open(self, bot: Bot) -> None:
        """Tell Telegram to call us, or that we shall call; what waits there is kept in either case."""
        if not self.base:
            await bot.delete_webhook(drop_pending_updates=False)
            return
        await bot.set_webhook(
            self.url,
            secret_token=self.secrets[0],
            max_connections=CONNECTIONS,
            allowed_updates=list(ALLOWED_UPDATES),
            drop_pending_updates=False,
        )

    def astray(self, found: Registered, since: datetime) -> Astray | None:
        """Return what is not as Telegram was told at `since`, None when all is.

        A secret cannot be asked for: that it was changed shows in our own refusals.
        """
        if found.url != self.url:
            return Astray.ADDRESS
        if not self.base:
            return None
        if found.kinds != frozenset(ALLOWED_UPDATES):
            return Astray.KINDS
        refused = "401" in found.trouble and found.troubled_at is not None and found.troubled_at > since
        return Astray.SECRET if refused else None


async def look(bot: Bot) -> Registered:
    """Ask Telegram where updates go; raises aiogram's exceptions."""
    from bot.calls import Ready, call

    return Registered.of(await call(bot, Ready("getWebhookInfo", {})))
