"""Peer 4: aiogram-dialog by webhook, a window for each question, states and order in Redis, the ORM on PostgreSQL."""

from __future__ import annotations

from typing import Any

from aiogram import Dispatcher
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import DefaultKeyBuilder
from aiogram.fsm.storage.redis import RedisEventIsolation, RedisStorage
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.input import ManagedTextInput, TextInput
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const
from aiohttp import web
from redis.asyncio import BlockingConnectionPool, Redis

from benchmarks.peers import aiogram_form, database, place, serving
from benchmarks.peers import questionnaire as q


class Form(StatesGroup):
    """Where somebody is."""

    language = State()
    consent = State()
    issue1 = State()
    why1 = State()
    issue2 = State()
    why2 = State()
    issue3 = State()
    why3 = State()
    idea = State()
    problem = State()
    objective = State()
    review = State()
    submit = State()
    thanks = State()


async def start(message: Message, dialog_manager: DialogManager) -> None:
    """Begin."""
    await database.welcome(dialog_manager.middleware_data["session"], message.chat.id)
    await dialog_manager.start(Form.language, mode=StartMode.RESET_STACK)


def _chat(query: CallbackQuery) -> int:
    assert query.message
    return query.message.chat.id


async def language(query: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Take the language."""
    await database.speak(manager.middleware_data["session"], _chat(query), button.widget_id or "")
    await manager.next()


async def consent(query: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Take the consent."""
    submission = await database.consent(manager.middleware_data["session"], _chat(query))
    manager.dialog_data["submission"] = submission
    await manager.next()


async def decline(query: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Leave."""
    await manager.done()


async def answered(message: Message, widget: ManagedTextInput[str], manager: DialogManager, text: str) -> None:
    """Take an answer."""
    question = widget.widget.widget_id or ""
    await database.answer(manager.middleware_data["session"], manager.dialog_data["submission"], question, text)
    await manager.next()


async def review(query: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Show what there is to submit."""
    await manager.next()


async def submit(query: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Submit."""
    await database.submit(manager.middleware_data["session"], manager.dialog_data["submission"])
    await manager.next()


def _asking(slot: str, question: str) -> Window:
    return Window(Const(question), TextInput(id=slot, on_success=answered), state=getattr(Form, slot))


def form() -> Dialog:
    """Return the dialog."""
    return Dialog(
        Window(
            Const(q.LANGUAGE),
            Button(Const("Shqip"), id=q.SHQIP, on_click=language),
            Button(Const("English"), id=q.ENGLISH, on_click=language),
            state=Form.language,
        ),
        Window(
            Const(q.CONSENT),
            Button(Const("Pajtohem"), id=q.AGREE, on_click=consent),
            Button(Const("Nuk pajtohem"), id=q.DECLINE, on_click=decline),
            state=Form.consent,
        ),
        *(_asking(slot, question) for slot, question in zip(q.SLOTS, q.QUESTIONS, strict=True)),
        Window(Const(q.DONE), Button(Const("Rishiko"), id=q.REVIEW, on_click=review), state=Form.review),
        Window(Const(q.CHECK), Button(Const("Dërgo"), id=q.SUBMIT, on_click=submit), state=Form.submit),
        Window(Const(q.THANKS), state=Form.thanks),
    )


def dispatcher() -> Dispatcher:
    """Return the dispatcher; its keys name the dialog's stack too, as aiogram-dialog asks."""
    pool = BlockingConnectionPool.from_url(place.REDIS, max_connections=100, timeout=120)
    keys = DefaultKeyBuilder(with_destiny=True)
    states = RedisStorage(Redis(connection_pool=pool), key_builder=keys)
    return Dispatcher(storage=states, events_isolation=RedisEventIsolation(states.redis, key_builder=keys))


async def application() -> web.Application:
    """Return the application."""
    made: Any = dispatcher()
    made.update.middleware(aiogram_form.Sessions(await database.sessions()))
    made.message.register(start, CommandStart())
    made.include_router(form())
    setup_dialogs(made)
    return await serving.by_webhook(made, serving.bot())


if __name__ == "__main__":
    serving.run(application())
