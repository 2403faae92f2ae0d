"""Translations beside what was said: written by a person, with their name, and out of date once the author goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

import locales
from admin.conflicts import Both, conflict
from admin.deciding import DIGITS, keep
from admin.showing import Shown, address, visit_contribution
from admin.visit import Visit
from storage.submitted import Answered, Wording
from storage.translations import NONE, Translated, TranslationMoved
from storage.unit_of_work import UnitOfWork

LONGEST: Final = 40_000
"""Signs of a translation; what is beyond is cut."""


@dataclass(frozen=True, slots=True)
class Beside:
    """An answer in words as it stands, and its translation into one other language, None where nobody wrote one."""

    question: str
    label: str
    said: Wording
    language: str
    found: Translated | None

    @property
    def is_old(self) -> bool:
        """Whether the author went on after it was translated."""
        return self.found is not None and self.found.revision < self.said.revision

    @property
    def version(self) -> int:
        """The version that stands, `NONE` for none."""
        return self.found.version if self.found else NONE


async def piece(visit: Visit, work: UnitOfWork, shown: Shown) -> Mapping[str, object]:
    """Return each answer in words with its translations, there or to be written."""
    there = {(each.question, each.language): each for each in await work.translations.of(shown.contributed.id)}
    rows = [
        Beside(
            each.question.id,
            each.question.label[visit.language],
            each.current,
            code,
            there.get((each.question.id, code)),
        )
        for each in shown.contributed.answers
        if each.is_text and each.current is not None and each.current.text
        for code in locales.CODES
        if code != each.current.language
    ]
    return {"translations": rows}


async def translate(visit: Visit) -> Response:
    """Keep a translation of one answer; nothing in it takes it away."""
    form = await visit.form()
    question, language = form.get("question", ""), form.get("language", "")
    text = form.get("text", "").replace("\r\n", "\n").strip()[:LONGEST]
    seen, revision = _version(form.get("version", "")), _version(form.get("revision", ""))
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        answer = _answer(shown, question, language)
        here = address(visit, shown.contributed.id, form.get("back", ""))
        try:
            await work.translations.write(
                shown.contributed.id,
                question,
                language,
                text,
                revision=revision,
                seen=seen,
                by=visit.member.id,
                now=visit.now,
            )
        except TranslationMoved as moved:
            return _second(visit, form, here, answer, moved, text)
        await keep(visit, work, "translated", shown.contributed.id, f"{question} {language}")
    return visit.see(f"{here}#translations")


def _answer(shown: Shown, question: str, language: str) -> Answered:
    """Return the answer to be translated; 400 where there are no words in it, or it is in that language."""
    for each in shown.contributed.answers:
        if each.question.id == question and each.is_text and each.current is not None and each.current.text:
            if language not in locales.CODES or language == each.current.language:
                break
            return each
    raise HTTPException(400)


def _second(
    visit: Visit, form: Mapping[str, str], here: str, answer: Answered, moved: TranslationMoved, text: str
) -> Response:
    """Show what stands beside what was written; the second writer chooses."""
    now = moved.now
    row = Both(answer.question.label[visit.language], now.text if now else "", text)
    again = {name: form.get(name, "") for name in ("question", "language", "back", "revision")}
    again |= {"text": text, "version": str(now.version if now else NONE)}
    return conflict(visit, f"{here}#translations", [row], again, by=(now.by or "") if now else "")


def _version(text: str) -> int:
    """Return a version or a revision as a form carries it; 400 for what it does not."""
    if text == str(NONE):
        return NONE
    if not text.isdecimal() or len(text) >= DIGITS:
        raise HTTPException(400)
    return int(text)
