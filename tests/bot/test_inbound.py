"""What each kind of update means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.inbound import read
from bot.kinds import CHATTER, CONTENT, MEDIA, META
from bot.world import Arrival, Ignored, Intrusion, Malformed, Pressed, Reachable
from dialogs.exchange import Chosen, Command, Edited, Input, Media, Typed, Unsupported
from tests.bot.updates import ANA, Json, chat, edited, holding, membership, message, person, pressed, said, sent_by


def arrival(update: Json, username: str = "kuvendo_bot") -> Arrival:
    happening = read(update, username)[1]
    assert isinstance(happening, Arrival)
    return happening


def input_of(update: Json, username: str = "kuvendo_bot") -> Input:
    return arrival(update, username).input


def ignored(update: Json) -> bool:
    return isinstance(read(update)[1], Ignored)


def test_a_text_is_taken_to_the_character() -> None:
    text = "  ne fshat\n\tinterneti <b>punon</b> vetëm natën \u200d👩\u200d👩\u200d👧 \u202eabc "
    came = arrival(said(text, message_id=12))
    assert (came.input, came.text, came.kind) == (Typed(12, text), text, "text")
    assert (came.chat_id, came.language_code) == (ANA, "sq")


def test_entities_and_forwards_change_nothing() -> None:
    bent = said("fjalë", entities="nonsense", forward_origin={"type": "hidden_user"}, quote=[1])
    assert input_of(bent) == Typed(10, "fjalë")


def test_no_name_is_taken_along() -> None:
    came = arrival(sent_by(person(first_name="ZQXAna", username="zqx", last_name="ZQX")))
    assert "zqx" not in repr(came).lower()


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/start", "start", ""),
        ("/start digital-governance-ideas", "start", "digital-governance-ideas"),
        ("/START@Kuvendo_Bot  x ", "start", "x"),
        ("/fillo", "start", ""),
        ("/vazhdo", "continue", ""),
        ("/continue", "continue", ""),
        ("/gjuha", "language", ""),
        ("/ndihmë", "help", ""),
        ("/ndihme@kuvendo_bot", "help", ""),
        ("/anulo", "cancel", ""),
        ("/të_miat", "mine", ""),
        ("/te_miat", "mine", ""),
        ("/te\u0308_dhe\u0308nat", "mydata", ""),
        ("/të_dhënat", "mydata", ""),
        ("/privatësia", "privacy", ""),
        ("/fshi", "delete", ""),
        ("/fshi\n", "delete", ""),
        ("/panjohur", "panjohur", ""),
    ],
)
def test_commands_and_their_twins(text: str, name: str, argument: str) -> None:
    came = arrival(said(text, message_id=5))
    assert came.input == Command(name, argument, 5)
    assert (came.kind, came.text) == ("command", text)


@pytest.mark.parametrize(
    "text", ["/ nuk ka internet", "/panjohur me fjalë të mia", "/start@OtherBot x", "/etc/passwd", "start", "//", "/"]
)
def test_what_only_looks_like_a_command_is_a_text(text: str) -> None:
    assert input_of(said(text)) == Typed(10, text)


@pytest.mark.parametrize(
    ("data", "choice"),
    [
        ("17:agree", Chosen(17, "agree")),
        ("0:a.b-c_d:e", Chosen(0, "a.b-c_d:e")),
        ("17", Chosen(0, "")),
        ("17:", Chosen(0, "")),
        ("-1:x", Chosen(0, "")),
        ("x" * 64, Chosen(0, "")),
        ("17:përgjigje", Chosen(0, "")),
        ("17:a b", Chosen(0, "")),
        ("17:a\n", Chosen(0, "")),
        ("１７:a", Chosen(0, "")),
        ("", Chosen(0, "")),
        (None, Chosen(0, "")),
    ],
)
def test_buttons_carry_their_turn_and_any_other_data_is_stale(data: str | None, choice: Chosen) -> None:
    came = arrival(pressed(data))
    assert (came.input, came.callback_id, came.kind) == (choice, "77", "press")
    assert came.pressed == Pressed(9, "Pyetja?")


def test_a_pressed_message_keeps_the_marks_we_made() -> None:
    shown = message(message_id=9, text="Çështja 1")["message"]
    shown["entities"] = [
        {"type": "bold", "offset": 0, "length": 7},
        {"type": "text_link", "offset": 0, "length": 3, "url": "https://example.org"},
        {"type": "italic", "offset": "0", "length": 3},
        None,
    ]
    came = arrival(pressed("1:a", message=shown))
    assert came.pressed == Pressed(9, "Çështja 1", ({"type": "bold", "offset": 0, "length": 7},))


def test_a_press_on_a_message_that_telegram_no_longer_shows_still_counts() -> None:
    gone = {"message_id": 9, "date": 0, "chat": chat()}
    came = arrival(pressed("3:yes", message=gone))
    assert (came.input, came.pressed) == (Chosen(3, "yes"), Pressed(9)), "it can still be drawn anew"
    nowhere = pressed("3:yes")
    del nowhere["callback_query"]["message"]
    assert (arrival(nowhere).chat_id, arrival(nowhere).pressed) == (ANA, None)


def test_an_edit_carries_the_new_text() -> None:
    assert input_of(edited("më mirë", message_id=4)) == Edited(4, "më mirë")
    assert ignored(edited(None))


@pytest.mark.parametrize("kind", CONTENT)
def test_whatever_is_not_a_text_is_named(kind: str) -> None:
    expected = (Media if kind in MEDIA else Unsupported)(kind, 10, "album")
    assert input_of(holding(**{kind: {"anything": [1]}, "media_group_id": "album"})) == expected


def test_the_name_of_an_album_fits_any_database() -> None:
    torn = json.loads('"a\\u0000b\\ud83d"')
    assert input_of(message(photo=[{}], media_group_id=torn)) == Media("photo", 10, "a b\ufffd")


def test_a_caption_is_taken_with_what_it_belongs_to() -> None:
    came = arrival(message(photo=[{}], caption="rruga ime"))
    assert (came.input, came.text, came.kind) == (Media("photo", 10, "", "rruga ime"), "rruga ime", "media")
    animation = input_of(message(animation={}, document={}, caption="rruga", media_group_id="a"))
    assert animation == Unsupported("animation", 10, "a", "rruga")


def test_an_edited_caption_is_an_edited_text_and_a_lost_one_has_no_words() -> None:
    def with_photo(**content: str) -> Json:
        update = edited(None, message_id=4)
        update["edited_message"] |= {"photo": [{}], **content}
        return update

    assert input_of(with_photo(caption="më mirë")) == Edited(4, "më mirë")
    assert input_of(with_photo()) == Edited(4, "")
    moved = edited(None)
    moved["edited_message"]["location"] = {}
    assert ignored(moved), "a place that moves on says nothing"


def test_a_telling_name_comes_before_the_one_it_brings() -> None:
    assert input_of(message(animation={}, document={})) == Unsupported("animation", 10)
    assert input_of(message(venue={}, location={})) == Unsupported("venue", 10)


def test_a_kind_that_telegram_adds_later_is_answered_too() -> None:
    assert input_of(message(hologram={})) == Unsupported("unknown", 10)


@pytest.mark.parametrize("kind", sorted(CHATTER))
def test_nothing_is_said_to_what_telegram_itself_writes(kind: str) -> None:
    assert ignored(holding(**{kind: {}}))


def test_an_empty_message_is_nobodys_business() -> None:
    assert ignored(message())


def test_the_lists_of_names_do_not_overlap() -> None:
    assert len(set(CONTENT)) == len(CONTENT)
    assert not set(CONTENT) & META
    assert not set(CONTENT) & CHATTER
    assert not CHATTER & META


def test_every_content_field_aiogram_knows_is_known_here() -> None:
    from aiogram.enums import ContentType

    names = {each.value for each in ContentType} - {"unknown", "any", "text"}
    assert names <= set(CONTENT) | CHATTER


def test_bots_and_channels_are_ignored() -> None:
    assert ignored(sent_by(person(is_bot=True)))
    assert ignored(said("x", chat=chat(-100, "channel")))
    assert ignored({"update_id": 1, "channel_post": said("x")["message"]})
    assert ignored({"update_id": 1, "inline_query": {}})


def test_in_a_group_the_bot_takes_its_leave() -> None:
    group = chat(-5, "group")
    assert read(said("x", chat=group))[1] == Intrusion(-5, speak=True)
    assert read(membership("member", place=group))[1] == Intrusion(-5, True, "sq", is_added=True)
    assert read(membership("administrator", place=chat(-9, "channel")))[1] == Intrusion(-9, False, "sq", is_added=True)
    given_rights = membership("administrator", place=group)
    given_rights["my_chat_member"]["old_chat_member"]["status"] = "member"
    assert read(given_rights)[1] == Intrusion(-5, True, "sq"), "it was in before"
    assert ignored(message(chat=group, new_chat_members=[]))
    assert ignored(membership("left", place=group))
    inside = message(chat=group)["message"]
    assert read(pressed("1:x", message=inside))[1] == Ignored("a button outside a private chat", "77")


def test_blocking_and_coming_back() -> None:
    assert read(membership("kicked"))[1] == Reachable(ANA, reachable=False)
    assert read(membership("member"))[1] == Reachable(ANA, reachable=True)


def test_half_characters_and_nul_become_something_a_database_can_hold() -> None:
    came = arrival(said("a\ud800b\0c\ude00"))
    assert came.input == Typed(10, "a\ufffdb c\ufffd")
    json.dumps(came.text).encode()
    assert arrival(said("\ud83d\ude00")).text == "😀"


@pytest.mark.parametrize(
    "bent",
    [
        {},
        {"update_id": None},
        {"update_id": True},
        {"update_id": "1"},
        {"update_id": 2**70},
        {"update_id": 1.5},
        {"update_id": 1, "message": "x"},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": {"message_id": "x", "chat": chat(), "text": "x"}},
        {"update_id": 1, "message": {"message_id": 1, "chat": None, "text": "x"}},
        {"update_id": 1, "message": {"message_id": 1, "chat": chat(2**80), "text": "x"}},
        {"update_id": 1, "message": {"message_id": 1, "chat": chat(), "text": {"a": 1}}},
        {"update_id": 1, "message": {"message_id": 1, "chat": chat(), "from": 5, "text": "x"}},
        {"update_id": 1, "callback_query": {"id": 5}},
        {"update_id": 1, "my_chat_member": {"chat": chat()}},
        [],
        None,
        "x",
        5,
    ],
)
def test_what_cannot_be_acted_on_is_malformed_and_quoted_nowhere(bent: Any) -> None:
    with pytest.raises(Malformed) as caught:
        read(bent)
    assert len(str(caught.value)) <= 120
    assert "ZQX" not in str(caught.value)


@pytest.mark.parametrize("code", [5, "x" * 1000, ["sq"], None, "s\ud800"])
def test_an_odd_language_is_no_reason_to_lose_an_answer(code: Any) -> None:
    assert input_of(sent_by(person(language_code=code))) == Typed(10, "x")
