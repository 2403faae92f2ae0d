"""Peer 3: python-telegram-bot, ConversationHandler, PicklePersistence and a webhook of its own as its examples have it.

The ORM keeps the answers; where somebody is in the conversation is pickled once a minute, as the library does it.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import uvicorn
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PersistenceInput,
    PicklePersistence,
    filters,
)

from benchmarks.peers import database, place
from benchmarks.peers import questionnaire as q

LANGUAGE, CONSENT, ISSUE, WHY, IDEA, PROBLEM, OBJECTIVE, REVIEW, SUBMIT = range(9)
SESSIONS: Final = "sessions"
Context = ContextTypes.DEFAULT_TYPE
TEXT: Final = filters.TEXT & ~filters.COMMAND


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    """Return an inline keyboard of one button a row, each a label and what it carries."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)] for label, data in buttons])


def session(context: Context) -> AsyncSession:
    """Return a new session of the database."""
    make: async_sessionmaker[AsyncSession] = context.bot_data[SESSIONS]
    return make()


def held(context: Context) -> dict[Any, Any]:
    """Return what is held of the person in the conversation."""
    assert context.user_data is not None
    return context.user_data


async def start(update: Update, context: Context) -> int:
    """Begin."""
    assert update.message
    async with session(context) as work:
        await database.welcome(work, update.message.chat_id)
    await update.message.reply_text(q.LANGUAGE, reply_markup=keyboard(("Shqip", q.SHQIP), ("English", q.ENGLISH)))
    return LANGUAGE


async def pressed(update: Update, text: str, *buttons: tuple[str, str]) -> None:
    """Answer a press, and say what follows."""
    assert update.callback_query and update.effective_chat
    await update.callback_query.answer()
    await update.effective_chat.send_message(text, reply_markup=keyboard(*buttons) if buttons else None)


async def language(update: Update, context: Context) -> int:
    """Take the language."""
    assert update.callback_query and update.effective_chat
    async with session(context) as work:
        await database.speak(work, update.effective_chat.id, update.callback_query.data or "")
    await pressed(update, q.CONSENT, ("Pajtohem", q.AGREE), ("Nuk pajtohem", q.DECLINE))
    return CONSENT


async def consent(update: Update, context: Context) -> int:
    """Take the consent."""
    assert update.effective_chat
    async with session(context) as work:
        held(context)["submission"] = await database.consent(work, update.effective_chat.id)
    held(context)["number"] = 1
    await pressed(update, q.ISSUES[0])
    return ISSUE


async def taken(update: Update, context: Context, question: str, follows: str) -> None:
    """Keep an answer, then say what follows."""
    assert update.message
    async with session(context) as work:
        await database.answer(work, held(context)["submission"], question, update.message.text or "")
    await update.message.reply_text(follows)


async def issue(update: Update, context: Context) -> int:
    """Take an issue."""
    number = held(context)["number"]
    await taken(update, context, f"issue{number}", q.WHYS[number - 1])
    return WHY


async def why(update: Update, context: Context) -> int:
    """Take the reason, and ask for the next issue or the idea."""
    number = held(context)["number"]
    if number == len(q.ISSUES):
        await taken(update, context, f"why{number}", q.IDEA)
        return IDEA
    await taken(update, context, f"why{number}", q.ISSUES[number])
    held(context)["number"] = number + 1
    return ISSUE


async def idea(update: Update, context: Context) -> int:
    """Take the idea."""
    await taken(update, context, "idea", q.PROBLEM)
    return PROBLEM


async def problem(update: Update, context: Context) -> int:
    """Take the problem."""
    await taken(update, context, "problem", q.OBJECTIVE)
    return OBJECTIVE


async def objective(update: Update, context: Context) -> int:
    """Take the objective."""
    assert update.message
    async with session(context) as work:
        await database.answer(work, held(context)["submission"], "objective", update.message.text or "")
    await update.message.reply_text(q.DONE, reply_markup=keyboard(("Rishiko", q.REVIEW)))
    return REVIEW


async def review(update: Update, context: Context) -> int:
    """Show what there is to submit."""
    await pressed(update, q.CHECK, ("Dërgo", q.SUBMIT))
    return SUBMIT


async def submit(update: Update, context: Context) -> int:
    """Submit."""
    async with session(context) as work:
        await database.submit(work, held(context)["submission"])
    held(context).clear()
    await pressed(update, q.THANKS)
    return ConversationHandler.END


def conversation() -> ConversationHandler[Context]:
    """Return the conversation."""
    presses = {
        LANGUAGE: (language, f"^({q.SHQIP}|{q.ENGLISH})$"),
        CONSENT: (consent, f"^{q.AGREE}$"),
        REVIEW: (review, f"^{q.REVIEW}$"),
        SUBMIT: (submit, f"^{q.SUBMIT}$"),
    }
    texts = {ISSUE: issue, WHY: why, IDEA: idea, PROBLEM: problem, OBJECTIVE: objective}
    return ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states={
            **{state: [CallbackQueryHandler(work, pattern)] for state, (work, pattern) in presses.items()},
            **{state: [MessageHandler(TEXT, work)] for state, work in texts.items()},
        },
        fallbacks=[CommandHandler("start", start)],
        name="form",
        persistent=True,
    )


def application() -> Application[Any, Any, Any, Any, Any, Any]:
    """Return the application with its handlers."""
    made = (
        ApplicationBuilder()
        .token(place.TOKEN)
        .base_url(f"{place.API}/bot")
        .updater(None)
        .persistence(PicklePersistence(Path(place.DATA) / "persistence", store_data=PersistenceInput(bot_data=False)))
        .build()
    )
    made.add_handler(conversation())
    return made


async def main() -> None:
    """Serve until ended."""
    bot = application()

    async def receive(request: Request) -> Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != place.SECRET:
            return Response(status_code=HTTPStatus.FORBIDDEN)
        await bot.update_queue.put(Update.de_json(await request.json(), bot.bot))
        return Response()

    app = Starlette(routes=[Route(place.PATH, receive, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=place.PORT, host="127.0.0.1", log_level="warning"))
    async with bot:
        bot.bot_data[SESSIONS] = await database.sessions()
        await bot.start()
        await bot.bot.set_webhook(place.WEBHOOK, secret_token=place.SECRET, max_connections=100)
        await server.serve()
        await bot.stop()


if __name__ == "__main__":
    asyncio.run(main())
