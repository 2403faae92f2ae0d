"""What became of one message that was to be sent, whichever library sent it: the verdict, and how long to wait.

Pure: errors in, verdicts out. A reason is Telegram's own short sentence or an error's name, never a text of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
)

FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0
UNSURE_TRIES = 3
"""How often a message is sent of which nobody can say whether it arrived; a repeat is harmless, silence is not."""
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it and gave it this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: after `seconds` where Telegram named a time; `unsure` where it may have arrived all the same."""

    reason: str
    seconds: float | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The person cannot be reached: they blocked the bot, or the account is no more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take this message."""

    reason: str


Verdict = Sent | Later | Gone | Refused

_GONE_WORDS = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "peer_id_invalid")


def refusal(description: str) -> Gone | Refused:
    """Return the verdict of an answer of status 400, which sometimes means that nobody is there."""
    folded = description.casefold()
    return Gone(description[:200]) if any(w in folded for w in _GONE_WORDS) else Refused(description[:200])


def verdict(error: TelegramAPIError) -> Verdict:
    """Return what an error of aiogram means for the message."""
    match error:
        case TelegramRetryAfter():
            return Later("too many requests", float(error.retry_after))
        case TelegramForbiddenError():
            return Gone(error.message[:200])
        case TelegramBadRequest() | TelegramNotFound():
            return refusal(error.message)
        case TelegramMigrateToChat():
            return Refused("moved to a supergroup")
        case TelegramNetworkError():
            return Later("network", unsure="timeout" in error.message.casefold())
        case TelegramServerError():
            return Later("server error")
        case _:
            return Later(type(error).__name__)


def wait(verdict: Later, attempts: int) -> timedelta:
    """Return how long the message rests after its `attempts`th try (from 1)."""
    if verdict.seconds is not None:
        return timedelta(seconds=min(verdict.seconds, 3600.0))
    return timedelta(seconds=min(FIRST_WAIT * 2.0 ** max(0, attempts - 1), LONGEST_WAIT))


def is_over(verdict: Later, attempts: int, created_at: datetime, now: datetime) -> bool:
    """Say whether the message has been tried long enough."""
    if verdict.unsure and attempts >= UNSURE_TRIES:
        return True
    return now - created_at > GIVE_UP_AFTER
