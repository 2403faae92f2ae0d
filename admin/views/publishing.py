"""A new version of a questionnaire: brought as a file, checked, compared with the one before, and then published."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin import uploads
from admin.deciding import was_seen
from admin.uploads import Checked
from admin.views.consultations import held, one
from admin.visit import Visit
from dialogs.canonical import consultation_from_json, questionnaire_from_json, questionnaire_to_json
from dialogs.comparing import compare
from dialogs.types import Questionnaire
from storage.consultations import Listed, Version
from storage.errors import FrozenVersion
from storage.unit_of_work import UnitOfWork


async def form(visit: Visit) -> Response:
    """Show where a file is brought."""
    async with visit.database.reading() as work:
        listed = await one(visit, work)
    return visit.page("consultations/upload.html", consultation=consultation_from_json(listed.definition))


async def check(visit: Visit) -> Response:
    """Show every mistake of a file, or what it would change; nothing is kept yet."""
    content = await _content(visit)
    async with visit.database.reading() as work:
        listed = await one(visit, work)
        versions = await work.consultations.versions(listed.slug)
    return _answer(visit, listed, versions, content)


async def publish(visit: Visit) -> Response:
    """Publish the file that was shown; where it is not as it should be any more, say so as before."""
    content = await _content(visit)
    async with visit.database.begin() as work:
        listed = await held(visit, work)
        seen = was_seen({name: str(value) for name, value in (await visit.request.form()).items()})
        versions = await work.consultations.versions(listed.slug)
        checked = uploads.check(content, consultation_from_json(listed.definition), visit.translations)
        if checked.questionnaire is None or _obstacle(checked.questionnaire, versions):
            return _answer(visit, listed, versions, content)
        if seen != _offered(checked.questionnaire, versions):
            return _answer(visit, listed, versions, content, moved=True)
        try:
            await _publish(visit, work, listed, versions, checked.questionnaire)
        except FrozenVersion:
            return _answer(visit, listed, versions, content)
        await work.commit()
    return visit.see(visit.url("consultation", {"done": "published"}, slug=listed.slug))


async def _publish(
    visit: Visit, work: UnitOfWork, listed: Listed, versions: tuple[Version, ...], new: Questionnaire
) -> None:
    """Offer the new version in the place of the one before; the others stay as they are, and where they are."""
    offered = [each.definition for each in versions if each.is_current and each.slug != new.slug]
    places = [each.slug for each in versions if each.is_current]
    offered.insert(places.index(new.slug) if new.slug in places else len(offered), questionnaire_to_json(new))
    definition = {**listed.definition, "questionnaires": [each["digest"] for each in offered]}
    position = [each.slug for each in await work.consultations.list()].index(listed.slug)
    await work.consultations.load(definition, offered, visit.now, position)
    subject = f"{listed.slug} {new.slug} version {new.version}"
    await work.staff.audit(visit.member.id, "questionnaire.publish", subject, visit.now)


async def _content(visit: Visit) -> bytes:
    """Return the file, or its text where the page before carried it along."""
    given = (await visit.request.form()).get("file")
    content = await given.read() if isinstance(given, UploadFile) else str(given or "").encode()
    if len(content) > uploads.LARGEST:
        raise HTTPException(413)
    return content


def _answer(
    visit: Visit, listed: Listed, versions: tuple[Version, ...], content: bytes, *, moved: bool = False
) -> Response:
    """Show a file's mistakes, or what it changes; `moved` where that is other than what somebody just read."""
    consultation = consultation_from_json(listed.definition)
    checked = uploads.check(content, consultation, visit.translations) if content.strip() else Checked(None)
    new = checked.questionnaire
    if new is None:
        page = {"consultation": consultation, "mistakes": checked.mistakes, "empty": not content.strip()}
        return visit.page("consultations/mistakes.html", 422, **page)
    current = next((each for each in versions if each.slug == new.slug and each.is_current), None)
    before = questionnaire_from_json(current.definition) if current else None
    obstacle = _obstacle(new, versions)
    return visit.page(
        "consultations/compare.html",
        422 if obstacle else 409 if moved else 200,
        consultation=consultation,
        new=new,
        before=before,
        differences=compare(before, new),
        obstacle=obstacle,
        next=max([each.version for each in versions if each.slug == new.slug], default=0) + 1,
        content=content.decode("utf-8", "replace"),
        seen=_offered(new, versions),
        moved=moved,
    )


def _offered(new: Questionnaire, versions: tuple[Version, ...]) -> str:
    """Return the digest of the version that is offered now, with which a new one is compared; "" for none."""
    return next((each.digest for each in versions if each.slug == new.slug and each.is_current), "")


def _obstacle(new: Questionnaire, versions: tuple[Version, ...]) -> str:
    """Return why a version may not be published: the very same is, another of its number is, or a later one is."""
    same = [each for each in versions if each.slug == new.slug]
    if any(each.digest == new.digest for each in same):
        return "same"
    if any(each.version == new.version for each in same):
        return "taken"
    return "late" if any(each.version > new.version for each in same) else ""
