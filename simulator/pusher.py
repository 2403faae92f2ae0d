"""Carries updates to the bot's webhook.

Sends, waits for the answer, plans the next try, runs a method that came in an answer. What goes when is
decided in `delivery`; the bytes travel in `outward`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from simulator.delivery import GONE_SECONDS, TIMEOUT, Deliveries
from simulator.errors import ApiError
from simulator.faults import WEBHOOK, Fault
from simulator.methods import call
from simulator.outward import Answer, post
from simulator.params import Params
from simulator.queue import Queued
from simulator.records import Webhook
from simulator.telegram import Telegram

_NEVER_IN_AN_ANSWER = ("deletewebhook", "setwebhook", "close", "logout")


@contextlib.asynccontextmanager
async def running(telegram: Telegram) -> AsyncIterator[None]:
    """Keep a Telegram at work: its updates reach the webhook until the block ends, and then it is closed."""
    telegram.line_up()
    pusher = asyncio.create_task(Pusher(telegram).run())
    try:
        yield
    finally:
        telegram.stop()
        pusher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pusher
        telegram.state.store.close()


class Pusher:
    """The one task that empties the lines into the webhook."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver whatever is due, wherever a webhook is set, until cancelled."""
        try:
            while True:
                self._telegram.due.clear()
                self._send_ready()
                await self._rest()
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)

    def _send_ready(self) -> None:
        lines = self._telegram.lines
        if lines is None:
            return
        with self._telegram.change():
            while (update := lines.take(self._telegram.clock.now())) is not None:
                task = asyncio.create_task(self._deliver(update, lines))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _rest(self) -> None:
        """Sleep until something joins the lines, comes back or may be tried again."""
        lines, due = self._telegram.lines, self._telegram.due
        wakeup = lines.next_wakeup() if lines else None
        if wakeup is None:
            await due.wait()
            return
        sleep = asyncio.ensure_future(self._telegram.clock.sleep_until(wakeup))
        wake = asyncio.ensure_future(due.wait())
        try:
            await asyncio.wait({sleep, wake}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            wake.cancel()

    async def _deliver(self, update: Queued, lines: Deliveries) -> None:
        fault = self._telegram.faults.take(WEBHOOK)
        if fault is not None and fault.kind == "delay":
            await self._telegram.clock.sleep_until(self._telegram.clock.now() + fault.seconds)
        answer = await self._send(update, fault)
        if lines is self._telegram.lines and self._telegram.state.webhook.url:
            with self._telegram.change():
                self._settle(update, answer, lines)
        self._telegram.due.set()
        self._run_method(answer)

    async def _send(self, update: Queued, fault: Fault | None) -> Answer:
        if fault is not None and fault.kind == "duplicate":
            answer, _ = await asyncio.gather(self._post(update), self._post(update))
            return answer
        answer = await self._post(update)
        if fault is not None and fault.kind in ("lost", "half"):
            return Answer(error="Webhook connection closed")
        if fault is not None and fault.kind in ("error", "html"):
            return Answer(code=fault.code, reason=fault.description, retry_after=fault.retry_after)
        return answer

    async def _post(self, update: Queued) -> Answer:
        """Send the update; sixty seconds of this clock without an answer count as a failure."""
        webhook = self._telegram.state.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret_token} if webhook.secret_token else {}
        request = asyncio.ensure_future(post(webhook.url, update.body.encode(), headers))
        patience = asyncio.ensure_future(self._telegram.clock.sleep_until(self._telegram.clock.now() + TIMEOUT))
        try:
            await asyncio.wait({request, patience}, return_when=asyncio.FIRST_COMPLETED)
            return request.result() if request.done() else Answer(error="Read timeout expired")
        finally:
            request.cancel()
            patience.cancel()

    def _settle(self, update: Queued, answer: Answer, lines: Deliveries) -> None:
        """Note how a delivery went: forget the update or plan its next try."""
        if answer.taken:
            lines.succeed(update.update_id)
            self._note(gone_since=0.0)
            return
        now = self._telegram.clock.now()
        self._note(last_error_date=int(now), last_error_message=answer.complaint())
        lines.fail(update.update_id, answer.retry_after, now)
        self._note_gone(answer, now)

    def _note(self, **changes: Any) -> None:
        """Keep what changed about the webhook; a plain success writes nothing."""
        webhook = self._telegram.state.webhook
        changed = replace(webhook, **changes)
        if changed != webhook:
            self._telegram.state.save(changed)

    def _note_gone(self, answer: Answer, now: float) -> None:
        """Take the webhook away where it has said 410 Gone for 23 hours."""
        since = self._telegram.state.webhook.gone_since
        if answer.code != 410:
            self._note(gone_since=0.0)
        elif not since:
            self._note(gone_since=now)
        elif now > since + GONE_SECONDS:
            self._telegram.state.save(Webhook())
            self._telegram.line_up()

    def _run_method(self, answer: Answer) -> None:
        """Run the method a webhook put in its answer; nobody learns what became of it."""
        stated = answer.method_call()
        name = str(stated.pop("method", "")).lower()
        if not name or name in _NEVER_IN_AN_ANSWER or name.startswith("get"):
            return
        with contextlib.suppress(ApiError):
            call(self._telegram, name, Params(stated))
