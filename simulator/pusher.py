"""Carries updates to the bot's webhook.

Sends, waits for the answer, plans the next try, runs a method that came in an answer. What goes when is
decided in `delivery`; the bytes travel in `outward`.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulator.delivery import GONE_SECONDS, TIMEOUT, Deliveries
from simulator.errors import ApiError
from simulator.faults import WEBHOOK, Fault
from simulator.outward import Answer, post
from simulator.params import Params
from simulator.queue import Queued
from simulator.records import Webhook

if TYPE_CHECKING:
    from simulator.telegram import Telegram

_NEVER_IN_AN_ANSWER = ("deletewebhook", "setwebhook", "close", "logout")


class Pusher:
    """The one task that empties the line into the webhook."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._deliveries: Deliveries | None = None
        self._task: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def start(self) -> None:
        """Begin to deliver where a webhook is set; begin afresh where it has changed."""
        webhook = self._telegram.state.webhook
        self._deliveries = self._telegram.deliveries() if webhook.url else None
        self._wake.set()
        if self._deliveries is not None and self._task is None:
            self._task = asyncio.create_task(self._run())

    def add(self, update: Queued) -> None:
        """Take note of an update that has just joined the line."""
        if self._deliveries is not None:
            self._deliveries.add(update)
            self._wake.set()

    async def close(self) -> None:
        """Stop delivering and let go of every connection."""
        tasks = [task for task in (self._task, *self._sending) if task is not None]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._task = None

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            self._send_ready()
            await self._rest()

    def _send_ready(self) -> None:
        if self._deliveries is None:
            return
        with self._telegram.change():
            while (update := self._deliveries.take(self._telegram.clock.now())) is not None:
                task = asyncio.create_task(self._deliver(update, self._deliveries))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _rest(self) -> None:
        """Sleep until something joins the line, comes back or may be tried again."""
        wakeup = self._deliveries.next_wakeup() if self._deliveries else None
        if wakeup is None:
            await self._wake.wait()
            return
        sleep = asyncio.ensure_future(self._telegram.clock.sleep_until(wakeup))
        wake = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleep, wake}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            wake.cancel()

    async def _deliver(self, update: Queued, deliveries: Deliveries) -> None:
        fault = self._telegram.faults.take(WEBHOOK)
        if fault is not None and fault.kind == "delay":
            await self._telegram.clock.sleep_until(self._telegram.clock.now() + fault.seconds)
        answer = await self._send(update, fault)
        webhook = self._telegram.state.webhook
        if deliveries is self._deliveries and webhook.url:
            with self._telegram.change():
                self._settle(update, answer, deliveries)
        self._wake.set()
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

    def _settle(self, update: Queued, answer: Answer, deliveries: Deliveries) -> None:
        """Note how a delivery went: forget the update or plan its next try."""
        if answer.taken:
            deliveries.succeed(update.update_id)
            self._note(gone_since=0.0)
            return
        now = self._telegram.clock.now()
        self._note(last_error_date=int(now), last_error_message=answer.complaint())
        deliveries.fail(update.update_id, answer.retry_after, now)
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
            self._deliveries = None

    def _run_method(self, answer: Answer) -> None:
        """Run the method a webhook put in its answer; nobody learns what became of it."""
        call = answer.method_call()
        name = str(call.pop("method", "")).lower()
        if not name or name in _NEVER_IN_AN_ANSWER or name.startswith("get"):
            return
        from simulator.methods import call as run

        with contextlib.suppress(ApiError):
            run(self._telegram, name, Params(call))
