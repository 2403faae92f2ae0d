"""The methods with a result of their own, through both clients; every answer is also checked on its way."""

from __future__ import annotations

import json

import aiogram
import httpx2
import pytest
import telegram as ptb
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BufferedInputFile, ReplyParameters
from aiogram.types import InlineKeyboardButton as Button
from aiogram.types import InlineKeyboardMarkup as Keyboard

from simulator import Phone, Telegram, Upload, add_group, media
from tests.simulator.bot_api import RESULTS
from tests.simulator.harness import TOKEN
from tests.simulator.test_updates import PNG, VOICE


async def test_get_me(bot: aiogram.Bot, sender: ptb.Bot) -> None:
    me, same = await bot.get_me(), await sender.get_me()
    assert me.is_bot
    assert (me.id, me.username) == (same.id, same.username) == (4242, "simulated_bot")


async def test_commands_by_scope_and_language(bot: aiogram.Bot, sender: ptb.Bot, world: Telegram, ana: Phone) -> None:
    """Row: commands per language; who has none of their own sees the common ones."""
    scope = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand(command="start", description="Begin")])
    albanian = [BotCommand(command="start", description="Fillo")]
    await bot.set_my_commands(albanian, scope=scope, language_code="sq")
    assert await bot.get_my_commands(scope=scope, language_code="sq") != []
    (shown,) = await bot.get_my_commands(scope=scope, language_code="sq")
    assert shown.description == "Fillo"
    assert await bot.get_my_commands(scope=scope, language_code="en") == []
    assert [one.description for one in await sender.get_my_commands()] == ["Begin"]
    await bot.delete_my_commands(scope=scope, language_code="sq")
    assert await bot.get_my_commands(scope=scope, language_code="sq") == []


@pytest.mark.parametrize("command", [{"command": "Çfarë", "description": "x"}, {"command": "a", "description": ""}])
async def test_wrong_commands_are_refused(http: httpx2.AsyncClient, command: dict[str, str]) -> None:
    answer = await http.post("setMyCommands", json={"commands": [command]})
    assert answer.json()["description"].startswith("Bad Request: BOT_COMMAND")


async def test_names_and_descriptions_by_language(bot: aiogram.Bot, sender: ptb.Bot) -> None:
    await bot.set_my_name("Consultations")
    await bot.set_my_name("Konsultime", language_code="sq")
    await bot.set_my_description("Përshkrim", language_code="sq")
    await bot.set_my_short_description("I shkurtër")
    assert (await bot.get_my_name(language_code="sq")).name == "Konsultime"
    assert (await sender.get_my_name(language_code="en")).name == "Consultations"
    assert (await bot.get_my_description(language_code="sq")).description == "Përshkrim"
    assert (await sender.get_my_description()).description == ""
    assert (await sender.get_my_short_description(language_code="sq")).short_description == "I shkurtër"


async def test_menu_button(bot: aiogram.Bot, sender: ptb.Bot, ana: Phone) -> None:
    await bot.set_chat_menu_button(menu_button=aiogram.types.MenuButtonCommands())
    assert (await sender.get_chat_menu_button()).type == "commands"


async def test_files_go_out_and_come_back(bot: aiogram.Bot, sender: ptb.Bot, world: Telegram, ana: Phone) -> None:
    """Row: files: upload, file_id, getFile, download."""
    ana.start()
    content = "Të dhënat tuaja".encode()
    sent = await bot.send_document(ana.id, BufferedInputFile(content, "te-dhenat.json"), caption="<b>Ja</b>")
    assert sent.document
    assert sent.document.file_name == "te-dhenat.json"
    again = await sender.send_document(ana.id, sent.document.file_id)
    assert again.document
    file = await sender.get_file(again.document.file_id)
    assert bytes(await file.download_as_bytearray()) == content
    media.send_file(ana, VOICE, "voice", duration=3)
    (*_, update) = await bot.get_updates()
    assert update.message
    assert update.message.voice
    download = await bot.download(update.message.voice)
    assert download is not None
    assert download.read() == VOICE.content


async def test_pictures_and_voices_of_the_bot(bot: aiogram.Bot, sender: ptb.Bot, ana: Phone) -> None:
    ana.start()
    picture = await bot.send_photo(ana.id, BufferedInputFile(PNG, "a.png"))
    assert picture.photo
    assert (picture.photo[-1].width, picture.photo[-1].height) == (640, 480)
    voice = await sender.send_voice(ana.id, VOICE.content, duration=2)
    assert voice.voice is not None


@pytest.mark.parametrize(
    ("data", "files", "description"),
    [
        ({}, None, "there is no document in the request"),
        ({"document": "nonsense"}, None, "wrong file identifier/HTTP URL specified"),
        ({}, {"document": ("a", b"")}, "file must be non-empty"),
        ({"caption": "x" * 1025}, {"document": ("a", b"x")}, "message caption is too long"),
    ],
)
async def test_wrong_files_are_refused(
    http: httpx2.AsyncClient,
    ana: Phone,
    data: dict[str, str],
    files: dict[str, tuple[str, bytes]] | None,
    description: str,
) -> None:
    ana.start()
    answer = await http.post("sendDocument", data={"chat_id": str(ana.id), **data}, files=files)
    assert answer.json()["description"] == f"Bad Request: {description}"


async def test_a_file_needs_the_token_too(address: str, world: Telegram, ana: Phone) -> None:
    media.send_file(ana, Upload("a.txt", "text/plain", b"fshehur"))
    path = next(iter(world.state.files.values())).path
    async with httpx2.AsyncClient(verify=False) as client:
        assert (await client.get(f"{address}/file/bot1:NO/{path}")).status_code == 401
        assert (await client.get(f"{address}/file/bot{TOKEN}/{path}")).content == b"fshehur"
        assert (await client.get(f"{address}/file/bot{TOKEN}/documents/no")).status_code == 404


async def test_chats_and_members(bot: aiogram.Bot, sender: ptb.Bot, world: Telegram, ana: Phone) -> None:
    ana.start()
    group = add_group(world, "Lagjja", [ana])
    assert (await bot.get_chat(ana.id)).first_name == "Ana"
    assert (await sender.get_chat(group.id)).title == "Lagjja"
    assert (await bot.get_chat_member(group.id, ana.id)).status == "member"
    assert (await sender.get_chat_member(group.id, 4242)).status == "member"
    message = await bot.send_message(group.id, "Më shkruani privatisht: https://t.me/simulated_bot")
    assert message.chat.type == "supergroup"
    assert await bot.leave_chat(group.id) is True
    with pytest.raises(aiogram.exceptions.TelegramForbiddenError, match="not a member of the supergroup chat"):
        await bot.send_message(group.id, "x")


async def test_typing_answers_and_keyboards(bot: aiogram.Bot, sender: ptb.Bot, ana: Phone) -> None:
    start = ana.start()
    assert await bot.send_chat_action(ana.id, "typing") is True
    keyboard = Keyboard(inline_keyboard=[[Button(text="Po", callback_data="po")]])
    reply = ReplyParameters(message_id=start.message_id)
    sent = await bot.send_message(ana.id, "?", reply_markup=keyboard, reply_parameters=reply)
    assert sent.reply_to_message
    assert sent.reply_to_message.text == "/start"
    edited = await sender.edit_message_reply_markup(ana.id, sent.message_id)
    assert isinstance(edited, ptb.Message)
    assert edited.reply_markup is None


async def test_every_method_of_the_table_has_a_described_result() -> None:
    """A new method without a description of its result fails here or in the check of its answer."""
    from simulator.methods import METHODS

    silent = {"logout", "close", "setwebhook", "deletewebhook", "sendchataction", "deletemessage", "leavechat"}
    silent |= {"answercallbackquery", "setmycommands", "deletemycommands", "setchatmenubutton"}
    silent |= {"setmyname", "setmydescription", "setmyshortdescription"}
    assert set(METHODS) | {"getupdates"} == set(RESULTS) | silent


async def test_after_log_out_every_call_is_refused(http: httpx2.AsyncClient) -> None:
    assert (await http.post("close")).json()["result"] is True
    assert (await http.post("logOut")).json()["result"] is True
    assert json.loads((await http.post("getMe")).content)["description"] == "Logged out"
