"""How much came in: numbers for everybody of a secretariat, words for nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from admin.visit import Visit
from dialogs.types import Consultation, Questionnaire
from storage.submitted import Count


@dataclass(frozen=True, slots=True)
class Line:
    """What came in on one questionnaire."""

    questionnaire: Questionnaire
    submissions: int = 0
    contributions: int = 0
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What came in on one consultation."""

    consultation: Consultation
    lines: tuple[Line, ...]

    @property
    def contributions(self) -> int:
        """How many issues and ideas in all."""
        return sum(line.contributions for line in self.lines)

    @property
    def submissions(self) -> int:
        """How many submissions in all."""
        return sum(line.submissions for line in self.lines)


async def counts(visit: Visit) -> Response:
    """Show the numbers of the consultations that this person follows."""
    async with visit.database.reading() as work:
        consultations = await work.reading.consultations(visit.scope)
        found = await work.reading.counts([each.slug for each in consultations])
        progress = [_progress(each, await work.reading.questionnaires(each.slug), found) for each in consultations]
    return visit.page("overview/counts.html", progress=progress)


def _progress(consultation: Consultation, versions: tuple[Questionnaire, ...], counts: tuple[Count, ...]) -> Progress:
    """Return a line for each questionnaire, whichever of its versions was answered."""
    newest = {version.slug: version for version in versions}
    by_slug = {each.questionnaire: each for each in counts if each.consultation == consultation.slug}
    lines = tuple(
        Line(version, count.submissions, count.contributions, count.latest)
        if (count := by_slug.get(slug))
        else Line(version)
        for slug, version in newest.items()
    )
    return Progress(consultation, lines)
