"""A lean Bot API: it takes what bots ask for, numbers what they send, and shows it to the citizens.

The methods that a bot calls for every update are answered in a few microseconds; every other method gets `true`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from benchmarks.load import updates
from benchmarks.load.citizens import Crowd
from benchmarks.load.doors import Queue
from benchmarks.load.scripts import Shown
from benchmarks.load.tally import Tally
from benchmarks.load.wire import Framer, answer, parameters

TRUE: Final = answer(b'{"ok":true,"result":true}')
ME: Final = answer(b'{"ok":true,"result":%s}' % updates.ME)
NO_WEBHOOK: Final = answer(
    b'{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}}',
)
Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a bot wants its updates; without `url` it will ask for them."""

    url: str
    secret: str


class Sink:
    """The methods of the Bot API, and who hears of them."""

    def __init__(self, crowd: Crowd, tally: Tally, numbers: updates.Numbers, *, edits_are_read: bool) -> None:
        self._crowd = crowd
        self._tally = tally
        self._numbers = numbers
        self._edits_are_read = edits_are_read
        self.queue = Queue()
        self.webhook: asyncio.Future[Webhook] = asyncio.get_running_loop().create_future()
        """How the bot wants its updates, as soon as it has said so."""
        self._methods: dict[bytes, Callable[[Parameters], bytes]] = {
            b"sendMessage": self._send,
            b"sendDocument": self._send,
            b"editMessageText": self._edit,
            b"editMessageReplyMarkup": self._edit,
            b"getMe": lambda _: ME,
            b"getWebhookInfo": lambda _: NO_WEBHOOK,
            b"setWebhook": self._set_webhook,
        }

    def call(self, head: bytes, body: bytes, transport: asyncio.Transport) -> None:
        """Answer one call of a bot."""
        self._tally.called()
        target, _, query = head[: head.find(b" HTTP/")].partition(b"?")
        name = target[target.rfind(b"/") + 1 :]
        if name == b"getUpdates":
            self._get_updates(parameters(head, body or query), transport)
            return
        method = self._methods.get(name)
        transport.write(method(parameters(head, body or query)) if method else TRUE)

    def call_in_response(self, head: bytes, body: bytes) -> None:
        """Do what a bot asked for in the response to an update."""
        values = parameters(head, body)
        method = self._methods.get(str(values.get("method", "")).encode())
        if method:
            self._tally.called()
            method(values)

    def _get_updates(self, values: Parameters, transport: asyncio.Transport) -> None:
        self._open(Webhook("", ""))
        offset, limit = int(values.get("offset") or 0), int(values.get("limit") or 100)
        self.queue.ask(transport, offset, limit, float(values.get("timeout") or 0))

    def _set_webhook(self, values: Parameters) -> bytes:
        self._open(Webhook(values.get("url", ""), values.get("secret_token", "")))
        return TRUE

    def _open(self, webhook: Webhook) -> None:
        if not self.webhook.done():
            self.webhook.set_result(webhook)

    def _send(self, values: Parameters) -> bytes:
        chat = int(values["chat_id"])
        shown = _shown(self._numbers.message(), chat, values)
        self._crowd.hear(chat, shown)
        return answer(b'{"ok":true,"result":%s}' % shown.raw)

    def _edit(self, values: Parameters) -> bytes:
        chat = int(values["chat_id"])
        shown = _shown(int(values["message_id"]), chat, values)
        if self._edits_are_read and shown.text:
            self._crowd.hear(chat, shown)
        return answer(b'{"ok":true,"result":%s}' % shown.raw)


def _shown(number: int, chat: int, values: Parameters) -> Shown:
    text = values.get("text") or values.get("caption") or ""
    keyboard, options = _keyboard(values.get("reply_markup"))
    return Shown(number, text, options, updates.message(number, chat, text, _json(values.get("entities")), keyboard))


def _keyboard(given: Any) -> tuple[bytes, tuple[str, ...]]:
    """Return an inline keyboard as JSON, and what its buttons carry."""
    if not given:
        return b"", ()
    markup = orjson.loads(given) if isinstance(given, str) else given
    rows = markup.get("inline_keyboard")
    if not rows:
        return b"", ()
    return orjson.dumps(markup), tuple(each["callback_data"] for row in rows for each in row)


def _json(given: Any) -> bytes:
    if not given:
        return b""
    return given.encode() if isinstance(given, str) else orjson.dumps(given)


class Connection(asyncio.Protocol):
    """One connection of a bot to the Bot API."""

    __slots__ = ("_framer", "_sink", "_transport")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._framer = Framer()

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.Transport = transport

    def data_received(self, data: bytes) -> None:
        for head, body in self._framer.feed(data):
            self._sink.call(head, body, self._transport)
