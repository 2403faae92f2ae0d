"""What the bot sends and what is refused, row by row, with the words a bot meets in the field."""

from __future__ import annotations

from typing import Any

import aiogram
import httpx2
import pytest
import telegram as ptb
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from telegram.error import BadRequest, Forbidden, RetryAfter

from simulator import Fault, Limits, ManualClock, Phone, Telegram, add_citizen
from simulator.flood import Flood
from tests.simulator.harness import TOKEN

HOURS = 3600
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)


def _keyboard(data: str = "po", text: str = "Po") -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data}]]}


async def _refusal(http: httpx2.AsyncClient, method: str, **arguments: Any) -> tuple[int, str]:
    answer = await http.post(method, json=arguments)
    body = answer.json()
    assert body["ok"] is False
    assert body["error_code"] == answer.status_code
    return answer.status_code, body["description"]


async def _sent(http: httpx2.AsyncClient, **arguments: Any) -> dict[str, Any]:
    answer = await http.post("sendMessage", json=arguments)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return result


async def test_private_messages_are_numbered_in_one_rising_sequence(
    http: httpx2.AsyncClient, world: Telegram, ana: Phone
) -> None:
    """Row: all messages of a bot's private chats, in and out, are numbered in one rising sequence."""
    ben = add_citizen(world, "Ben")
    numbers = [ana.start().message_id, ben.start().message_id]
    numbers.append((await _sent(http, chat_id=ana.id, text="a"))["message_id"])
    numbers.append(ben.say("b")[0].message_id)
    numbers.append((await _sent(http, chat_id=ben.id, text="c"))["message_id"])
    assert numbers == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("arguments", "description"),
    [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": 1, "text": "x"}, "chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ({"chat_id": 0}, "message text is empty"),
        ({"chat_id": 0, "text": ""}, "message text is empty"),
        ({"chat_id": 0, "text": "\u2800 \u200b\n"}, "message text is empty"),
        ({"chat_id": 0, "text": "x" * 4097}, "message is too long"),
        ({"chat_id": 0, "text": "😀" * 2049}, "message is too long"),
        ({"chat_id": 0, "text": "x", "parse_mode": "wiki"}, "unsupported parse_mode"),
        ({"chat_id": 0, "text": "x", "reply_markup": _keyboard("ë" * 33)}, "BUTTON_DATA_INVALID"),
        ({"chat_id": 0, "text": "x", "reply_markup": _keyboard("")}, "BUTTON_DATA_INVALID"),
        ({"chat_id": 0, "text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"chat_id": 0, "text": "x", "reply_markup": [1]}, "object expected as reply markup"),
        ({"chat_id": 0, "text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ],
)
async def test_refusals_of_send_message(
    http: httpx2.AsyncClient, ana: Phone, arguments: dict[str, Any], description: str
) -> None:
    """Row: text 1 to 4096 UTF-16 units; callback_data 1 to 64 bytes, where ë and ç are two."""
    ana.start()
    if arguments.get("chat_id") == 0:
        arguments = arguments | {"chat_id": ana.id}
    assert await _refusal(http, "sendMessage", **arguments) == (400, f"Bad Request: {description}")


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048, "ë" * 4096])
async def test_the_longest_text_passes(http: httpx2.AsyncClient, ana: Phone, text: str) -> None:
    """Row: 4096 UTF-16 units are allowed, after the markup is taken out."""
    ana.start()
    marked = f"<b>{text}</b>"
    assert (await _sent(http, chat_id=ana.id, text=marked, parse_mode="HTML"))["text"] == text


async def test_sixty_four_bytes_of_data_pass(http: httpx2.AsyncClient, ana: Phone) -> None:
    """Row: 64 bytes are allowed."""
    ana.start()
    sent = await _sent(http, chat_id=ana.id, text="x", reply_markup=_keyboard("ë" * 32))
    assert sent["reply_markup"] == _keyboard("ë" * 32)


async def test_the_server_cleans_texts_and_moves_entities_along(http: httpx2.AsyncClient, ana: Phone) -> None:
    """Row: control characters become spaces, U+2028 to U+202E go, isolates and ZWJ stay."""
    ana.start()
    text = "  a\x07b\u202ec \u2068d\u2069 👩\u200d🔧 e\u0333!\r\n "
    sent = await _sent(http, chat_id=ana.id, text=text, entities=[{"type": "bold", "offset": 6, "length": 5}])
    assert sent["text"] == "a bc \u2068d\u2069 👩\u200d🔧 e!"
    assert sent["entities"] == [{"type": "bold", "offset": 3, "length": 5}]


async def test_a_blocked_bot_is_forbidden_to_write(bot: aiogram.Bot, sender: ptb.Bot, ana: Phone) -> None:
    """Row: 403 «bot was blocked by the user»; blocking arrives as my_chat_member too."""
    ana.start()
    ana.block()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(ana.id, "x")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await sender.send_message(ana.id, "x")
    updates = await bot.get_updates(allowed_updates=[])
    changes = [one.my_chat_member for one in updates if one.my_chat_member]
    assert [(one.old_chat_member.status, one.new_chat_member.status) for one in changes] == [("member", "kicked")]
    ana.unblock()
    assert (await bot.send_message(ana.id, "x")).text == "x"


async def test_a_deactivated_person_cannot_be_written_to(
    http: httpx2.AsyncClient, control: httpx2.AsyncClient, ana: Phone
) -> None:
    """Row: 403 «user is deactivated»."""
    ana.start()
    await control.patch(f"citizens/{ana.id}", json={"deactivated": True})
    refused = await _refusal(http, "sendMessage", chat_id=ana.id, text="x")
    assert refused == (403, "Forbidden: user is deactivated")


async def test_all_caps_403s_of_the_server_become_400(http: httpx2.AsyncClient, world: Telegram, ana: Phone) -> None:
    """Row: all-caps server 403s become 400."""
    ana.start()
    world.faults.add(Fault("error", "sendMessage", code=403, description="CHAT_WRITE_FORBIDDEN"))
    refused = await _refusal(http, "sendMessage", chat_id=ana.id, text="x")
    assert refused == (400, "Bad Request: CHAT_WRITE_FORBIDDEN")


async def test_429_says_when_to_come_back(bot: aiogram.Bot, sender: ptb.Bot, world: Telegram, ana: Phone) -> None:
    """Row: 429 carries parameters.retry_after."""
    ana.start()
    sentence = "Too Many Requests: retry after 17"
    world.faults.add(Fault("error", times=2, code=429, description=sentence, retry_after=17, chat_id=ana.id))
    with pytest.raises(TelegramRetryAfter) as refused:
        await bot.send_message(ana.id, "x")
    assert refused.value.retry_after == 17
    with pytest.raises(RetryAfter):
        await sender.send_message(ana.id, "x")
    assert (await bot.send_message(ana.id, "x")).text == "x"


async def test_sending_too_fast_is_refused_where_the_limits_are_on(
    http: httpx2.AsyncClient, world: Telegram, clock: ManualClock, ana: Phone
) -> None:
    """Row: ~30 a second overall, ~1 a second to one chat, 20 a minute to a group; long texts sooner."""
    world.flood = Flood(Limits(private=(1.0, 1.0)))
    ana.start()
    await _sent(http, chat_id=ana.id, text="x")
    assert (await _refusal(http, "sendMessage", chat_id=ana.id, text="x"))[0] == 429
    clock.advance(1)
    await _sent(http, chat_id=ana.id, text="x" * 501)
    clock.advance(1)
    assert (await _refusal(http, "sendMessage", chat_id=ana.id, text="x"))[0] == 429


async def test_an_unchanged_edit_is_refused(bot: aiogram.Bot, sender: ptb.Bot, ana: Phone) -> None:
    """Row: 400 «message is not modified…»."""
    ana.start()
    sent = await bot.send_message(ana.id, "x")
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.edit_message_text("x", chat_id=ana.id, message_id=sent.message_id)
    assert str(refused.value).endswith(NOT_MODIFIED)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sender.edit_message_reply_markup(ana.id, sent.message_id)
    edited = await bot.edit_message_text("y", chat_id=ana.id, message_id=sent.message_id)
    assert isinstance(edited, aiogram.types.Message)
    assert edited.edit_date is not None


async def test_what_cannot_be_edited(http: httpx2.AsyncClient, ana: Phone) -> None:
    """Editing needs an own message that is there."""
    own = ana.start()
    arguments: dict[str, Any] = {"chat_id": ana.id, "text": "x"}
    wrong = [
        ({}, "message identifier is not specified"),
        ({"message_id": 99}, "message to edit not found"),
        ({"message_id": own.message_id}, "message can't be edited"),
    ]
    for more, description in wrong:
        refused = await _refusal(http, "editMessageText", **arguments, **more)
        assert refused == (400, f"Bad Request: {description}")


async def test_a_press_has_one_answer_and_only_in_time(
    bot: aiogram.Bot, http: httpx2.AsyncClient, ana: Phone, clock: ManualClock
) -> None:
    """Row: «query is too old and response timeout expired or query ID is invalid»; answers of 0 to 200 characters."""
    ana.start()
    sent = await _sent(http, chat_id=ana.id, text="?", reply_markup=_keyboard())
    first, late = ana.press(sent["message_id"], "po"), ana.press(sent["message_id"], "po")
    too_long = await _refusal(http, "answerCallbackQuery", callback_query_id=first, text="x" * 201)
    assert too_long == (400, "Bad Request: MESSAGE_TOO_LONG")
    assert await bot.answer_callback_query(first, "x" * 200) is True
    for query in (first, late, "777"):
        clock.advance(80)
        with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired or query ID"):
            await bot.answer_callback_query(query)


async def test_only_young_messages_can_be_deleted(http: httpx2.AsyncClient, ana: Phone, clock: ManualClock) -> None:
    """Row: deleteMessage only < 48 h old, a person's messages too."""
    own = ana.start()
    sent = await _sent(http, chat_id=ana.id, text="x")
    clock.advance(47 * HOURS)
    assert (await http.post("deleteMessage", json=_place(ana, own.message_id))).json()["result"] is True
    clock.advance(2 * HOURS)
    refused = await _refusal(http, "deleteMessage", **_place(ana, sent["message_id"]))
    assert refused == (400, "Bad Request: message can't be deleted for everyone")
    gone = await _refusal(http, "deleteMessage", **_place(ana, own.message_id))
    assert gone == (400, "Bad Request: message to delete not found")


def _place(phone: Phone, message_id: int) -> dict[str, int]:
    return {"chat_id": phone.id, "message_id": message_id}


@pytest.mark.parametrize("method", ["noSuchMethod", "sendmessages"])
async def test_an_unknown_method_is_404(http: httpx2.AsyncClient, method: str) -> None:
    assert await _refusal(http, method) == (404, "Not Found")


async def test_a_wrong_token_is_401(address: str) -> None:
    async with httpx2.AsyncClient(verify=False) as client:
        for token in (f"{TOKEN}x", "1:WRONG", "ë"):
            answer = await client.get(f"{address}/bot{token}/getMe")
            assert answer.status_code == 401
            assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize("kind", ["json", "form", "multipart", "query"])
async def test_arguments_come_in_four_ways_and_numbers_may_be_text(
    http: httpx2.AsyncClient, ana: Phone, kind: str
) -> None:
    """JSON, urlencoded, multipart and the address itself; method names in any capitals; unknown ones ignored."""
    ana.start()
    arguments = {"chat_id": str(ana.id), "text": "Përshëndetje", "no_such_thing": "1"}
    answer = await {
        "json": lambda: http.post("SENDMESSAGE", json=arguments),
        "form": lambda: http.post("sendmessage", data=arguments),
        "multipart": lambda: http.post("sendMessage", files={k: (None, v) for k, v in arguments.items()}),
        "query": lambda: http.get("sendMessage", params=arguments),
    }[kind]()
    assert answer.json()["result"]["text"] == "Përshëndetje"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 10_000])
async def test_bad_json_is_a_400(http: httpx2.AsyncClient, body: bytes) -> None:
    answer = await http.post("sendMessage", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_a_lost_answer_leaves_the_message_sent(http: httpx2.AsyncClient, world: Telegram, ana: Phone) -> None:
    """Row: sendMessage has no idempotency key: who repeats after a lost answer sends twice."""
    ana.start()
    world.faults.add(Fault("lost", "sendMessage"))
    with pytest.raises(httpx2.RemoteProtocolError):
        await http.post("sendMessage", json={"chat_id": ana.id, "text": "x"})
    await _sent(http, chat_id=ana.id, text="x")
    assert [one["text"] for one in ana.messages()] == ["/start", "x", "x"]


async def test_reply_keyboards_are_shown_and_put_away(http: httpx2.AsyncClient, ana: Phone) -> None:
    """Reply keyboards live under the text field and never in a Message."""
    ana.start()
    keyboard = {"keyboard": [["Po", {"text": "Jo"}]], "resize_keyboard": True}
    sent = await _sent(http, chat_id=ana.id, text="?", reply_markup=keyboard)
    assert "reply_markup" not in sent
    assert _shown(ana) == {"keyboard": [[{"text": "Po"}, {"text": "Jo"}]], "resize_keyboard": True}
    await _sent(http, chat_id=ana.id, text="!", reply_markup={"remove_keyboard": True})
    assert _shown(ana) is None
    await _sent(http, chat_id=ana.id, text="?", reply_markup=keyboard | {"one_time_keyboard": True})
    ana.say("Po")
    assert _shown(ana) is None


def _shown(phone: Phone) -> dict[str, Any] | None:
    return phone.citizen.keyboard
