"""What a process of the product imports and builds when it needs it, had here once for all lives that are forked.

A parent that imports this module leaves to the start of a life only what a life does.
"""

import aiosqlite
import h11
import httpcore
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite.aiosqlite
import uvicorn.lifespan.off
import uvicorn.lifespan.on
from aiogram import methods
from aiogram.methods.base import Response

import bot.answering
import bot.conversation
import bot.courier
import bot.noticing
import bot.relay
import bot.service
import kuvendo.metrics
import storage.figures
import storage.redis_order
from bot.on_demand import build

build(*bot.service.USED)
ASKED = (
    methods.GetMe,
    methods.GetWebhookInfo,
    methods.GetMyCommands,
    methods.GetMyName,
    methods.GetMyShortDescription,
    methods.GetMyDescription,
    methods.GetChatMenuButton,
    methods.SetMyName,
    methods.SendMessage,
)
"""What a bot asks Telegram when it begins; the answers' types are built here."""
LOADED = (aiosqlite, h11, httpcore, sqlalchemy, uvicorn, bot, kuvendo, storage)
BUILT = [Response[each.__returning__] for each in ASKED]  # type: ignore[name-defined]
