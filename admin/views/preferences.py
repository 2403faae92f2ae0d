"""Language and colours: chosen on any page, with or without a login."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

import locales
from admin import cookies
from admin.gate import THEMES
from admin.visit import Visit


async def language(visit: Visit) -> Response:
    """Keep the chosen language, with the account where there is one, and go back to the page."""
    form = await visit.form()
    chosen = form.get("language", "")
    if chosen not in locales.CODES:
        raise HTTPException(400)
    if visit.staff is not None:
        async with visit.database.begin() as work:
            await work.staff.set_language(visit.staff.id, chosen)
            await work.commit()
    return _back(visit, form, cookies.LANGUAGE, chosen)


async def theme(visit: Visit) -> Response:
    """Keep the chosen colours in this browser and go back to the page."""
    form = await visit.form()
    chosen = form.get("theme", "")
    if chosen not in THEMES:
        raise HTTPException(400)
    return _back(visit, form, cookies.THEME, chosen)


def _back(visit: Visit, form: dict[str, str], cookie: str, value: str) -> Response:
    response = visit.see(visit.safe(form.get("back", "")))
    cookies.write(response, cookie, value, visit.settings)
    return response
