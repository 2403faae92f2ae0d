"""What a view is given: the request, who asks, in which language, and the means to answer.

A view takes a `Visit` and returns a response. It never looks at cookies, tokens or headers: that is done before
(`admin.gate`), once for all.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

import locales
from admin import rendering
from admin.permissions import Permission, Role, may
from admin.settings import AdminSettings
from storage.database import Database
from storage.staff import StaffMember


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, understood.

    `staff` is who is logged in, None for nobody; `half` who gave the right password and is still to show their second
    factor; `session` the number of their login, `token` what their forms must carry; `theme` is auto, light or dark;
    `now` the moment of the request.
    """

    request: Request
    database: Database
    settings: AdminSettings
    now: datetime
    language: str
    theme: str
    token: str
    staff: StaffMember | None = None
    session: bytes = b""
    half: StaffMember | None = None

    @property
    def member(self) -> StaffMember:
        """Who is logged in; only where the route's permission asks for somebody."""
        if self.staff is None:
            raise LookupError("nobody is logged in")
        return self.staff

    @property
    def known(self) -> StaffMember:
        """Whose password was right, whether their second factor was shown or not."""
        return self.half or self.member

    @property
    def scope(self) -> tuple[str, ...]:
        """The consultations whose texts this person reads, or numbers sees; empty means all of them."""
        return () if self.member.role == Role.COORDINATOR else self.member.components

    @property
    def translations(self) -> gettext.NullTranslations:
        """The texts of the dashboard in this visit's language."""
        return locales.translations(locales.DASHBOARD, self.language)

    def may(self, permission: str) -> bool:
        """Tell whether whoever is logged in holds `permission`."""
        return self.staff is not None and may(self.staff.role, Permission(permission))

    async def form(self) -> dict[str, str]:
        """Return the form's fields that are text, the last of each name."""
        form = await self.request.form(max_files=0, max_fields=50, max_part_size=32 * 1024)
        return {name: value for name, value in form.items() if isinstance(value, str)}

    def url(self, route: str, query: dict[str, str] | None = None, **parts: Any) -> str:
        """Return the path of a route of the table, wherever the dashboard is mounted."""
        path = str(self.request.scope.get("root_path", "")) + self._routes[route].url_path_for(route, **parts)
        return f"{path}?{urlencode(query)}" if query else path

    @property
    def _routes(self) -> Mapping[str, Route]:
        found: Mapping[str, Route] = self.request.app.state.routes
        return found

    @property
    def here(self) -> str:
        """The address of this page within the site, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def safe(self, address: str) -> str:
        """Return `address` when it is a page of this dashboard, else the first page."""
        home = self.url("home")
        parts = urlsplit(address)
        plain = address.isprintable() and "\\" not in address and not address.startswith("//")
        local = not parts.scheme and not parts.netloc and address.startswith(home)
        return address if plain and local else home

    def see(self, address: str) -> Response:
        """Send the browser to another page of the dashboard with a GET."""
        return RedirectResponse(address, 303)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page in this visit's language."""
        return rendering.page(template, self.language, status, visit=self, **values)

    def static(self, name: str) -> str:
        """Return the address of a static file, which changes with its content."""
        return self.url("file", {"v": rendering.static_version(name)}, name=name)
