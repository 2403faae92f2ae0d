"""`python -m dialogs`: walk a consultation in the terminal, and record it as a scenario; or record scenarios anew."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dialogs.loader import Broken, load, shipped
from dialogs.player import play, replay
from locales.languages import CODES, DEFAULT


def main(arguments: list[str] | None = None) -> int:
    """Play; return 0, or 1 when a file has mistakes, which are printed."""
    options = _options().parse_args(arguments)
    if options.again:
        return _again(options.files)
    try:
        catalogue = (load(options.files) if options.files else shipped()).catalogue()
    except Broken as broken:
        sys.stderr.write(f"{broken}\n")
        return 1
    scenario = play(catalogue, sys.stdin, sys.stdout, telegram=options.language, start=f"/start {options.link}".strip())
    if options.record:
        options.record.write_text(scenario, "utf-8")
    return 0


def _again(files: list[Path]) -> int:
    catalogue = shipped().catalogue()
    for file in files:
        file.write_text(replay(file.read_text("utf-8"), catalogue), "utf-8")
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dialogs", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="consultations; without any, those that are shipped")
    parser.add_argument("--language", choices=CODES, default=DEFAULT, help="the language Telegram reports")
    parser.add_argument("--link", default="", help="go straight there, such as digital-governance-ideas")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write what was said as a scenario")
    parser.add_argument("--again", action="store_true", help="the files are scenarios: record them anew")
    return parser


if __name__ == "__main__":
    sys.exit(main())
