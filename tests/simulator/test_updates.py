"""Every kind of update a person can cause, read by three independent readers.

They are our own description of the Bot API, aiogram and PTB.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import aiogram
import httpx2
import pytest
import telegram as ptb

from simulator import ApiError, ManualClock, Phone, Telegram, Upload, add_citizen, add_group, media, set_bot
from simulator.methods import call
from simulator.params import Params
from tests.simulator.bot_api import mismatches

HOURS = 3600
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"
PHOTO = Upload("a.png", "image/png", PNG)
VOICE = Upload("v.oga", "audio/ogg", b"OggS\0\0\0\0")


def _ask(phone: Phone) -> int:
    phone.start()
    keyboard = {"inline_keyboard": [[{"text": "Po", "callback_data": "po"}, {"text": "Faqja", "url": "https://x.al"}]]}
    sent = call(phone.telegram, "sendMessage", Params({"chat_id": phone.id, "text": "?", "reply_markup": keyboard}))
    return int(sent["message_id"])


def _edit(phone: Phone) -> None:
    phone.edit(phone.say("një")[0].message_id, "dy /help https://x.al @dikush_tjeter #tema a@b.al")


def _press_deleted(phone: Phone) -> None:
    number = _ask(phone)
    call(phone.telegram, "deleteMessage", Params({"chat_id": phone.id, "message_id": number}))
    phone.press(number, "po")


def _group(phone: Phone) -> None:
    other = add_citizen(phone.telegram, "Ben")
    group = add_group(phone.telegram, "Lagjja", [phone, other])
    phone.say("/start@simulated_bot", group_id=group.id)
    set_bot(phone.telegram, group.id, other, "kicked")


POLL = {"question": "Kur?", "options": ["E hënë", "E premte"]}
ACTS: dict[str, Callable[[Phone], Any]] = {
    "start with a payload": lambda phone: phone.start("digital-governance-ideas"),
    "text": lambda phone: phone.say("Përshëndetje 👩‍👩‍👧, shkruani /help"),
    "reply": lambda phone: phone.say("po", reply_to=phone.start().message_id),
    "edit": _edit,
    "edit of nothing visible": lambda phone: phone.touch(phone.say("një")[0].message_id),
    "press": lambda phone: phone.press(_ask(phone), "po"),
    "press on a deleted message": _press_deleted,
    "block": Phone.block,
    "photo": lambda phone: media.send_file(phone, PHOTO, "photo", "Rruga <b> /help"),
    "voice": lambda phone: media.send_file(phone, VOICE, "voice", duration=7),
    "document": lambda phone: media.send_file(phone, Upload("a.pdf", "application/pdf", b"%PDF")),
    "album": lambda phone: media.send_album(phone, [PHOTO, PHOTO, PHOTO], "Tri"),
    "sticker": lambda phone: media.simple(phone, "sticker", {}),
    "contact": lambda phone: media.simple(phone, "contact", {}),
    "location": lambda phone: media.simple(phone, "location", {}),
    "poll": lambda phone: media.simple(phone, "poll", POLL),
    "dice": lambda phone: media.simple(phone, "dice", {}),
    "forward": lambda phone: media.simple(phone, "forward", {"text": "Lajm", "sender": "Dikush"}),
    "group": _group,
}


@pytest.mark.parametrize("act", ACTS)
async def test_every_update_is_read_alike_by_all(
    http: httpx2.AsyncClient, world: Telegram, ana: Phone, act: str
) -> None:
    """Strictly by the Bot API's description, by aiogram's types and by PTB's."""
    ACTS[act](ana)
    answer = (await http.get("getUpdates")).json()
    assert answer["result"]
    for update in answer["result"]:
        assert mismatches(update, "Update") == []
        ours = aiogram.types.Update.model_validate(update)
        theirs = ptb.Update.de_json(json.loads(json.dumps(update)), None)
        assert ours.update_id == theirs.update_id == update["update_id"]
        assert _extras(ours) == set()
        assert theirs.effective_chat is not None


def _extras(value: Any) -> set[str]:
    """Return the fields that aiogram does not know, anywhere inside."""
    if isinstance(value, list):
        return {name for one in value for name in _extras(one)}
    if not isinstance(value, aiogram.types.TelegramObject):
        return set()
    inner = {name for _, one in value for name in _extras(one)}
    return set(value.model_extra or ()) | inner


async def test_updates_as_aiogram_fetches_them(bot: aiogram.Bot, ana: Phone) -> None:
    """The whole way: aiogram's own getUpdates over HTTP."""
    for act in ACTS.values():
        act(ana)
        ana.unblock()
    assert len(await bot.get_updates(limit=100)) >= len(ACTS)


async def test_updates_as_ptb_fetches_them(sender: ptb.Bot, ana: Phone) -> None:
    """The whole way: PTB's own get_updates over HTTP."""
    for act in ACTS.values():
        act(ana)
        ana.unblock()
    assert len(await sender.get_updates(limit=100)) >= len(ACTS)


async def test_an_edit_that_the_bot_cannot_see_still_comes(bot: aiogram.Bot, ana: Phone) -> None:
    """Row: `edited_message` may come for changes the bot cannot see: the text is the same."""
    message = ana.say("një")[0]
    ana.touch(message.message_id)
    first, second = await bot.get_updates()
    assert first.message
    assert second.edited_message
    assert first.message.text == second.edited_message.text


def test_a_person_can_edit_for_48_hours(world: Telegram, clock: ManualClock, ana: Phone) -> None:
    """Row: a person can edit a message for about 48 hours."""
    message = ana.say("një")[0]
    clock.advance(48 * HOURS)
    assert ana.edit(message.message_id, "dy").payload["text"] == "dy"
    clock.advance(1)
    with pytest.raises(ApiError, match="can't be edited"):
        ana.edit(message.message_id, "tre")


async def test_an_old_message_reaches_a_press_as_a_shell(
    bot: aiogram.Bot, sender: ptb.Bot, ana: Phone, clock: ManualClock
) -> None:
    """Row: old messages reach callbacks as `InaccessibleMessage` with `date: 0`."""
    number = _ask(ana)
    clock.advance(49 * HOURS)
    ana.press(number, "po")
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert isinstance(update.callback_query.message, aiogram.types.InaccessibleMessage)
    (same,) = await sender.get_updates()
    assert same.callback_query
    assert same.callback_query.message
    assert same.callback_query.message.date.timestamp() == 0  # PTB keeps it as a Message


def test_what_is_hidden_on_the_own_side_is_never_told(world: Telegram, ana: Phone) -> None:
    """A person deletes a message for themselves; the bot never learns."""
    message = ana.say("një")[0]
    waiting = len(world.queue)
    ana.hide(message.message_id)
    assert ana.messages() == []
    assert len(world.queue) == waiting


def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(world: Telegram, ana: Phone) -> None:
    """Privacy mode: commands, mentions and answers to the bot, nothing else; numbering of its own."""
    group = add_group(world, "Lagjja", [ana])
    before = len(world.queue)
    ana.say("mes nesh", group_id=group.id)
    assert len(world.queue) == before
    ana.say("/start", group_id=group.id)
    ana.say("hej @simulated_bot", group_id=group.id)
    assert len(world.queue) == before + 2
    assert [one.message_id for one in world.state.chat_messages(group.id)] == [1, 2, 3, 4]


@pytest.mark.parametrize(("language", "told"), [("sq", "sq"), ("en", "en"), ("", None)])
def test_telegram_tells_the_language_only_where_it_is_set(world: Telegram, language: str, told: str | None) -> None:
    phone = add_citizen(world, "Ana", language_code=language)
    assert phone.start().payload["from"].get("language_code") == told
