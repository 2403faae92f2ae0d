"""How long things are kept, in days: settings, with defaults that are what people are told before they agree.

What was promised to them is the most that may be set; an institution may keep things for less long.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from storage.retention import Periods

PROMISED_FOR_ADDRESSES = 30
PROMISED_FOR_BACKUPS = 35
"""Days; the texts on consent and privacy name them (`dialogs/consultations/plan.yaml`)."""


class PeriodSettings(BaseSettings):
    """The settings `KUVENDO_RETENTION_…`; each is a number of days."""

    retention_addresses: int = Field(default=30, ge=1, le=PROMISED_FOR_ADDRESSES)
    """After the consultation somebody took part in closed, or after their last word where they never submitted."""
    retention_backups: int = Field(default=35, ge=1, le=PROMISED_FOR_BACKUPS)
    """How old a backup may become; tombstones are kept a day longer."""
    retention_quarantine: int = Field(default=7, ge=1, le=30)
    retention_updates: int = Field(default=7, ge=2, le=30)
    """Numbers of updates; Telegram repeats one for up to a day."""
    retention_outbox: int = Field(default=7, ge=1, le=30)
    """Rows of messages that were sent or given up; their text is gone at once."""
    retention_logins: int = Field(default=30, ge=1, le=366)
    """Sessions of the dashboard, from their beginning."""
    retention_audit: int = Field(default=730, ge=30, le=3660)
    erasures_file: Path | None = None
    """Where the list of who is gone is kept; best on another disk than the database."""

    def periods(self) -> Periods:
        """Return how long each thing is kept."""
        return Periods(
            addresses=timedelta(days=self.retention_addresses),
            quarantine=timedelta(days=self.retention_quarantine),
            updates=timedelta(days=self.retention_updates),
            outbox=timedelta(days=self.retention_outbox),
            logins=timedelta(days=self.retention_logins),
            audit=timedelta(days=self.retention_audit),
            backups=timedelta(days=self.retention_backups),
        )
