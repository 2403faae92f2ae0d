"""Carries out a reply: the messages just committed, in order, and beside them what a pressed button is owed.

Each message's verdict goes back to the outbox at once. After one that could not be sent the rest is left to the
relay, which keeps their order.
"""

from __future__ import annotations

import asyncio
import time

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramAPIError

from bot import ledger, outbound
from bot.calls import Call, Ready, call
from bot.delivery import Gone, Later, Sent, Verdict, verdict
from bot.metrics import REPLYING, sends
from bot.world import Arrival, Reply, World
from storage.outbox import Owed

log = structlog.get_logger("bot.replying")


class Replying:
    """Sends replies through aiogram."""

    def __init__(self, world: World, bot: Bot) -> None:
        self._world = world
        self._bot = bot

    async def carry_out(self, arrival: Arrival, reply: Reply, began: float) -> None:
        """Send what `reply` owes and settle what was pressed; `began` is when the update was read."""
        edit = self._edit(arrival, reply)
        editing = None if edit is None else asyncio.ensure_future(self.quietly(edit))
        try:
            await self._send(arrival.chat_id, reply.owed, began)
        finally:
            if editing is not None:
                await editing
        for body in reply.last_word:
            await self.quietly(outbound.from_body(body, arrival.chat_id))

    async def quietly(self, method: Call) -> None:
        """Ask Telegram for something that may fail without harm: too old, not changed, already answered."""
        try:
            await call(self._bot, method)
        except (TelegramAPIError, AiogramError) as error:
            log.debug("not done", method=method.__api_method__, error=type(error).__name__)

    @staticmethod
    def _edit(arrival: Arrival, reply: Reply) -> Ready | None:
        if reply.redraw:
            return outbound.redraw(arrival.chat_id, arrival.pressed, reply.redraw, reply.turn)
        if reply.settled:
            return outbound.settle(arrival.chat_id, arrival.pressed, reply.settled)
        return None

    async def _send(self, chat_id: int, owed: tuple[Owed, ...], began: float) -> None:
        for place, message in enumerate(owed):
            found = await self._sent(message, chat_id)
            sends("reply", type(found).__name__.lower()).inc()
            if place == 0 and isinstance(found, Sent):
                REPLYING.observe(time.monotonic() - began)
            await ledger.conclude(self._world, message, found)
            if isinstance(found, Later):
                await ledger.leave(self._world, owed[place + 1 :])
            if isinstance(found, Later | Gone):
                return

    async def _sent(self, message: Owed, chat_id: int) -> Verdict:
        try:
            return Sent((await call(self._bot, outbound.from_body(message.body, chat_id))).message_id)
        except TelegramAPIError as error:
            return verdict(error)
