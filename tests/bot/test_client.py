"""The lean session against a real Bot API server: what it sends, what it reads, what it makes of trouble."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetMe, SendMessage
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.client import RawUpdates, create_bot, parameters, result
from simulator import Fault, Telegram, add_citizen
from tests.bot.conftest import TOKEN

METHOD = SendMessage(chat_id=1, text="x")


async def test_of_a_message_sent_the_number_is_read(telegram: Telegram, bot: Bot) -> None:
    ana = add_citizen(telegram, "Ana")
    ana.start()
    sent = await bot.send_message(ana.id, "Përshëndetje <b>&", parse_mode=None)
    assert sent.message_id == ana.messages()[-1]["message_id"]
    assert ana.messages()[-1]["text"] == "Përshëndetje <b>&"


async def test_other_answers_are_read_whole(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (4242, True, "kuvendo_bot")
    assert await bot.set_my_name("Kuvendo") is True
    assert (await bot.get_my_name()).name == "Kuvendo"


async def test_files_travel_as_forms(telegram: Telegram, bot: Bot) -> None:
    ana = add_citizen(telegram, "Ana")
    ana.start()
    await bot.send_document(ana.id, BufferedInputFile("ç".encode(), "të dhënat.json"), caption="ja")
    document = ana.messages()[-1]["document"]
    assert (document["file_name"], ana.messages()[-1]["caption"]) == ("të dhënat.json", "ja")
    file = await bot.get_file(document["file_id"])
    content = await bot.download_file(file.file_path or "")
    assert content is not None
    assert content.read() == "ç".encode()


async def test_updates_come_raw(telegram: Telegram, bot: Bot) -> None:
    ana = add_citizen(telegram, "Ana")
    ana.say("një")
    (update,) = await bot(RawUpdates(timeout=0))
    assert update["message"]["text"] == "një"


def test_parameters_leave_out_what_is_open() -> None:
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="a", callback_data="1:a")]])
    method = SendMessage(
        chat_id=1, text="x", entities=[MessageEntity(type="bold", offset=0, length=1)], reply_markup=keyboard
    )
    assert parameters(method, Bot(TOKEN)) == {
        "chat_id": 1,
        "text": "x",
        "entities": [{"type": "bold", "offset": 0, "length": 1}],
        "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "1:a"}]]},
    }


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (400, b'{"ok":false,"error_code":400,"description":"Bad"}', TelegramBadRequest),
        (401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}', TelegramUnauthorizedError),
        (403, b'{"ok":false,"error_code":403,"description":"blocked"}', TelegramForbiddenError),
        (404, b'{"ok":false,"error_code":404,"description":"Not Found"}', TelegramNotFound),
        (409, b'{"ok":false,"error_code":409,"description":"Conflict"}', TelegramConflictError),
        (500, b'{"ok":false,"error_code":500,"description":"restart"}', TelegramServerError),
        (418, b'{"ok":false,"description":null}', TelegramAPIError),
        (400, b'{"ok":false,"error_code":400,"parameters":{"migrate_to_chat_id":-5}}', TelegramMigrateToChat),
        (502, b"<html>Bad Gateway</html>", TelegramServerError),
        (200, b"<html>", TelegramServerError),
        (200, b"[]", TelegramServerError),
        (200, b"", TelegramServerError),
        (404, b"<html>", TelegramNotFound),
    ],
)
def test_refusals_are_aiograms(status: int, content: bytes, error: type[TelegramAPIError]) -> None:
    with pytest.raises(error) as caught:
        result(METHOD, status, content)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "seconds"), [({"retry_after": 7}, 7), ({}, 5), ({"retry_after": 0}, 1), ({"retry_after": 2.5}, 2)]
)
def test_a_wait_is_a_wait(parameters: dict[str, Any], seconds: int) -> None:
    import json

    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}
    with pytest.raises(TelegramRetryAfter) as caught:
        result(METHOD, 429, json.dumps(body).encode())
    assert caught.value.retry_after == seconds


async def test_nobody_at_home_is_a_network_error_without_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    bot = create_bot(TOKEN, f"http://127.0.0.1:{port}")
    with pytest.raises(TelegramNetworkError) as caught:
        await bot.get_me()
    await bot.session.close()
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in f"{error} {error!r}"
        error = error.__cause__


@pytest.mark.parametrize("kind", ["half", "lost", "html"])
async def test_broken_answers_are_told_as_such(telegram: Telegram, bot: Bot, kind: Any) -> None:
    telegram.faults.add(Fault(kind, "getme"))
    with pytest.raises((TelegramNetworkError, TelegramServerError)):
        await bot.get_me()
    assert (await bot.get_me()).id == 4242


async def test_an_answer_of_another_shape_is_an_error_that_quotes_nothing(
    telegram: Telegram, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "bot_user", lambda: {"ZQX": 1})
    with pytest.raises(AiogramError) as caught:
        await bot(GetMe())
    assert "ZQX" not in str(caught.value.args)
