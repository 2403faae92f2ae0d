"""The questionnaire in aiogram: a router, a group of states, an ORM session for each update by a middleware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Dispatcher, F, Router
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.redis import RedisEventIsolation, RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, TelegramObject
from redis.asyncio import BlockingConnectionPool, Redis
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.peers import database, place
from benchmarks.peers import questionnaire as q

router = Router()


class Form(StatesGroup):
    """Where somebody is."""

    language = State()
    consent = State()
    issue = State()
    why = State()
    idea = State()
    problem = State()
    objective = State()
    review = State()
    submit = State()


class Sessions(BaseMiddleware):
    """Gives each handler a session of the database."""

    def __init__(self, make: async_sessionmaker[AsyncSession]) -> None:
        self._make = make

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Open a session around `handler`."""
        async with self._make() as session:
            data["session"] = session
            return await handler(event, data)


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    """Return an inline keyboard of one button a row, each a label and what it carries."""
    rows = [[InlineKeyboardButton(text=label, callback_data=data)] for label, data in buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows)


@router.message(CommandStart())
async def start(message: Message, state: FSMContext, session: AsyncSession) -> None:
    """Begin."""
    await database.welcome(session, message.chat.id)
    await state.set_state(Form.language)
    await message.answer(q.LANGUAGE, reply_markup=keyboard(("Shqip", q.SHQIP), ("English", q.ENGLISH)))


@router.callback_query(Form.language, F.data.in_({q.SHQIP, q.ENGLISH}))
async def language(query: CallbackQuery, state: FSMContext, session: AsyncSession) -> None:
    """Take the language."""
    assert isinstance(query.message, Message) and query.data
    await database.speak(session, query.message.chat.id, query.data)
    await state.set_state(Form.consent)
    await query.answer()
    choices = keyboard(("Pajtohem", q.AGREE), ("Nuk pajtohem", q.DECLINE))
    await query.message.answer(q.CONSENT, reply_markup=choices)


@router.callback_query(Form.consent, F.data == q.AGREE)
async def consent(query: CallbackQuery, state: FSMContext, session: AsyncSession) -> None:
    """Take the consent."""
    assert isinstance(query.message, Message)
    submission = await database.consent(session, query.message.chat.id)
    await state.set_data({"submission": submission, "number": 1})
    await state.set_state(Form.issue)
    await query.answer()
    await query.message.answer(q.ISSUES[0])


@router.message(Form.issue, F.text)
async def issue(message: Message, state: FSMContext, session: AsyncSession) -> None:
    """Take an issue."""
    data = await state.get_data()
    number = data["number"]
    await database.answer(session, data["submission"], f"issue{number}", message.text or "")
    await state.set_state(Form.why)
    await message.answer(q.WHYS[number - 1])


@router.message(Form.why, F.text)
async def why(message: Message, state: FSMContext, session: AsyncSession) -> None:
    """Take the reason, and ask for the next issue or the idea."""
    data = await state.get_data()
    number = data["number"]
    await database.answer(session, data["submission"], f"why{number}", message.text or "")
    if number < len(q.ISSUES):
        await state.update_data(number=number + 1)
        await state.set_state(Form.issue)
        await message.answer(q.ISSUES[number])
    else:
        await state.set_state(Form.idea)
        await message.answer(q.IDEA)


async def _taken(message: Message, state: FSMContext, session: AsyncSession, question: str, follows: State) -> None:
    data = await state.get_data()
    await database.answer(session, data["submission"], question, message.text or "")
    await state.set_state(follows)


@router.message(Form.idea, F.text)
async def idea(message: Message, state: FSMContext, session: AsyncSession) -> None:
    """Take the idea."""
    await _taken(message, state, session, "idea", Form.problem)
    await message.answer(q.PROBLEM)


@router.message(Form.problem, F.text)
async def problem(message: Message, state: FSMContext, session: AsyncSession) -> None:
    """Take the problem."""
    await _taken(message, state, session, "problem", Form.objective)
    await message.answer(q.OBJECTIVE)


@router.message(Form.objective, F.text)
async def objective(message: Message, state: FSMContext, session: AsyncSession) -> None:
    """Take the objective."""
    await _taken(message, state, session, "objective", Form.review)
    await message.answer(q.DONE, reply_markup=keyboard(("Rishiko", q.REVIEW)))


@router.callback_query(Form.review, F.data == q.REVIEW)
async def review(query: CallbackQuery, state: FSMContext) -> None:
    """Show what there is to submit."""
    assert isinstance(query.message, Message)
    await state.set_state(Form.submit)
    await query.answer()
    await query.message.answer(q.CHECK, reply_markup=keyboard(("Dërgo", q.SUBMIT)))


@router.callback_query(Form.submit, F.data == q.SUBMIT)
async def submit(query: CallbackQuery, state: FSMContext, session: AsyncSession) -> None:
    """Submit."""
    assert isinstance(query.message, Message)
    data = await state.get_data()
    await database.submit(session, data["submission"])
    await state.clear()
    await query.answer()
    await query.message.answer(q.THANKS)


def storage() -> RedisStorage:
    """Return states in Redis, over a pool that waits where the default one drops the update."""
    pool = BlockingConnectionPool.from_url(place.REDIS, max_connections=100, timeout=120)
    return RedisStorage(Redis(connection_pool=pool))


async def dispatcher() -> Dispatcher:
    """Return the dispatcher with everything it needs: states and order in Redis, sessions, the router."""
    states = storage()
    made = Dispatcher(storage=states, events_isolation=RedisEventIsolation(redis=states.redis))
    made.update.middleware(Sessions(await database.sessions()))
    made.include_router(router)
    return made
