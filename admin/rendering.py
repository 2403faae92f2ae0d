"""Templates: one environment for each language, escaping always, and the few filters that pages need."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

import locales

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"


@cache
def environment(language: str) -> Environment:
    """Return the templates in `language`; every template is HTML and is escaped whatever its name."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    translations = locales.translations(locales.DASHBOARD, language)
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters["moment"] = lambda value: moment(value, language)
    made.filters["day"] = lambda value: locales.long_date(_local_day(value), language)
    made.filters["weekday"] = lambda value: locales.full_date(_local_day(value), language)
    made.filters["clock"] = lambda value: locales.clock(locales.in_albania(value))
    made.filters["iso"] = lambda value: value.isoformat(timespec="seconds")
    made.filters["number"] = lambda value: locales.number(value, language)
    made.filters["receipt"] = spaced
    return made


def moment(value: datetime, language: str) -> str:
    """Return for example "23 nëntor 2026, 14:05", on Albania's clock."""
    local = locales.in_albania(value)
    return f"{locales.long_date(local.date(), language)}, {locales.clock(local)}"


def _local_day(value: datetime | date) -> date:
    return locales.in_albania(value).date() if isinstance(value, datetime) else value


def spaced(receipt: str | None) -> str:
    """Return a receipt code as it is read aloud: two groups of four."""
    return f"{receipt[:4]} {receipt[4:]}" if receipt else ""


def render(template: str, language: str, **values: Any) -> bytes:
    """Return a page as bytes; half a character that a text may hold becomes a question mark."""
    text = environment(language).get_template(template).render(language=language, **values)
    return text.encode("utf-8", "replace")


def page(template: str, language: str, status: int = 200, **values: Any) -> Response:
    """Return a page as a response."""
    body = render(template, language, **values)
    return Response(body, status, media_type="text/html; charset=utf-8", headers={"Content-Language": language})


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Return the files that pages may ask for: name → content and media type.

    There is one style sheet and one script, each put together from the files of a folder in the order of their names.
    """
    return {
        "admin.css": (_together("style", "*.css"), "text/css; charset=utf-8"),
        "admin.js": (_together("script", "*.js"), "text/javascript; charset=utf-8"),
        "icon.svg": ((STATIC / "icon.svg").read_bytes(), "image/svg+xml"),
    }


def _together(folder: str, pattern: str) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted((STATIC / folder).glob(pattern)))


@cache
def static_version(name: str) -> str:
    """Return a few letters that change with the file's content, so that a browser may keep it for ever."""
    return hashlib.sha256(static_files()[name][0]).hexdigest()[:12]
