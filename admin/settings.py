"""What an installation decides about its dashboard. Values only: the front door reads them from the environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

IDLE = timedelta(minutes=30)
"""A session that asked for nothing so long has ended."""
LONGEST = timedelta(hours=8)
"""No session lasts longer, however busy."""
BODY_LIMIT = 64 * 1024
"""Bytes that a form of the dashboard may have."""


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AdminSettings:
    """The dashboard's settings.

    `https` says that people reach the dashboard over TLS. `proxies` are the addresses of our own reverse proxies:
    from them, and from nobody else, `X-Forwarded-For` is believed. `clock` gives the time. `key` signs the cookies
    that exist before a login; `create_app` takes it from the installation's keyring. With `second_factor` whoever can
    read what citizens wrote logs in with a code of their telephone too; without it, only who has set that up.
    """

    https: bool = False
    proxies: frozenset[str] = frozenset()
    clock: Callable[[], datetime] = now
    second_factor: bool = True
    key: bytes = field(default=b"", repr=False)
