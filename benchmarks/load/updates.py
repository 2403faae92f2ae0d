"""Updates as Telegram writes them, and the numbers it gives: one rising sequence for all messages of a bot."""

from __future__ import annotations

import time
from itertools import count
from typing import Final

import orjson

BOT_ID: Final = 4242424242
TOKEN: Final = f"{BOT_ID}:BenchmarkTokenBenchmarkTokenBenchmarks"
ME: Final = b'{"id":%d,"is_bot":true,"first_name":"Bench","username":"bench_bot"}' % BOT_ID

APART: Final = 10_000_000
"""How far the numbers of one series lie from those of the next."""
_PERSON: Final = b'{"id":%d,"is_bot":false,"first_name":"Ana","last_name":"Hoxha","language_code":"sq"}'
_CHAT: Final = b'{"id":%d,"first_name":"Ana","last_name":"Hoxha","type":"private"}'
_TEXT: Final = (
    b'{"update_id":%d,"message":{"message_id":%d,"from":' + _PERSON + b',"chat":' + _CHAT + b',"date":%d,"text":%s%s}}'
)
_PRESS: Final = (
    b'{"update_id":%d,"callback_query":{"id":"%d","from":' + _PERSON + b',"message":%s,'
    b'"chat_instance":"-4611686018427387904","data":%s}}'
)
_SHOWN: Final = b'{"message_id":%d,"from":' + ME + b',"chat":' + _CHAT + b',"date":%d,"text":%s%s%s}'
_COMMAND: Final = b',"entities":[{"offset":0,"length":%d,"type":"bot_command"}]'


class Numbers:
    """The sequences of one bot: its updates, the messages of all its private chats, and who writes to it."""

    def __init__(self, series: int = 0) -> None:
        past = series * APART
        self.update = count(700_000_001 + past).__next__
        self.message = count(1001 + past).__next__
        self.chat = count(5_000_000_001 + past).__next__


def text(number: int, message: int, chat: int, words: str) -> bytes:
    """Return update `number`: somebody wrote `words` as `message`."""
    marks = _COMMAND % len(words.split(" ", 1)[0]) if words.startswith("/") else b""
    return _TEXT % (number, message, chat, chat, int(time.time()), orjson.dumps(words), marks)


def press(number: int, chat: int, shown: bytes, data: str) -> bytes:
    """Return update `number`: somebody pressed the button that carries `data` under the message `shown`."""
    return _PRESS % (number, number, chat, shown, orjson.dumps(data))


def message(number: int, chat: int, words: str, entities: bytes, keyboard: bytes) -> bytes:
    """Return message `number` of the bot as Telegram shows it; `entities` and `keyboard` are JSON or empty."""
    marks = b',"entities":' + entities if entities else b""
    below = b',"reply_markup":' + keyboard if keyboard else b""
    return _SHOWN % (number, chat, int(time.time()), orjson.dumps(words), marks, below)
