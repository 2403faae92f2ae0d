"""Order within a chat across processes, through Redis; where Redis is gone, order within this process remains.

A chat's turn is a key that names the process whose turn it is, for a limited time. Whoever finds it taken leaves
their name at the chat and sleeps; whoever lets go wakes the first name left there. Nobody polls, and a chat's own
number never reaches Redis. A farewell that did not reach it is said again, so that no turn outlasts a partition.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from storage.batches import Batches
from storage.ephemeral import IN_FLIGHT, Meanwhile, MemoryOrder, Turn, forgotten
from storage.keys import Keyring
from storage.redis_ears import hear
from storage.redis_line import Failures
from storage.redis_script import Script

TURN_MS = 5_000
"""How long a chat's turn may last before it is taken for a dead process's."""

PATIENCE = 30.0
"""Seconds after which an update goes ahead without its turn; the session's version then decides."""

LEFT_MS = 2_000
"""For how long a chat remembers who let go of it last: longer than what is looked up meanwhile takes."""

NAP = 1.0
"""Seconds after which a sleeper looks again by itself: what a wake-up that was lost costs at most."""

PROMPTLY = 1.0
"""Seconds within which Redis answers, or does not."""

SULK = 1.0
"""Seconds to leave Redis alone after it failed."""

# KEYS: the chats' names. ARGV: this process, how many milliseconds a turn may last, for how many a chat remembers who
# let go of it, and for each chat a letter: t to take its turn, l to let go. Returns for each that is taken 0 when the
# turn is this process's, less when it was another's until so many milliseconds ago, else for how many milliseconds it
# may still be another's. That it was this process's already is left over from a lost farewell, or it was handed on:
# within a process the turns of a chat never overlap. Only the holder lets go, and hands the turn to the first sleeper
# that still listens.
TURNS = """
local me, lasts, remembered, asked = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local farewell = '-'

local function take(turn, line)
  local holder = redis.call('GET', turn)
  local is_free = not holder or string.sub(holder, 1, 1) == farewell
  if is_free or holder == me then
    local ago = 0
    if holder and is_free and holder ~= farewell .. me then ago = redis.call('PTTL', turn) - remembered - 1 end
    redis.call('SET', turn, me, 'PX', lasts)
    return ago
  end
  if not redis.call('LPOS', line, me) then redis.call('RPUSH', line, me) end
  redis.call('PEXPIRE', line, lasts * 2)
  return math.max(redis.call('PTTL', turn), 1)
end

local function let_go(turn, line, name)
  if redis.call('GET', turn) ~= me then return 0 end
  redis.call('SET', turn, farewell .. me, 'PX', remembered)
  local sleeper = redis.call('LPOP', line)
  while sleeper do
    if redis.call('PUBLISH', sleeper, name) > 0 then
      redis.call('SET', turn, sleeper, 'PX', lasts)
      break
    end
    sleeper = redis.call('LPOP', line)
  end
  return 1
end

local said = {}
for place, name in ipairs(KEYS) do
  local turn, line = 'kuvendo:turn:' .. name, 'kuvendo:line:' .. name
  local takes = string.sub(asked, place, place) == 't'
  said[place] = takes and take(turn, line) or not takes and let_go(turn, line, name)
end
return said
"""
TAKE, LET_GO = "t", "l"
AT_MOST = 128
"""Turns asked for or let go of in one journey to Redis."""

log = logging.getLogger(__name__)


class RedisOrder:
    """Order within a chat across all processes that share a Redis and a secret key."""

    def __init__(self, url: str, keyring: Keyring, in_flight: int = IN_FLIGHT, turn_ms: int = TURN_MS) -> None:
        at_once = Retry(NoBackoff(), 0)
        self._redis = Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=PROMPTLY, retry=at_once)
        self._turns: Batches[tuple[str, str], int] = Batches(self._asked_for, AT_MOST)
        self._ears = Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=None, retry=at_once)
        self._script = Script(self._ears, TURNS, PROMPTLY)
        self._keyring = keyring
        self._memory = MemoryOrder(in_flight)
        self._turn_ms = turn_ms
        self._me = f"kuvendo:process:{secrets.token_hex(8)}"
        self._sleepers: dict[str, asyncio.Event] = {}
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self._names: dict[int, str] = {}
        self._held: set[str] = set()
        self._unsaid: set[str] = set()
        self._parting: asyncio.Task[None] | None = None
        self._gone_until = 0.0
        self._is_gone = False

    def chat(self, chat_id: int, meanwhile: Meanwhile | None = None) -> Turn:
        """Return the chat's next turn, to be entered."""
        return Turn(self, chat_id, meanwhile)

    async def begin(self, chat_id: int, meanwhile: Meanwhile | None = None) -> asyncio.Future[Any] | None:
        """Wait for the chat's turn among all processes and for a place in this one.

        Mostly nobody else has it, so `meanwhile` is begun before Redis has said so.
        """
        await self._memory.queue(chat_id)
        name = self._names[chat_id] = self._keyring.lookup(chat_id).hex()
        since = asyncio.get_running_loop().time()
        begun = meanwhile() if meanwhile is not None else None
        try:
            is_old = await self._take(name, since)
            await self._memory.place()
        except BaseException:
            forgotten(begun)
            self._leave(chat_id)
            raise
        if is_old:
            forgotten(begun)
            return None
        return begun

    def end(self, chat_id: int) -> None:
        """Let the next one in, wherever they wait."""
        self._memory.free()
        self._leave(chat_id)

    async def check(self) -> None:
        """Return when Redis answers; raise what is wrong when it does not."""
        await self._redis.ping()

    async def close(self) -> None:
        """Let go of both connections."""
        for task in (self._listener, self._parting):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await self._turns.end()
        await self._script.close()
        await self._redis.aclose()
        await self._ears.aclose()

    def _leave(self, chat_id: int) -> None:
        self._let_go(self._names.pop(chat_id))
        self._memory.leave(chat_id)

    async def _take(self, name: str, since: float) -> bool:
        """Return when the turn is ours, or when it is no use to wait any longer.

        Returns whether it was another's at any moment from `since` on, by the clock of the loop.
        """
        now = asyncio.get_running_loop().time
        if now() < self._gone_until:
            return False
        self._held.add(name)
        woken = self._sleepers[name] = asyncio.Event()
        left = 0
        try:
            left = await self._asked(name)
            if left > 0:
                await self._wait(name, woken, left)
        except Failures:
            pass  # the order within this process has to do
        finally:
            del self._sleepers[name]
        return left > 0 or 0 < -left <= (now() - since) * 1000 + 3

    async def _asked(self, name: str) -> int:
        """Ask for a turn; return for how many milliseconds it may still be another's, else 0 or less (`TURNS`)."""
        return await self._turns.do((TAKE, name))

    async def _asked_for(self, turns: Sequence[tuple[str, str]]) -> Sequence[int]:
        if asyncio.get_running_loop().time() < self._gone_until:  # who queued up meanwhile waits no second time
            raise ConnectionError("Redis did not answer a moment ago")
        letters = "".join(letter for letter, _ in turns)
        try:
            said: list[int] = await self._script.run(
                [name for _, name in turns], [self._me, self._turn_ms, LEFT_MS, letters]
            )
        except Failures as error:
            self._failed(error)
            raise
        self._answered()
        return said

    async def _wait(self, name: str, woken: asyncio.Event, left: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while left > 0:
                if await self._heard_already() and await _nap(woken, left / 1000):
                    return  # it was handed to us
                left = await self._asked(name)

    def _let_go(self, name: str) -> None:
        """End a turn, where one was asked for."""
        if name in self._held:
            self._held.discard(name)
            self._turns.begin((LET_GO, name)).add_done_callback(lambda said: self._heard(name, said))

    def _heard(self, name: str, said: asyncio.Future[int]) -> None:
        """Take note of whether a farewell was heard."""
        if not said.cancelled() and said.exception() is not None:
            self._say_again(name)

    async def _heard_already(self) -> bool:
        """Listen from now on; return False when that begins only now, so that a wake-up may have been missed."""
        if self._listener is not None and self._listening.is_set():
            return True
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        with suppress(TimeoutError):
            async with asyncio.timeout(NAP):
                await self._listening.wait()
        return False

    async def _listen(self) -> None:
        while True:
            with suppress(*Failures):
                await hear(self._ears, self._me, self._listening.set, self._wake)
            self._listening.clear()
            await asyncio.sleep(SULK)

    def _wake(self, name: str) -> None:
        sleeper = self._sleepers.get(name)
        if sleeper is not None:
            sleeper.set()
        elif name not in self._held:  # it was handed to us, and nobody here waits for it any more
            self._held.add(name)
            self._let_go(name)

    def _say_again(self, name: str) -> None:
        """See to it that a turn is let go once Redis answers; a request for it may have arrived, and its answer not."""
        self._unsaid.add(name)
        if self._parting is None or self._parting.done():
            self._parting = asyncio.create_task(self._part())

    async def _part(self) -> None:
        """Say the farewells that got lost, until they are heard; by then most turns have run out."""
        while self._unsaid:
            await asyncio.sleep(SULK)
            with suppress(*Failures):
                for name in self._unsaid - self._held:
                    await self._turns.do((LET_GO, name))
                    self._unsaid.discard(name)
            self._unsaid -= self._held  # that turn's own farewell will do

    def _failed(self, error: Exception) -> None:
        if not self._is_gone:
            log.warning("Redis does not answer (%s): order within a chat is kept per process", type(error).__name__)
        self._is_gone = True
        self._gone_until = asyncio.get_running_loop().time() + SULK

    def _answered(self) -> None:
        if self._is_gone:
            log.warning("Redis answers again")
        self._is_gone = False


async def _nap(woken: asyncio.Event, seconds: float) -> bool:
    """Wait at most so long; return whether we were woken."""
    with suppress(TimeoutError):
        async with asyncio.timeout(min(seconds, NAP)):
            await woken.wait()
    return woken.is_set()
