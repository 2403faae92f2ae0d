"""`kuvendo` and `python -m kuvendo`: run a command, and put whatever fails into one line."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run the command line; end with 0, with 1 and one line of explanation, or with 2 on wrong usage."""
    _plainly()
    from kuvendo.cli import app
    from kuvendo.trouble import Trouble

    try:
        app(prog_name="kuvendo")
    except Trouble as trouble:
        _tell(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - a traceback never reaches a user
        _tell(_explained(error))


def _plainly() -> None:
    """Do without rich, which colours what we never colour: to import it takes longer than most commands."""
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # how Python itself marks what is not to be had


def _tell(line: str) -> None:
    print(f"kuvendo: {line}", file=sys.stderr)  # noqa: T201 - this is the command line
    sys.exit(1)


def _explained(error: Exception) -> str:
    """Return one line about an error nobody foresaw, with the place it came from and none of its words."""
    from kuvendo.logs import places
    from storage.errors import StorageError, Unavailable

    if isinstance(error, Unavailable):
        return f"{str(error)[:1].upper()}{str(error)[1:]}. Is it running, and is KUVENDO_DATABASE_URL right?"
    if isinstance(error, StorageError):
        return f"{str(error)[:1].upper()}{str(error)[1:]}. If the database is new or old: kuvendo db upgrade"
    if isinstance(error, OSError) and error.strerror:
        named = f" ({Path(str(error.filename))})" if error.filename else ""
        return f"{error.strerror}{named}."
    return f"This is our mistake: {places(error)}. Please report this line."


if __name__ == "__main__":
    main()
