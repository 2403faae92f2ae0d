"""`python -m benchmarks`: every measurement, one line each. Ratios carry over to other machines, times do not."""

from __future__ import annotations

from benchmarks import dialogue
from benchmarks.measuring import report


def main() -> None:
    """Run every measurement and print its ratio."""
    for title, one, other in dialogue.pairs():
        print(report(title, one, other))


if __name__ == "__main__":
    main()
