"""Where a peer finds Telegram, its database and Redis, and which port it listens on: from its environment."""

from __future__ import annotations

import os
from typing import Final

from benchmarks.load import updates

TOKEN: Final = updates.TOKEN
API: Final = os.environ.get("BENCH_API", "http://127.0.0.1:8081")
PORT: Final = int(os.environ.get("BENCH_PORT", "8082"))
POSTGRES: Final = os.environ.get("BENCH_POSTGRES", "")
"""The folder of PostgreSQL's socket."""
DATABASE: Final = os.environ.get("BENCH_DATABASE", "bench")
REDIS: Final = os.environ.get("BENCH_REDIS", "redis://127.0.0.1/0")
DATA: Final = os.environ.get("BENCH_DATA", ".")
"""A folder of the peer's own."""
SECRET: Final = "bench-secret"
PATH: Final = "/webhook"
WEBHOOK: Final = f"http://127.0.0.1:{PORT}{PATH}"
