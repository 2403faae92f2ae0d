"""The pace that all processes sharing a Redis keep together; where Redis is gone, each keeps to its own share.

Everything is decided in one script, by Redis's clock: the moment at which the next message may go, until when a
person's notices wait, and until when all of them do. A chat's own number never reaches Redis. Whoever sends is counted
there too: the share of a process that lost Redis is the rate divided by how many it knew of. All together then still
keep the rate, until another process starts without Redis, which adds a whole rate of its own, being all it knows of.
A person's notices are one process's at a time (a lease in the outbox), so one a second to a person holds all the same.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import suppress

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from storage.keys import Keyring
from storage.pace import AHEAD, BETWEEN, GO, RATE, MemoryPace, Wait
from storage.redis_line import Failures, RedisLine

COUNTED = 30.0
"""Seconds for which a process counts as one who sends after it was last heard of."""

SULK = 1.0
"""Seconds to leave Redis alone after it failed."""

# KEYS: the next free moment, the hush, who sends, the person's notices. ARGV: this process, and in microseconds the
# time between two messages, between two notices to a person, how far ahead a reply may be, how long a process counts;
# at last what is asked for: notice, reply or nothing. Returns microseconds to wait, whether it is only this person who
# waits, and how many send.
TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
redis.call('ZADD', KEYS[3], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5] / 1000)
local senders = redis.call('ZCARD', KEYS[3])
local free = tonumber(redis.call('GET', KEYS[1]) or 0)
local wait, own = math.max(0, free - now), 0
if ARGV[6] == 'nothing' then return {0, 0, senders} end
if ARGV[6] == 'reply' then
  wait = math.max(0, wait - ARGV[4])
else
  wait = math.max(wait, redis.call('PTTL', KEYS[2]) * 1000)
  local mine = redis.call('PTTL', KEYS[4]) * 1000
  if mine > wait then wait, own = mine, 1 end
end
if wait > 0 then return {math.ceil(wait), own, senders} end
free = math.max(free + ARGV[2], now)
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 1000)
if ARGV[6] == 'notice' then redis.call('SET', KEYS[4], 1, 'PX', ARGV[3] / 1000) end
return {0, 0, senders}
"""

# KEYS: the hush. ARGV: milliseconds. A longer one stays.
HUSH = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
return 1
"""

FREE, HUSHED, SENDERS = "kuvendo:pace:free", "kuvendo:pace:hushed", "kuvendo:pace:senders"

log = logging.getLogger(__name__)


class RedisPace:
    """The pace of all processes that share a Redis and a secret key."""

    def __init__(self, url: str, keyring: Keyring, rate: float = RATE) -> None:
        at_once = Retry(NoBackoff(), 0)
        self._line = RedisLine(Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=1.0, retry=at_once))
        self._keyring = keyring
        self._rate = rate
        self._me = secrets.token_hex(8)
        self._share = MemoryPace(rate)
        self._gone_until = 0.0
        self._is_gone = False
        self._telling: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to count as one who sends, also while there is nothing to send."""
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def take(self, chat_id: int, *, notice: bool) -> Wait:
        """Take the next place for a message to a chat, or learn how long to wait for one."""
        if time.monotonic() < self._gone_until:
            return await self._share.take(chat_id, notice=notice)
        try:
            wait, own = await self._ask("notice" if notice else "reply", self._keyring.lookup(chat_id).hex())
        except Failures as error:
            self._failed(error)
            return await self._share.take(chat_id, notice=notice)
        return Wait(wait / 1_000_000, own=bool(own)) if wait else GO

    async def hush(self, seconds: float) -> None:
        """Let no notice go for so long, whoever sends it."""
        await self._share.hush(seconds)
        with suppress(*Failures):
            await self._line.run("EVAL", HUSH, 1, HUSHED, int(seconds * 1000))

    async def close(self) -> None:
        """Be counted no longer, and let the connection go."""
        if self._telling is not None:
            self._telling.cancel()
            with suppress(asyncio.CancelledError):
                await self._telling
            self._line.cast("ZREM", SENDERS, self._me)
        await self._line.close()

    async def _ask(self, what: str, chat: str = "") -> tuple[int, int]:
        keys = (FREE, HUSHED, SENDERS, f"kuvendo:pace:chat:{chat}")
        micros = (int(1_000_000 * each) for each in (1 / self._rate, BETWEEN, AHEAD, COUNTED))
        wait, own, senders = await self._line.run("EVAL", TAKE, 4, *keys, self._me, *micros, what)
        self._share.rate = self._rate / max(1, senders)
        self._answered()
        return wait, own

    async def _tell(self) -> None:
        while True:
            try:
                await self._ask("nothing")
            except Failures as error:
                self._failed(error)
            await asyncio.sleep(COUNTED / 3)

    def _failed(self, error: Exception) -> None:
        if not self._is_gone:
            share = f"{self._share.rate:g} a second"
            log.warning("Redis does not answer (%s): this process sends at most %s", type(error).__name__, share)
        self._is_gone = True
        self._gone_until = time.monotonic() + SULK

    def _answered(self) -> None:
        if self._is_gone:
            log.warning("Redis answers again: all processes keep the pace together")
        self._is_gone = False
