"""How often somebody may try a password or a code, so that guessing is hopeless and never locks anybody out.

Strangers share two buckets an hour, one for the account and one for their address. A browser from which that
account logged in before (it holds our signed device cookie) has a bucket of its own instead, so strangers who
exhaust theirs do not stand in its way; once it exhausts its own it is a stranger too. Every check is counted before
it is made, known name or not. Codes of a telephone have counters of their own.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address

from starlette.requests import Request

from admin.settings import AdminSettings

WINDOW = timedelta(hours=1)
PER_ACCOUNT = 30
"""Checks that all strangers together have on one account in a window."""
PER_ADDRESS = 60
"""Checks that strangers from one address have in a window; a whole office may share one."""
PER_DEVICE = 10
"""Checks that a browser known to the account has in a window before it counts as a stranger."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A counter's key, which tells nobody what is counted, and how far it may go in a window."""

    key: str
    limit: int


def for_account(login: str, settings: AdminSettings, what: str = "") -> Bucket:
    """Return the bucket that strangers share on one account; `what` they try is a password, or said here."""
    return Bucket(_key(f"{what}account", login, settings), PER_ACCOUNT)


def for_address(address: str, settings: AdminSettings, what: str = "") -> Bucket:
    """Return the bucket that all strangers at one address share."""
    return Bucket(_key(f"{what}address", address, settings), PER_ADDRESS)


def for_device(device: str, settings: AdminSettings, what: str = "") -> Bucket:
    """Return the bucket of a browser that the account is known on."""
    return Bucket(_key(f"{what}device", device, settings), PER_DEVICE)


def address(request: Request, settings: AdminSettings) -> str:
    """Return where a request comes from: the peer, or what our own proxy says of it.

    `X-Forwarded-For` is believed from `settings.proxies` alone, read from the right, past our own proxies. Of an
    IPv6 address the first 64 bits count, for one house has them all.
    """
    peer = request.client.host if request.client else ""
    if peer in settings.proxies:
        said = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
        peer = next((part for part in reversed(said) if part and part not in settings.proxies), peer)
    return _network(peer)


def _network(text: str) -> str:
    """Return the part of an address that names one household or office."""
    try:
        found = ip_address(text)
    except ValueError:
        return text[:64]
    if found.version == 6 and found.ipv4_mapped is None:
        return found.exploded[:19]
    return str(getattr(found, "ipv4_mapped", None) or found)


def _key(kind: str, what: str, settings: AdminSettings) -> str:
    proof = hmac.new(settings.key, f"throttle:{kind}:{what}".encode("utf-8", "replace"), hashlib.sha256)
    return f"login:{proof.hexdigest()}"
