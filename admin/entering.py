"""What the ways into the dashboard share: whether one more attempt may be made, and how a session begins.

A session number is never carried over: each step that proves something begins another one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, Protocol

from starlette.responses import Response

from admin import browsers, cookies, second_factor, throttle
from admin.gate import session_id
from admin.visit import Visit
from storage.staff import StaffMember, StaffRepository
from storage.unit_of_work import UnitOfWork


class Entered(NamedTuple):
    """A session just begun: its cookie, and the token of its forms."""

    cookie: str
    token: str


class Again(Protocol):
    """Shows a form again with what is wrong in one of its sections."""

    async def __call__(self, visit: Visit, status: int, *, section: str, problem: str) -> Response:
        """Return the page."""
        ...


def is_asked(visit: Visit, member: StaffMember) -> bool:
    """Tell whether somebody's password alone does not let them in."""
    return member.has_factor or (visit.settings.second_factor and second_factor.is_asked_of(member.role))


async def admitted(visit: Visit, staff: StaffRepository, name: str, what: str = "") -> bool:
    """Tell whether one more attempt may be made on `name`'s account from here; count it either way."""
    settings = visit.settings
    device = cookies.read(visit.request, cookies.DEVICE, settings)
    nonce = cookies.unsigned(device, f"device:{name}", settings)
    if nonce and await within(visit, staff, throttle.for_device(nonce, settings, what)):
        return True
    place = throttle.address(visit.request, settings)
    strangers = (throttle.for_account(name, settings, what), throttle.for_address(place, settings, what))
    return await within(visit, staff, *strangers)


async def within(visit: Visit, staff: StaffRepository, *buckets: throttle.Bucket) -> bool:
    """Count one attempt in each bucket and tell whether all of them still had room."""
    since = visit.now - throttle.WINDOW
    counts = [await staff.count(bucket.key, visit.now, since) for bucket in buckets]
    return all(count <= bucket.limit for count, bucket in zip(counts, buckets, strict=True))


async def begin(visit: Visit, work: UnitOfWork, member: StaffMember, *, proven: bool = True) -> Entered:
    """Begin a session in place of the one that this browser has."""
    made = Entered(cookies.fresh(), cookies.fresh())
    if visit.session:
        await work.staff.end_session(visit.session, visit.now)
    browser = browsers.in_words(visit.request.headers.get("user-agent", ""))
    id_ = session_id(made.cookie)
    await work.staff.open_session(id_, member.id, made.token, visit.now, proven=proven, browser=browser)
    return made


def inside(visit: Visit, member: StaffMember, made: Entered) -> Visit:
    """Return the visit as it is once `made` is its session, for a page that is shown at once."""
    session = session_id(made.cookie)
    return replace(visit, staff=member, half=None, session=session, token=made.token, language=member.language)


def alone(visit: Visit) -> Visit:
    """Return the visit for a page with one thing on it and no way past: without the places of the dashboard."""
    return replace(visit, staff=None, half=visit.known)


def welcome(visit: Visit, response: Response, member: StaffMember, made: Entered) -> Response:
    """Have the browser keep a session, and that this account was in here; return the response."""
    settings = visit.settings
    carry(visit, response, member, made)
    device = cookies.signed(cookies.fresh(), f"device:{member.name}", settings)
    cookies.write(response, cookies.DEVICE, device, settings)
    return response


def carry(visit: Visit, response: Response, member: StaffMember, made: Entered) -> Response:
    """Have the browser keep a session, and nothing that says the login was whole; return the response."""
    cookies.drop(response, cookies.VISIT, visit.settings)
    cookies.write(response, cookies.SESSION, made.cookie, visit.settings)
    cookies.write(response, cookies.LANGUAGE, member.language, visit.settings)
    return response
