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
UNANSWERED_TRIES = 2
"""How often a message may leave without an answer. Telegram has no key by which a repeat would be known for one, so a
lost answer costs one repeat at most; what surely did not leave is tried for as long as it is owed."""
GIVE_UP_AFTER = timedelta(hours=24)


class NotSent(TelegramNetworkError):
    """There was no connection: nothing can have left."""


class Garbled(TelegramServerError):
    """What came back says yes and cannot be read."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it and gave it this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: after `seconds` where a time was named; `unsure` where it left, and may have arrived all the same."""

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
            return Later("network", unsure=not isinstance(error, NotSent))
        case Garbled():
            return Later("no readable answer", unsure=True)
        case TelegramServerError():
            return Later("server error")
        case _:
            return Later(type(error).__name__)


def wait(verdict: Later, attempts: int) -> timedelta:
    """Return how long the message rests after its `attempts`th try (from 1); never less than what Telegram named."""
    if verdict.seconds is not None:
        return min(timedelta(seconds=min(verdict.seconds, 1e6)), GIVE_UP_AFTER)
    return timedelta(seconds=min(FIRST_WAIT * 2.0 ** max(0, attempts - 1), LONGEST_WAIT))


def is_over(verdict: Later, unanswered: int, created_at: datetime, now: datetime) -> bool:
    """Say whether the message has been tried long enough; `unanswered` counts tries without an answer, this one too."""
    if verdict.unsure and unanswered >= UNANSWERED_TRIES:
        return True
    return now - created_at > GIVE_UP_AFTER
