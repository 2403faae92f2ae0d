"""How the bot gets its updates: long polling with offsets and its 409, or a webhook."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from simulator.errors import OTHER_POLLER, TERMINATED_BY_WEBHOOK, WEBHOOK_ACTIVE, ApiError, bad_request
from simulator.params import Params
from simulator.records import Json, Webhook
from simulator.telegram import Telegram

MAX_POLL = 50
CONFLICT_SECONDS = 3.0
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def _allowed(telegram: Telegram, params: Params) -> list[str]:
    """Return the kinds of updates the bot wants; what is not said stays as it was."""
    stated = params.json("allowed_updates", "allowed updates")
    if not isinstance(stated, list):
        return telegram.state.webhook.allowed_updates
    return [str(name).lower() for name in stated]


def _note_allowed(telegram: Telegram, params: Params) -> None:
    allowed = _allowed(telegram, params)
    if allowed != telegram.state.webhook.allowed_updates:
        telegram.state.save(replace(telegram.state.webhook, allowed_updates=allowed))


def _fetch(telegram: Telegram, offset: int, limit: int) -> list[Json]:
    """Confirm what lies before the offset and return what waits after it."""
    queue = telegram.queue
    queue.expire(telegram.clock.now())
    if offset < 0:
        queue.confirm_all_but(-offset)
    else:
        queue.confirm(offset)
    return [json.loads(update.body) for _, update in zip(range(limit), queue, strict=False)]


async def _conflict(telegram: Telegram, sentence: str) -> ApiError:
    """Return a 409, at once for the first and three seconds late for those that follow closely."""
    now = telegram.clock.now()
    if now < telegram.poll.next_conflict_at:
        await telegram.clock.sleep_until(now + CONFLICT_SECONDS)
    else:
        telegram.poll.next_conflict_at = now + CONFLICT_SECONDS
    return ApiError(409, sentence)


async def get_updates(telegram: Telegram, params: Params) -> list[Json]:
    """Return what waits, or wait up to `timeout` seconds for something; a second poller ends the first."""
    telegram.wake_poll(OTHER_POLLER)
    if telegram.state.webhook.url:
        raise await _conflict(telegram, WEBHOOK_ACTIVE)
    offset = params.integer("offset")
    limit = min(max(params.integer("limit", 100), 1), 100)
    until = telegram.clock.now() + min(max(params.integer("timeout"), 0), MAX_POLL)
    with telegram.change():
        _note_allowed(telegram, params)
        updates = _fetch(telegram, offset, limit)
    while not updates and telegram.clock.now() < until and not telegram.doing.stopped:
        refusal = await _news(telegram, until)
        if refusal:
            raise await _conflict(telegram, refusal)
        with telegram.change():
            updates = _fetch(telegram, max(offset, 0), limit)
    return updates


async def _news(telegram: Telegram, until: float) -> str | None:
    """Wait for an update, a refusal or the end of patience; return the refusal."""
    waiter: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    telegram.poll.waiter = waiter
    sleep = asyncio.ensure_future(telegram.clock.sleep_until(until))
    either: set[asyncio.Future[Any]] = {waiter, sleep}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleep.cancel()
        if telegram.poll.waiter is waiter:
            telegram.poll.waiter = None
    return waiter.result() if waiter.done() else None


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")


def set_webhook(telegram: Telegram, params: Params) -> bool:
    """Send updates to an address from now on; an empty one ends that."""
    url = params.text("url").strip()
    if not url:
        return delete_webhook(telegram, params)
    _check_url(url)
    secret = params.text("secret_token")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if params.flag("drop_pending_updates"):
        telegram.queue.clear()
    connections = min(max(params.integer("max_connections", 40), 1), 100)
    telegram.state.save(Webhook(url, secret, connections, _allowed(telegram, params)))
    telegram.wake_poll(TERMINATED_BY_WEBHOOK)
    telegram.line_up()
    return True


def delete_webhook(telegram: Telegram, params: Params) -> bool:
    """Keep updates for long polling again."""
    if params.flag("drop_pending_updates"):
        telegram.queue.clear()
    telegram.state.save(Webhook(allowed_updates=telegram.state.webhook.allowed_updates))
    telegram.line_up()
    return True


def get_webhook_info(telegram: Telegram, params: Params) -> Json:
    """Say where updates go, how many wait and what went wrong last."""
    telegram.queue.expire(telegram.clock.now())
    webhook = telegram.state.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.queue),
    }
    if webhook.last_error_date:
        info["last_error_date"] = webhook.last_error_date
        info["last_error_message"] = webhook.last_error_message
    if webhook.url:
        info["max_connections"] = webhook.max_connections
        info["ip_address"] = "127.0.0.1"
    if webhook.allowed_updates:
        info["allowed_updates"] = webhook.allowed_updates
    return info
