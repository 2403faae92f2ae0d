"""`python -m simulator`: the simulator as a server of its own."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from simulator.app import create_app
from simulator.clock import SystemClock
from simulator.flood import Limits
from simulator.telegram import Settings, Telegram


class Server(uvicorn.Server):
    """A server that lets go of long polls and open pages as soon as it is told to end."""

    def __init__(self, config: uvicorn.Config, telegram: Telegram) -> None:
        super().__init__(config)
        self._telegram = telegram

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self._telegram.stop()
        super().handle_exit(signal.Signals(sig), frame)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A local Telegram.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--token", default="1:TEST", help="the token the bot must use")
    parser.add_argument("--name", default="Bot", help="the bot's name until it sets one")
    parser.add_argument("--username", default="simulated_bot")
    parser.add_argument("--state", type=Path, help="a file to remember everything in")
    parser.add_argument("--limits", action="store_true", help="refuse what comes too fast, as Telegram does")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times as fast as real time passes")
    return parser.parse_args()


def main() -> None:
    """Run until told to end."""
    given = _arguments()
    settings = Settings(
        token=given.token,
        bot_name=given.name,
        bot_username=given.username,
        state_file=given.state,
        limits=Limits() if given.limits else None,
    )
    telegram = Telegram(settings, clock=SystemClock(given.speed))
    config = uvicorn.Config(create_app(telegram), host=given.host, port=given.port, log_level="warning")
    sys.stdout.write(f"Chat: http://{given.host}:{given.port}/chat\n")
    sys.stdout.write(f"Bot API: http://{given.host}:{given.port}/bot{given.token}/getMe\n")
    Server(config, telegram).run()


if __name__ == "__main__":
    main()
