"""A sentence of the chat's catalogue that no walk ever shows is either dead or untested: it fails here."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from babel.messages.pofile import read_po

from bot import farewell, mydata, profile
from dialogs import naming
from locales import CHAT, CODES, translations
from locales.catalogues import source_file
from tests.bot.test_mydata import HELD
from tests.dialogs.walks import walked

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def corpus(code: str) -> str:
    """Return everything the bot ever says in one language, in the walks and beside them."""
    said: list[str] = []
    for walk in walked(code):
        said += walk.toasts
        for _, message in walk.shown:
            said += [message.text, *(choice.label for row in message.menu for choice in row)]
    return "\n".join([*said, *beside_the_walks(code)])


def beside_the_walks(code: str) -> list[str]:
    """Return what is said in groups, on failure, in files, in Telegram's own menus, and what people may say."""
    from bot.conversation import stranger_text
    from bot.ledger import apology_text

    t = translations(CHAT, code)
    empty: dict[str, list[Any]] = {name: [] for name in mydata.HEADINGS}
    tables = {"outbox": [dict.fromkeys(mydata.COLUMNS, "y")]}
    names = [body["document"]["name"] + "\n" + str(body["caption"]) for body in mydata.files(empty, code, t, NOW)]
    return [
        unescape(mydata.page(HELD, code, t, NOW)),
        unescape(mydata.page(empty | tables, code, t, NOW)),
        *names,
        farewell.text(code, "kuvendo_bot"),
        apology_text(t),
        stranger_text(t),
        *profile_texts(code),
        *(t.gettext(word) for word in (naming.YES, naming.NO, naming.SEND)),
    ]


def profile_texts(code: str) -> list[str]:
    """Return what Telegram shows of the bot: name, descriptions, commands."""
    shown = profile.profile(code)
    return [shown.name, shown.short, shown.long, *(f"{name} {words}" for name, words in shown.commands)]


def pattern(text: str) -> re.Pattern[str]:
    """Return what finds `text` with anything in its gaps."""
    pieces = re.split(r"\{\w+\}|%\(\w+\)[sd]", text)
    return re.compile(".+?".join(map(re.escape, pieces)), re.DOTALL)


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_of_the_catalogue_is_shown_by_some_walk(code: str) -> None:
    """In this language, by these very words."""
    with source_file(CHAT, code).open("rb") as file:
        catalogue = read_po(file, locale=code)
    whole = corpus(code)
    texts = [message.string for message in catalogue if message.id and isinstance(message.string, str)]
    unseen = [text for text in texts if not pattern(text).search(whole)]
    assert unseen == [], "\n".join(unseen)
