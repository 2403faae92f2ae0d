"""What can be asked, kept in memory and brought up to date when the secretariat changes it.

Consultations and the versions of their questionnaires come from the database; the plan, with the texts the
institution answers for, from the package.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog

from dialogs import loader
from dialogs.loader import Loaded
from dialogs.types import Catalogue
from storage.consultations import CatalogueRows
from storage.database import Database
from storage.errors import StorageError

log = structlog.get_logger("kuvendo.catalogue")

LOOK_AGAIN: Final = 3.0
"""Seconds until an opened or closed consultation is known to every process."""


class CatalogueKeeper:
    """Holds the catalogue of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plan = loader.shipped().plan
        self._changed_at: datetime | None = None
        self._present = loader.catalogue(self._plan, (), ())

    def __call__(self) -> Catalogue:
        """Return what can be asked at this moment."""
        return self._present

    async def refresh(self) -> bool:
        """Read the catalogue again where it changed; return whether it did."""
        async with self._database.reading() as unit:
            changed_at = await unit.consultations.changed_at()
            if changed_at == self._changed_at:
                return False
            rows = await unit.consultations.catalogue_rows()
        self._present = self._built(rows)
        self._changed_at = changed_at
        return True

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep the catalogue up to date until `stopping`."""
        while not stopping.is_set():
            try:
                if await self.refresh():
                    log.info("catalogue read", count=len(self._present.consultations))
            except StorageError as error:
                log.warning("the catalogue cannot be read", error=type(error).__name__)
            try:
                await asyncio.wait_for(stopping.wait(), LOOK_AGAIN)
            except TimeoutError:
                continue

    def _built(self, rows: CatalogueRows) -> Catalogue:
        consultations = [
            replace(
                loader.consultation_from_json(each.definition),
                questionnaires=rows.offered.get(each.slug, ()),
                is_open=each.state == "open",
                closes_on=each.closes_on,
            )
            for each in rows.consultations
            if each.state != "draft"
        ]
        questionnaires = map(loader.questionnaire_from_json, rows.questionnaires.values())
        return loader.catalogue(self._plan, consultations, questionnaires)


async def publish(database: Database, loaded: Loaded, *, opened: bool = False) -> int:
    """Keep what files hold; return how many versions were new.

    With `opened` those consultations that nobody has opened or closed yet take contributions at once. Raises
    FrozenVersion where a published version reads differently.
    """
    now, new = datetime.now(UTC), 0
    async with database.begin() as unit:
        for position, consultation in enumerate(loaded.consultations):
            offered = [loaded.questionnaires[digest] for digest in consultation.questionnaires]
            new += await unit.consultations.load(
                loader.consultation_to_json(consultation),
                [loader.questionnaire_to_json(each) for each in offered],
                now,
                position,
            )
        if opened:
            drafts = [each.slug for each in await unit.consultations.list() if each.state == "draft"]
            for slug in drafts:
                await unit.consultations.open(slug, now)
        await unit.commit()
    return new
