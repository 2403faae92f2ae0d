"""One process: an HTTP server and the duties beside it, started together, ended together and in good time.

Told to stop (SIGTERM, Ctrl-C) the duties end first, for one may still be talking to the server beside it; then the
server; all within ten seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import structlog
import uvicorn
import uvloop
from starlette.applications import Starlette

from kuvendo.guard import Guarded
from kuvendo.memory import settle
from kuvendo.trouble import Trouble

log = structlog.get_logger("kuvendo.process")

GRACE = 6.5
"""Seconds that duties have to end by themselves."""
SERVER_GRACE = 2

Duty = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to `host` and `port`; raises Trouble where that is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except socket.gaierror:
        raise Trouble(f"There is no host {host} on this machine; 127.0.0.1 always works.") from None
    except OSError as error:
        listener.close()
        raise Trouble(_bind_words(host, port, error)) from None
    listener.setblocking(False)
    return listener


def _bind_words(host: str, port: int, error: OSError) -> str:
    import errno

    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program; choose another one, such as {port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this account; choose one above 1023, such as 8000."
    return f"{host}:{port} cannot be listened on: {error.strerror}."


class _Server(uvicorn.Server):
    """A server that leaves signals to the process it is a part of, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's own handlers in place."""
        yield


class Process:
    """What runs: an application on a listening socket, and duties that share its event loop."""

    def __init__(
        self,
        app: Starlette,
        duties: Sequence[Duty],
        *,
        listener: socket.socket,
        stopping: asyncio.Event,
        on_stop: Sequence[Callable[[], None]] = (),
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        self._server = _server(app)
        self._listener = listener
        self._duties = duties
        self._on_stop = on_stop
        self._on_ready = on_ready
        self.stopping = stopping
        self._failure: BaseException | None = None

    def stop(self) -> None:
        """Begin to end; safe to call twice."""
        if self.stopping.is_set():
            return
        self.stopping.set()

    async def run(self) -> None:
        """Serve until told to stop; raises what ended a duty before its time."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.set_exception_handler(_log_unhandled)
        serving = asyncio.create_task(self._serve())
        await self._started(serving)
        settle()
        tasks = [asyncio.create_task(self._watched(duty)) for duty in self._duties]
        if self._on_ready is not None and not self.stopping.is_set():
            self._on_ready()
        await self.stopping.wait()
        await self._end(serving, tasks)
        if self._failure is not None:
            raise self._failure

    async def _serve(self) -> None:
        try:
            await self._server.serve(sockets=[self._listener])
        finally:
            self.stop()

    async def _started(self, serving: asyncio.Task[None]) -> None:
        """Wait until the server answers: a duty may be about to call it."""
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait({up, serving}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()

    async def _watched(self, duty: Duty) -> None:
        """Run one duty; where it fails the whole process ends, for half of one is worse than none."""
        try:
            await duty(self.stopping)
        except Exception as error:  # noqa: BLE001 - kept, and raised when everything has ended
            self._failure = self._failure or error
            self.stop()

    async def _end(self, serving: asyncio.Task[None], tasks: Sequence[asyncio.Task[None]]) -> None:
        await _ended(set(tasks), GRACE)
        for told in self._on_stop:
            told()
        self._server.should_exit = True
        await _ended({serving}, SERVER_GRACE + 1)
        if serving.done() and not serving.cancelled():
            self._failure = self._failure or serving.exception()


async def _ended(tasks: set[asyncio.Task[None]], seconds: float) -> None:
    """Wait for `tasks`; what has not ended after `seconds` is cancelled."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if late:
        log.warning("not everything ended in time", count=len(late))


def _server(app: Starlette) -> _Server:
    config = uvicorn.Config(
        app,
        http=Guarded,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SERVER_GRACE,
        timeout_keep_alive=75,
        backlog=1024,
    )
    return _Server(config)


def _log_unhandled(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no one waited for, without the words an exception may quote."""
    error = context.get("exception")
    log.error("unhandled in the event loop", exc_info=error if isinstance(error, BaseException) else None)


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `work` on the quick event loop; Ctrl-C before it listens to signals ends it quietly."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())
