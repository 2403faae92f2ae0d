"""Work that is done for many at once: what comes while one batch is under way makes the next.

A single job goes at once. Under load each round takes all that has come, and lets everything else that can be done go
before: what a batch costs whatever it holds is then shared by more, and the processor is not idle meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

LINGER = 0.015
"""Seconds between two batches of several jobs, at most."""

NOTHING = 0.00005
"""Seconds that a round of the loop takes in which nothing is to be done."""

Job = TypeVar("Job")
Result = TypeVar("Result")


class Batches(Generic[Job, Result]):
    """Runs jobs in batches of at most `at_most`, one batch after another.

    `run` is given a batch and returns for each job, in order, its result or the exception that it ends with.
    """

    def __init__(self, run: Callable[[Sequence[Job]], Awaitable[Sequence[Result | Exception]]], at_most: int) -> None:
        self._run = run
        self._at_most = at_most
        self._waiting: deque[tuple[Job, asyncio.Future[Result]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def do(self, job: Job) -> Result:
        """Do `job` with whatever else waits, and return its result; raise what it ends with."""
        return await self.begin(job)

    def begin(self, job: Job) -> asyncio.Future[Result]:
        """Have `job` done with whatever else waits; the future is its result, or the exception that it ends with."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return done

    async def end(self) -> None:
        """Return once nothing waits any more."""
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        many = False
        while self._waiting:
            if many and len(self._waiting) < self._at_most:
                await _rest()
            taken = self._taken()
            many = len(taken) > 1
            results = await self._results([job for job, _ in taken]) if taken else []
            for (_, done), result in zip(taken, results, strict=True):
                settle(done, result)

    def _taken(self) -> list[tuple[Job, asyncio.Future[Result]]]:
        """Return the next batch, without what nobody waits for any more."""
        taken: list[tuple[Job, asyncio.Future[Result]]] = []
        while self._waiting and len(taken) < self._at_most:
            job, done = self._waiting.popleft()
            if not done.cancelled():
                taken.append((job, done))
        return taken

    async def _results(self, jobs: Sequence[Job]) -> Sequence[Result | Exception]:
        try:
            return await self._run(jobs)
        except Exception as error:  # noqa: BLE001 - whoever waits for a job learns what became of it
            return [error] * len(jobs)


async def _rest() -> None:
    """Return once there is nothing else to do in this process, or a while has passed."""
    now = time.monotonic()
    until = now + LINGER
    while now < until:
        began = now
        await asyncio.sleep(0)
        now = time.monotonic()
        if now - began < NOTHING:
            return


def settle(done: asyncio.Future[Result], result: Result | Exception) -> None:
    """Give a future its result, or the exception that it ends with, where somebody still waits for it."""
    if done.done():  # whoever wanted it is gone
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
