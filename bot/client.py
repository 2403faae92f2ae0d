"""The way to Telegram for everything that answers an update: aiogram's Bot on a session that does little.

It posts JSON where no file travels, and reads no more of an answer than is used: aiogram's own session
encodes every call as a form and validates every object of every answer, which is most of what a reply
costs. Errors are aiogram's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import orjson
from aiogram import Bot
from aiogram.client.default import Default
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.types import InputFile
from aiohttp import (
    BytesPayload,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    TCPConnector,
)
from pydantic import BaseModel, ValidationError
from yarl import URL

from bot.calls import Call, Ready
from bot.decoding import decoded
from bot.delivery import Garbled, NotSent

Result = TypeVar("Result")

TIMEOUT: Final = 20.0
"""Seconds one call may take; a lease on an outbox row is longer than this."""
CONNECT_TIMEOUT: Final = 5.0
CONNECTIONS: Final = 100
JSON: Final = "application/json"

_BY_STATUS: Final[Mapping[int, type[TelegramAPIError]]] = {
    400: TelegramBadRequest,
    401: TelegramUnauthorizedError,
    403: TelegramForbiddenError,
    404: TelegramNotFound,
    409: TelegramConflictError,
    413: TelegramEntityTooLarge,
}
_NUMBERED: Final = frozenset({"sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup"})
"""Methods of whose answer only the message's number is used."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """What is read of a message sent or edited; to make a Message with everything in it takes half a millisecond."""

    message_id: int


class LeanSession(BaseSession):
    """A session that writes JSON and reads what is used."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url.rstrip("/")), timeout=TIMEOUT)
        self._http: ClientSession | None = None

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[Result],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> Result:
        """Call `method` and return its result; of a message sent or edited only the number is filled in.

        Raises aiogram's exceptions.
        """
        answer = await self._post(bot, method, parameters(method, bot), timeout)
        if method.__api_method__ in _NUMBERED and isinstance(answer, dict):
            return cast("Result", Numbered(int(answer.get("message_id") or 0)))
        if answer is True:
            return cast("Result", answer)
        return _validated(bot, method, answer)

    async def _post(
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        values: dict[str, Any],
        timeout: float | None,  # noqa: ASYNC109
    ) -> Any:
        files = {key: value for key, value in values.items() if isinstance(value, InputFile)}
        data = _form(values, files, bot) if files else BytesPayload(orjson.dumps(values), content_type=JSON)
        url = _address(self.api, bot.token, method.__api_method__)
        try:
            async with self._session().post(
                url, data=data, timeout=_limits(timeout), allow_redirects=False
            ) as response:
                content = await response.read()
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise NotSent(method=method, message=type(error).__name__) from None
        except TimeoutError:
            raise TelegramNetworkError(method=method, message="Request timeout error") from None
        except (ClientError, OSError) as error:
            # The library's own words may hold the address, and the address holds the token.
            raise TelegramNetworkError(method=method, message=type(error).__name__) from None
        return result(method, response.status, content)

    def _session(self) -> ClientSession:
        if self._http is None or self._http.closed:
            connector = TCPConnector(limit=CONNECTIONS, ttl_dns_cache=3600)
            self._http = ClientSession(
                connector=connector,
                cookie_jar=DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            )
        return self._http

    async def close(self) -> None:
        """Close every connection."""
        if self._http is not None and not self._http.closed:
            await self._http.close()
            await asyncio.sleep(0)

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """Yield the content of a file in chunks."""
        limits = ClientTimeout(total=timeout)
        async with self._session().get(
            url, headers=headers, timeout=limits, raise_for_status=raise_for_status
        ) as response:
            async for chunk in response.content.iter_chunked(chunk_size):
                yield chunk


@lru_cache(maxsize=64)
def _address(api: TelegramAPIServer, token: str, name: str) -> URL:
    """Return where a method is called; to take an address apart costs as much as to send there."""
    return URL(api.api_url(token=token, method=name))


@lru_cache(maxsize=16)
def _limits(seconds: float | None) -> ClientTimeout:
    return ClientTimeout(total=seconds or TIMEOUT, connect=CONNECT_TIMEOUT)


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without a reading of the updates: each is read by itself later."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = 0
    allowed_updates: list[str] | None = None


def create_bot(token: str, api_url: str) -> Bot:
    """Return aiogram's Bot on a lean session to the Bot API server at `api_url`."""
    return Bot(token, session=LeanSession(api_url))


# --- what is sent -------------------------------------------------------------------------------------


def parameters(method: Call, bot: Bot) -> dict[str, Any]:
    """Return the parameters of `method` as plain values and files, without what was left open."""
    if isinstance(method, Ready):
        return method.values
    return {name: _plain(value, bot) for name, value in _filled(method, bot)}


def _filled(model: BaseModel, bot: Bot) -> list[tuple[str, Any]]:
    extra = model.__pydantic_extra__ or {}
    given = [*model.__dict__.items(), *extra.items()]
    known = [(name, bot.default[v.name] if isinstance(v, Default) else v) for name, v in given]
    return [(name, value) for name, value in known if value is not None]


def _plain(value: Any, bot: Bot) -> Any:
    if isinstance(value, BaseModel):
        return {name: _plain(inner, bot) for name, inner in _filled(value, bot)}
    if isinstance(value, list | tuple):
        return [_plain(each, bot) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return round(value.timestamp())
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    return value


def _form(values: Mapping[str, Any], files: Mapping[str, InputFile], bot: Bot) -> FormData:
    form = FormData(quote_fields=False)
    for name, value in values.items():
        if name in files:
            form.add_field(name, files[name].read(bot), filename=files[name].filename or name)
        else:
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    return form


# --- what comes back ----------------------------------------------------------------------------------


def result(method: TelegramMethod[Any], status: int, content: bytes) -> Any:
    """Return the result inside an answer of the Bot API.

    Raises TelegramRetryAfter, the exception of the answer's status, or TelegramServerError for an answer
    that is none of Telegram's, such as a proxy's page.
    """
    answer = decoded(content)
    if not isinstance(answer, dict) or "ok" not in answer:
        if 400 <= status < 500:
            raise _BY_STATUS.get(status, TelegramAPIError)(method=method, message="not an answer of the Bot API")
        error = Garbled if status < 300 else TelegramServerError
        raise error(method=method, message=f"not an answer of the Bot API ({status})")
    if answer["ok"] is True and status < 300:
        return answer.get("result")
    raise _error(method, status, answer)


def _error(method: TelegramMethod[Any], status: int, answer: Mapping[str, Any]) -> TelegramAPIError:
    description = str(answer.get("description") or "no reason given")
    extra = answer.get("parameters")
    hints = extra if isinstance(extra, dict) else {}
    code = answer.get("error_code")
    status = code if isinstance(code, int) else status
    wait, moved = hints.get("retry_after"), hints.get("migrate_to_chat_id")
    if status == 429 or isinstance(wait, int | float):
        seconds = int(wait) if isinstance(wait, int | float) else 5
        return TelegramRetryAfter(method=method, message=description, retry_after=max(1, seconds))
    if isinstance(moved, int):
        return TelegramMigrateToChat(method=method, message=description, migrate_to_chat_id=moved)
    if status >= 500:
        return TelegramServerError(method=method, message=description)
    return _BY_STATUS.get(status, TelegramAPIError)(method=method, message=description)


def _validated(bot: Bot, method: TelegramMethod[Result], answer: Any) -> Result:
    if method.__api_method__ == "getUpdates":
        return cast("Result", answer if isinstance(answer, list) else [])
    try:
        whole = Response[method.__returning__].model_validate(  # type: ignore[name-defined]
            {"ok": True, "result": answer}, context={"bot": bot}
        )
    except ValidationError as error:
        # The library's error quotes what it read.
        raise ClientDecodeError("Failed to deserialize object", TypeError(error.title), None) from None
    return cast("Result", whole.result)
