"""The command `python -m locales`: extract, update, check, compile the catalogues. For development only."""

import sys
from collections.abc import Callable

from locales.catalogues import DOMAINS, CatalogueError
from locales.compiling import compile_all


def _extract() -> int:
    """Print the texts that the sources ask for."""
    from locales.extracting import extract, render

    for domain in DOMAINS:
        print(render(extract(domain), domain))
    return 0


def _update() -> int:
    """Bring the catalogues in step with the sources."""
    from locales.extracting import update_all

    changed = [f"changed: {path}" for path in update_all()]
    print("\n".join(changed) or "Nothing changed.")
    return 0


def _check() -> int:
    """Say everything that is wrong with the texts."""
    from locales.checks import check_all
    from locales.spelling import DictionaryMissing

    try:
        wrong = check_all()
    except DictionaryMissing as error:
        wrong = [str(error)]
    print("\n".join(wrong) or "Catalogues and texts: all well.")
    return 1 if wrong else 0


def _compile() -> int:
    """Write the compiled catalogues."""
    compile_all()
    return 0


COMMANDS: dict[str, Callable[[], int]] = {
    "extract": _extract,
    "update": _update,
    "check": _check,
    "compile": _compile,
}


def main(arguments: list[str]) -> int:
    """Run one command; return 0, 1 when something is wrong with the texts, or 2 on wrong usage."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m locales {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]]()
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
