"""What can go wrong in storage, by what the caller should do about it.

No other room sees the libraries beneath, so their errors end here. A library's message may quote the row it
stumbled over; these messages never do.
"""

from __future__ import annotations

from sqlalchemy import exc


class StorageError(Exception):
    """Anything that storage could not do."""


class Unavailable(StorageError):
    """The database does not answer, or is too busy: nothing was kept, try again in a few seconds."""


class Conflict(StorageError):
    """Somebody else was faster: nothing was kept, read again and try again at once."""


class StaleSession(Conflict):
    """The session that was read is no longer the one that stands."""


class Refused(StorageError):
    """The database would not take what it was given; trying again will not help."""


class FrozenVersion(ValueError):
    """A published version of a questionnaire was given other words under the same number."""


_RACES = frozenset({"40001", "40P01"})
"""PostgreSQL's own numbers for a serialization failure and a deadlock; its driver need not be there to know them."""

_UNAVAILABLE = frozenset({"OperationalError", "InterfaceError", "TimeoutError"})

Failures = (exc.DBAPIError, exc.TimeoutError)
"""The library's errors that `translated` knows."""


def translated(error: BaseException) -> StorageError:
    """Return the error of ours that says the same as a library's, without the values it quotes."""
    original = getattr(error, "orig", None) or error
    name = type(original).__name__
    kinds = {kind.__name__ for kind in type(original).__mro__}  # the same for every driver
    if getattr(original, "sqlstate", None) in _RACES or "IntegrityError" in kinds:
        return Conflict(f"somebody else changed the same rows ({name})")
    if kinds & _UNAVAILABLE:
        return Unavailable(f"the database does not answer ({name})")
    if getattr(error, "connection_invalidated", False):
        return Unavailable(f"the database's connection was lost ({name})")
    return Refused(f"the database refused ({name})")
