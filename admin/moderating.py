"""What is said of moderation on a page: what may be chosen in the forms, and how each decision reads in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final

from admin.choices import REASON_LABELS, STATUS_LABELS
from admin.permissions import Permission, may
from admin.showing import Shown
from admin.visit import Visit
from dialogs.types import Consultation
from locales import translatable
from storage.codebook import ThemeEntry
from storage.moderation import BY_HAND, REASONS, Standing
from storage.staff import StaffMember
from storage.unit_of_work import UnitOfWork

FAMILY_LABELS: Final = {
    "pillar": translatable("Pillars"),
    "recommendation": translatable("Recommendations"),
    "principle": translatable("Principles"),
    "other": translatable("Themes of your own"),
}
"""How the families of themes are called, in the order they are shown in."""


async def piece(visit: Visit, work: UnitOfWork, shown: Shown) -> Mapping[str, object]:
    """Return what the contribution's page shows of moderation."""
    contributed = shown.contributed
    return {
        "notes": await work.moderation.notes(contributed.id),
        "reason": reason_words(visit, contributed.reason),
        "people": await colleagues(work, shown.consultation),
        "assignee": next((each for each in await work.staff.list() if each.id == contributed.assignee_id), None),
        **await choices_for(visit, work, shown, set(contributed.themes)),
    }


async def choices_for(visit: Visit, work: UnitOfWork, shown: Shown, themes: set[str]) -> dict[str, object]:
    """Return what may be chosen in the forms, `themes` (slugs) ticked."""
    say = visit.translations.gettext
    entries = await work.codebook.themes([shown.consultation.slug], retired=True)
    offered = [each for each in entries if each.retired_at is None or each.slug in themes]
    return {
        "statuses": [(each, say(STATUS_LABELS[each])) for each in BY_HAND if each != "set-aside"],
        "reasons": [(each, say(REASON_LABELS[each])) for each in REASONS],
        "ticked": themes,
        "families": [
            (say(FAMILY_LABELS.get(family, family)), list(group))
            for family, group in groupby(sorted(offered, key=_by_family), key=lambda each: each.family)
        ],
    }


def _by_family(theme: ThemeEntry) -> tuple[int, int]:
    order = list(FAMILY_LABELS)
    return order.index(theme.family) if theme.family in order else len(order), theme.position


async def colleagues(work: UnitOfWork, consultation: Consultation) -> list[StaffMember]:
    """Return who may be given contributions to a consultation."""
    return [
        each
        for each in await work.staff.list()
        if not each.disabled
        and may(each.role, Permission.CONTRIBUTIONS_MODERATE)
        and (not each.components or {consultation.slug, consultation.component} & set(each.components))
    ]


# --- in words --------------------------------------------------------------------------------------------------------


def status_words(visit: Visit, status: str, reason: str | None) -> str:
    """Return a status with its reason, as a page says it."""
    say = visit.translations.gettext
    words = say(STATUS_LABELS.get(status, status))
    return f"{words}: {reason_words(visit, reason)}" if reason else words


def reason_words(visit: Visit, reason: str | None) -> str:
    """Return why something was set aside, "" where it was not."""
    return visit.translations.gettext(REASON_LABELS.get(reason, reason)) if reason else ""


async def status_now(visit: Visit, now: Standing) -> str:
    """Return the status of a contribution as it stands."""
    return status_words(visit, now.status, now.reason)


async def assignee_now(visit: Visit, work: UnitOfWork, now: Standing) -> str:
    """Return who has a contribution as it stands."""
    people = {each.id: each.name for each in await work.staff.list()}
    return people.get(now.assignee_id or 0, visit.translations.gettext("Nobody"))


async def themes_now(visit: Visit, entries: Iterable[ThemeEntry], now: Standing) -> str:
    """Return the themes of a contribution as it stands."""
    return theme_names(visit, entries, set(now.themes))


def theme_names(visit: Visit, entries: Iterable[ThemeEntry], wanted: set[int]) -> str:
    """Return the names of the themes called `wanted`, in the order of `entries`."""
    names = [str(each.name[visit.language]) for each in entries if each.id in wanted]
    return ", ".join(names) or visit.translations.gettext("None")
