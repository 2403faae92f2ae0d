"""A local Telegram for demos, tests and training: the Bot API over HTTP, and a chat page in the browser.

Several citizens write to one bot. It needs nothing of the rest of the project and is no part of a production
installation.

    telegram = Telegram(Settings(token="1:TEST"))
    app = create_app(telegram)              # or: routes(telegram), joined to another application
    ana = add_citizen(telegram, "Ana", language_code="sq")
    ana.start()
"""

from simulator.app import create_app, routes
from simulator.clock import Clock, ManualClock, SystemClock
from simulator.errors import ApiError
from simulator.faults import Fault
from simulator.flood import Limits
from simulator.groups import add_group, set_bot
from simulator.params import Upload
from simulator.phone import Phone, add_citizen
from simulator.pusher import running
from simulator.telegram import Settings, Telegram

__all__ = [
    "ApiError",
    "Clock",
    "Fault",
    "Limits",
    "ManualClock",
    "Phone",
    "Settings",
    "SystemClock",
    "Telegram",
    "Upload",
    "add_citizen",
    "add_group",
    "create_app",
    "routes",
    "running",
    "set_bot",
]
