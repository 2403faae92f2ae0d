"""What is asked, as it was published: consultations, and every version of their questionnaires.

Definitions are JSON as `dialogs` writes and reads it; nothing here looks inside beyond what names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dialogs.types import is_over
from locales import midnight, today
from storage.codebook import Codebook
from storage.errors import FrozenVersion
from storage.models import ConsultationRow, QuestionnaireVersion
from storage.transaction import Transaction
from storage.types import UtcDateTime

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A consultation as the secretariat sees it: `state` is draft, open or closed."""

    slug: str
    state: str
    closes_on: date | None
    definition: Json

    def state_at(self, now: datetime) -> str:
        """Return the state at `now`: closed where its last day is over, though nobody wrote that down yet."""
        return "closed" if self.state == "open" and is_over(self.closes_on, now) else self.state


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a questionnaire, whether it is the one offered, and since when it is there."""

    digest: str
    slug: str
    version: int
    is_current: bool
    published_at: datetime
    definition: Json


@dataclass(frozen=True, slots=True)
class CatalogueRows:
    """What a catalogue is built from.

    Consultations in their order, with the digests of the questionnaires each offers now; every version by digest.
    """

    consultations: tuple[Listed, ...]
    offered: Mapping[str, tuple[str, ...]]
    questionnaires: Mapping[str, Json]


class Consultations:
    """Everything that was ever asked."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def load(self, consultation: Json, questionnaires: Sequence[Json], now: datetime, position: int = 0) -> int:
        """Publish a consultation and its questionnaires (`consultation_to_json`, `questionnaire_to_json`).

        The highest version of each of these questionnaires is offered from now on; older ones remain for those who
        began them. A new consultation is a draft until it is opened; a known one keeps its state. Themes of its
        component that it does not have are added. Returns how many versions were new. Raises FrozenVersion when a
        version known already has other words.
        """
        slug = str(consultation["slug"])
        known = await self._digests(slug)
        new = [each for each in questionnaires if _is_new(each, known)]
        row = {
            "slug": slug,
            "position": position,
            "definition": consultation,
            "state": "draft",
            "closes_on": await self._last_day(slug, consultation.get("closes_on")),
            "changed_at": now,
        }
        await self._transaction.execute(_PUT, row)
        await self._transaction.put(_PUBLISH, [_version(each, slug, now) for each in new])
        await self._offer(slug, known | {_name(each): each["digest"] for each in new}, questionnaires)
        await Codebook(self._transaction).seed(slug, str(consultation.get("component") or slug))
        return len(new)

    async def open(self, slug: str, now: datetime, closes_on: date | None = None) -> bool:
        """Let a consultation take contributions; return False when there is none called `slug`.

        Without `closes_on` its last day stays as it was planned, but for one that is over.
        """
        planned = case((ConsultationRow.closes_on >= today(now), ConsultationRow.closes_on))
        return await self.open_until(slug, now, planned if closes_on is None else closes_on)

    async def open_until(self, slug: str, now: datetime, closes_on: Any) -> bool:
        """Let a consultation take contributions until the end of a day, or without an end where it is None."""
        return await self._set(slug, now, state="open", closed_at=None, closes_on=closes_on)

    async def close(self, slug: str, now: datetime) -> bool:
        """Let a consultation take nothing further; return False when there is none called `slug`."""
        # What was closed already is closed since then.
        since = func.coalesce(ConsultationRow.closed_at, literal(now, UtcDateTime()))
        return await self._set(slug, now, state="closed", closed_at=since)

    async def close_on_its_day(self, slug: str, closes_on: date, now: datetime) -> bool:
        """Close an open consultation whose last day is over; return False where that is no longer so.

        It is closed since that day ended in Albania, or since it was last changed, where that was later.
        """
        last = await self._transaction.first(select(ConsultationRow.changed_at).where(ConsultationRow.slug == slug))
        since = max(midnight(closes_on + timedelta(days=1)), last[0]) if last else now
        statement = update(ConsultationRow).where(
            ConsultationRow.slug == slug, ConsultationRow.state == "open", ConsultationRow.closes_on == closes_on
        )
        return bool(await self._transaction.changed(statement.values(state="closed", closed_at=since, changed_at=now)))

    async def list(self) -> tuple[Listed, ...]:
        """Return every consultation, in the plan's order."""
        return tuple(Listed(*row) for row in await self._transaction.rows(_LISTED))

    async def hold(self, slug: str) -> Listed | None:
        """Return a consultation as it stands, None for none; nobody else changes it before this is committed."""
        mine = _LISTED.where(ConsultationRow.slug == slug).with_for_update(key_share=True)
        row = await self._transaction.first(mine)
        return Listed(*row) if row else None

    async def versions(self, slug: str) -> tuple[Version, ...]:
        """Return every version of every questionnaire of a consultation, as they are offered, the newest first."""
        table = QuestionnaireVersion
        columns = (table.digest, table.slug, table.version, table.is_current, table.published_at, table.definition)
        statement = select(*columns).where(table.consultation == slug)
        order = (table.is_current.desc(), table.position, table.slug, table.version.desc())
        return tuple(Version(*row) for row in await self._transaction.rows(statement.order_by(*order)))

    async def catalogue_rows(self) -> CatalogueRows:
        """Return everything that can be asked now, and every version somebody may still be answering."""
        versions = await self._transaction.rows(_VERSIONS)
        consultations = await self.list()
        offered = {
            each.slug: tuple(row.digest for row in versions if row.is_current and row.consultation == each.slug)
            for each in consultations
        }
        return CatalogueRows(consultations, offered, {row.digest: row.definition for row in versions})

    async def changed_at(self) -> datetime | None:
        """Return when what is asked last changed: a cheap question for processes that keep it in memory."""
        row = await self._transaction.first(select(func.max(ConsultationRow.changed_at)))
        return row[0] if row else None

    async def _last_day(self, slug: str, given: str | None) -> date | None:
        """Return the last day of a consultation: the file's where that is new, else as the secretariat set it since."""
        columns = (ConsultationRow.definition, ConsultationRow.closes_on)
        mine = select(*columns).where(ConsultationRow.slug == slug)
        known = await self._transaction.first(mine.with_for_update(key_share=True))
        if known and given in {None, known.definition.get("closes_on")}:
            kept: date | None = known.closes_on
            return kept
        return date.fromisoformat(given) if given else None

    async def _digests(self, slug: str) -> dict[tuple[str, int], str]:
        columns = (QuestionnaireVersion.slug, QuestionnaireVersion.version, QuestionnaireVersion.digest)
        rows = await self._transaction.rows(select(*columns).where(QuestionnaireVersion.consultation == slug))
        return {(row.slug, row.version): row.digest for row in rows}

    async def _offer(self, slug: str, versions: Mapping[tuple[str, int], str], questionnaires: Sequence[Json]) -> None:
        order = list(dict.fromkeys(each["slug"] for each in questionnaires))
        newest = {name: versions[name, version] for name, version in sorted(versions) if name in order}
        here = QuestionnaireVersion.consultation == slug
        await self._transaction.execute(update(QuestionnaireVersion).where(here).values(is_current=False))
        ranks = [{"named": digest, "rank": order.index(name)} for name, digest in newest.items()]
        await self._transaction.put(_OFFER, ranks)

    async def _set(self, slug: str, now: datetime, **values: Any) -> bool:
        statement = update(ConsultationRow).where(ConsultationRow.slug == slug)
        return bool(await self._transaction.changed(statement.values(changed_at=now, **values)))


def _name(questionnaire: Json) -> tuple[str, int]:
    return questionnaire["slug"], questionnaire["version"]


def _is_new(questionnaire: Json, known: Mapping[tuple[str, int], str]) -> bool:
    name, version = _name(questionnaire)
    published = known.get((name, version))
    if published not in {None, questionnaire["digest"]}:
        raise FrozenVersion(
            f"Version {version} of {name} ({questionnaire['consultation']}) is published already and reads"
            f" differently; give the new wording the version {version + 1}."
        )
    return published is None


def _version(questionnaire: Json, consultation: str, now: datetime) -> Json:
    return {
        "digest": questionnaire["digest"],
        "consultation": consultation,
        "slug": questionnaire["slug"],
        "version": questionnaire["version"],
        "position": 0,
        "is_current": False,
        "definition": questionnaire,
        "published_at": now,
    }


_PUBLISH = insert(QuestionnaireVersion)

_INSERT = upsert(ConsultationRow)

_PUT = _INSERT.on_conflict_do_update(
    index_elements=["slug"],
    set_={
        "position": _INSERT.excluded.position,
        "definition": _INSERT.excluded.definition,
        "closes_on": _INSERT.excluded.closes_on,
        "changed_at": _INSERT.excluded.changed_at,
    },
)

_OFFER = (
    update(QuestionnaireVersion)
    .where(QuestionnaireVersion.digest == bindparam("named"))
    .values(is_current=True, position=bindparam("rank"))
)

_LISTED = select(
    ConsultationRow.slug, ConsultationRow.state, ConsultationRow.closes_on, ConsultationRow.definition
).order_by(ConsultationRow.position, ConsultationRow.slug)

_VERSIONS = select(
    QuestionnaireVersion.digest,
    QuestionnaireVersion.consultation,
    QuestionnaireVersion.is_current,
    QuestionnaireVersion.definition,
).order_by(QuestionnaireVersion.position, QuestionnaireVersion.slug, QuestionnaireVersion.version)
