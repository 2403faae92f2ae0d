"""One question to Telegram with the standard library alone, for a command that looks and ends.

Nothing is retried and nothing is followed elsewhere; no error says the token, which stands in the address.
"""

from __future__ import annotations

import asyncio
import http.client
from typing import Any, Final
from urllib.parse import urlsplit

from bot.decoding import decoded
from bot.door import Registered

SECONDS: Final = 8.0


class NoAnswer(Exception):
    """Telegram was not reached, or what came was no answer of its."""


class UnknownToken(Exception):
    """Telegram does not know the bot's token."""


async def identify(token: str, api_url: str) -> str:
    """Return the bot's user name as Telegram knows it; raises NoAnswer or UnknownToken."""
    return str((await _asked(token, api_url, "getMe")).get("username") or "")


async def registered(token: str, api_url: str) -> Registered:
    """Return where Telegram brings the updates of the bot with `token`; raises NoAnswer or UnknownToken."""
    return Registered.of(await _asked(token, api_url, "getWebhookInfo"))


async def _asked(token: str, api_url: str, method: str) -> dict[str, Any]:
    status, content = await asyncio.to_thread(_fetched, f"{api_url}/bot{token}/{method}")
    answer = decoded(content)
    if status in (401, 404):
        raise UnknownToken
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        raise NoAnswer(f"status {status}")
    return result


def _fetched(address: str) -> tuple[int, bytes]:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read(1024 * 1024)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        connection.close()
