"""How often a process looks through what it holds in memory for what nobody needs any more."""

from __future__ import annotations

import gc


def settle() -> None:
    """Look no more through what stays for good, and less often through the rest: a quarter of an update's cost."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
