"""What is asked of Telegram for what a person is to read; both libraries read the same bodies."""

from __future__ import annotations

import json

import pytest
from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, EditMessageReplyMarkup, EditMessageText, SendDocument, SendMessage
from aiogram.types import LinkPreviewOptions

from bot.calls import Ready, call
from bot.inbound import press
from bot.outbound import answer, data, document_body, from_body, redraw, settle, to_bodies
from bot.pieces import units
from bot.world import Pressed
from dialogs.exchange import Choice, Chosen, Mark, Message
from simulator import Telegram, add_citizen

MENU = ((Choice("yes", "Po"), Choice("no", "Jo")), (Choice("back", "Kthehu"),))


def test_a_body_is_json_and_comes_back_as_the_method() -> None:
    message = Message("👩‍👧 Çështja", (Mark("bold", 4, 11),), MENU, 17)
    (body,) = to_bodies(message)
    method = from_body(json.loads(json.dumps(body)), 5)
    assert isinstance(method, Ready)
    assert method.__api_method__ == "sendMessage"
    read = SendMessage(**method.values)
    assert (read.chat_id, read.text) == (5, "👩‍👧 Çështja")
    assert "parse_mode" not in method.values
    assert read.entities is not None
    assert [(e.type, e.offset, e.length) for e in read.entities] == [("bold", 6, 7)]
    keyboard = read.reply_markup.inline_keyboard  # type: ignore[union-attr]
    assert [[b.callback_data for b in row] for row in keyboard] == [["17:yes", "17:no"], ["17:back"]]
    assert read.link_preview_options == LinkPreviewOptions(is_disabled=True)


def test_each_row_is_one_message() -> None:
    bodies = to_bodies(Message("fjalë " * 3000, menu=MENU, turn=2))
    assert len(bodies) == 5
    assert ["reply_markup" in body for body in bodies] == [False] * 4 + [True]


def test_what_a_button_carries_comes_back() -> None:
    assert press(data(2**40, "item:3.b-c_d")) == Chosen(2**40, "item:3.b-c_d")
    assert len(data(10**17, "x" * 40).encode()) <= 64


@pytest.mark.parametrize("option", ["", "ë", "a b", "x" * 41, "a\n"])
def test_a_button_carries_nothing_telegram_would_refuse(option: str) -> None:
    with pytest.raises(ValueError, match="option"):
        data(1, option)


def test_a_document() -> None:
    method = from_body(json.loads(json.dumps(document_body("të-dhënat.json", "ç", "x" * 3000))), 5)
    assert isinstance(method, SendDocument)
    assert method.caption is not None
    assert units(method.caption) == 1024


def test_the_answer_to_a_press_fits() -> None:
    assert answer("7") == Ready("answerCallbackQuery", {"callback_query_id": "7"})
    assert units(AnswerCallbackQuery(**answer("7", "ë" * 500).values).text or "") == 200


def test_a_pressed_message_keeps_its_words_and_shows_the_choice() -> None:
    marked = Pressed(9, "😀 Pyetja", ({"type": "bold", "offset": 3, "length": 6},))
    method = settle(5, marked, "Po")
    assert method is not None
    assert method.name == "editMessageText"
    edit = EditMessageText(**method.values)
    assert (edit.text, edit.reply_markup) == ("😀 Pyetja\n\n✓ Po", None)
    assert edit.entities is not None
    assert [(e.type, e.offset, e.length) for e in edit.entities] == [("bold", 3, 6), ("bold", 11, 4)]


def test_a_pressed_message_without_room_loses_its_buttons_alone() -> None:
    assert settle(5, Pressed(9, "a" * 4094), "Po") == Ready("editMessageReplyMarkup", {"chat_id": 5, "message_id": 9})


def test_a_message_telegram_no_longer_shows_is_edited_by_its_number() -> None:
    gone = Pressed(9)
    assert settle(5, gone, "Po") == Ready("editMessageReplyMarkup", {"chat_id": 5, "message_id": 9})
    method = redraw(5, gone, MENU, 1)
    assert method is not None
    drawn = EditMessageReplyMarkup(**method.values)
    assert drawn.reply_markup is not None
    assert (drawn.message_id, len(drawn.reply_markup.inline_keyboard)) == (9, 2)


def test_a_message_without_a_number_is_left_alone() -> None:
    assert settle(5, None, "Po") is None
    assert redraw(5, None, MENU, 1) is None


async def test_telegram_takes_what_we_write(telegram: Telegram, bot: Bot) -> None:
    ana = add_citizen(telegram, "Ana")
    ana.start()
    text = "👩‍👧 <b>Çështja</b> & \u2066x\u2069 * _ [ ] \\"
    (body,) = to_bodies(Message(text, (Mark("italic", 4, 7), Mark("code", 20, 21)), MENU, 3))
    number = (await call(bot, from_body(body, ana.id))).message_id
    assert ana.messages()[-1]["text"] == text
    pressed = Pressed(number, text, tuple(ana.messages()[-1]["entities"]))
    await call(bot, redraw(ana.id, pressed, MENU[:1], 4))  # type: ignore[arg-type]
    assert len(ana.messages()[-1]["reply_markup"]["inline_keyboard"]) == 1
    await call(bot, settle(ana.id, pressed, "Po"))  # type: ignore[arg-type]
    assert ana.messages()[-1]["text"].endswith("✓ Po")
    await call(bot, from_body(document_body("x.json", "{}"), ana.id))
    assert ana.messages()[-1]["document"]["file_name"] == "x.json"
