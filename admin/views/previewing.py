"""A questionnaire tried out in the dashboard, as the citizen will see it; nothing of it is kept anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import Response

import locales
from admin import walking
from admin.conversation import bubbles
from admin.views.consultations import one
from admin.visit import Visit
from admin.walking import Step
from dialogs.canonical import consultation_from_json, questionnaire_from_json
from dialogs.types import Consultation, Questionnaire


class Trial(NamedTuple):
    """What a walk is made of: the language of the person's Telegram, when they began, what they did."""

    language: str
    began: datetime
    steps: tuple[Step, ...]


async def start(visit: Visit) -> Response:
    """Begin at the link that citizens follow; `language` chooses the one that their Telegram speaks."""
    consultation, questionnaire = await _asked(visit)
    language = visit.request.query_params.get("language", visit.language)
    spoken = language if language in locales.CODES else visit.language
    return _page(visit, consultation, questionnaire, Trial(spoken, visit.now, ()))


async def go_on(visit: Visit) -> Response:
    """Take one more input and show what follows."""
    consultation, questionnaire = await _asked(visit)
    fields = await visit.form()
    language = fields.get("language", "")
    if language not in locales.CODES:
        raise HTTPException(400)
    steps = walking.loads(fields.get("steps", ""))
    more = _step(fields)
    if more and len(steps) < walking.LONGEST:
        steps = (*steps, more)
    return _page(visit, consultation, questionnaire, Trial(language, _began(fields, visit.now), steps))


def _began(fields: dict[str, str], now: datetime) -> datetime:
    """Return when the walk began, which screens are numbered by; now, where the page before did not say it."""
    began = fields.get("began", "")
    seconds = int(began) if began.isdecimal() and len(began) < 11 else 0
    return datetime.fromtimestamp(seconds, UTC) if seconds else now


def _step(fields: dict[str, str]) -> Step | None:
    """Return what was pressed or written; a press wins, for a field may hold words that were not sent."""
    turn, _, option = fields.get("press", "").partition(".")
    if option and turn.isdecimal() and len(turn) < 20:
        return Step("", int(turn), option)
    words = fields.get("words", "").replace("\r\n", "\n").strip()[: walking.LONGEST_TEXT]
    return Step(words) if words else None


async def _asked(visit: Visit) -> tuple[Consultation, Questionnaire]:
    """Return what is to be walked: the version that the address names by its digest."""
    async with visit.database.reading() as work:
        listed = await one(visit, work)
        versions = await work.consultations.versions(listed.slug)
    wanted = visit.request.path_params["digest"]
    found = next((each for each in versions if each.digest == wanted), None)
    if found is None:
        raise HTTPException(404)
    return consultation_from_json(listed.definition), questionnaire_from_json(found.definition)


def _page(visit: Visit, consultation: Consultation, questionnaire: Questionnaire, trial: Trial) -> Response:
    asked = walking.catalogue(consultation, questionnaire)
    walk = walking.walk(asked, trial.language, trial.steps, trial.began)
    return visit.page(
        "consultations/preview.html",
        consultation=consultation,
        questionnaire=questionnaire,
        walked=trial.language,
        began=int(trial.began.timestamp()),
        walk=walk,
        bubbles=bubbles(walk.said),
        steps=walking.dumps(trial.steps),
    )
