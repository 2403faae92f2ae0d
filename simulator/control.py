"""The control API under `/chat/api`: what a citizen does, for the chat page, for tests and for scripts.

JSON in and out; no browser page from elsewhere can reach what changes something.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator import groups, media
from simulator.compose import shown
from simulator.errors import ApiError, bad_request
from simulator.faults import Fault
from simulator.methods.profile import commands_for, text_for
from simulator.params import Upload
from simulator.phone import Phone, add_citizen
from simulator.records import Citizen, Json, Message
from simulator.telegram import Telegram

Endpoint = Callable[[Telegram, Request], Awaitable[Any]]
_TEXTS = ("last_name", "username", "language_code", "colour")
_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/")
_FAULTS = frozenset(Fault.__dataclass_fields__)


async def _body(request: Request) -> Json:
    """Read a JSON object; the content type keeps plain forms of other sites out."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise bad_request("application/json expected")
    try:
        value = json.loads(await request.body())
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("object expected")
    return value


def _phone(telegram: Telegram, request: Request) -> Phone:
    return Phone(telegram, request.path_params["id"])


def _ids(messages: list[Message]) -> Json:
    return {"message_ids": [message.message_id for message in messages]}


async def overview(telegram: Telegram, request: Request) -> Json:
    """Return everybody there is, the bot, and the number of the last event."""
    state = telegram.state
    citizens = [one.to_json() | {"last": _last(telegram, one.id)} for one in state.citizens.values()]
    return {
        "number": telegram.live.number,
        "now": telegram.clock.now(),
        "bot": telegram.bot_user(),
        "citizens": citizens,
        "groups": [group.to_json() for group in state.groups.values()],
    }


def _last(telegram: Telegram, chat_id: int) -> Json | None:
    found = [one for one in telegram.state.chat_messages(chat_id) if not one.hidden]
    return shown(found[-1]) if found else None


def _bot_for(telegram: Telegram, citizen: Citizen) -> Json:
    language = citizen.language_code
    return {
        **telegram.bot_user(),
        "first_name": text_for(telegram, "names", language),
        "description": text_for(telegram, "descriptions", language),
        "short_description": text_for(telegram, "short_descriptions", language),
        "commands": commands_for(telegram, citizen.id, language),
    }


async def conversation(telegram: Telegram, request: Request) -> Json:
    """Return one person's chat whole: messages, keyboard, and the bot as they see it."""
    phone = _phone(telegram, request)
    found = [one for one in telegram.state.chat_messages(phone.id) if not one.hidden]
    return {
        "number": telegram.live.number,
        "citizen": phone.citizen.to_json(),
        "bot": _bot_for(telegram, phone.citizen),
        "messages": [shown(message) for message in found],
    }


async def create_citizen(telegram: Telegram, request: Request) -> Json:
    """Add a person."""
    body = await _body(request)
    texts = {name: str(body.get(name) or "") for name in _TEXTS}
    return add_citizen(telegram, str(body.get("first_name") or ""), **texts).citizen.to_json()


async def change_citizen(telegram: Telegram, request: Request) -> Json:
    """Change a person's name or language; `deactivated` ends their account."""
    body = await _body(request)
    changes: Json = {name: str(body[name] or "") for name in (*_TEXTS, "first_name") if name in body}
    if "deactivated" in body:
        changes["deactivated"] = bool(body["deactivated"])
    with telegram.change():
        return telegram.set_citizen(_phone(telegram, request).citizen, **changes).to_json()


async def say(telegram: Telegram, request: Request) -> Json:
    """Send a text."""
    body = await _body(request)
    options = {"reply_to": int(body.get("reply_to") or 0), "group_id": int(body.get("group") or 0)}
    return _ids(_phone(telegram, request).say(str(body.get("text") or ""), **options))


async def start(telegram: Telegram, request: Request) -> Json:
    """Press START, with a link's payload where there is one."""
    body = await _body(request)
    return _ids([_phone(telegram, request).start(str(body.get("payload") or ""))])


async def edit(telegram: Telegram, request: Request) -> Json:
    """Change an own message."""
    body = await _body(request)
    phone = _phone(telegram, request)
    return shown(phone.edit(request.path_params["message"], str(body.get("text") or "")))


async def hide(telegram: Telegram, request: Request) -> Json:
    """Delete a message on the own side."""
    _phone(telegram, request).hide(request.path_params["message"])
    return {}


async def press(telegram: Telegram, request: Request) -> Json:
    """Press an inline button."""
    body = await _body(request)
    return {"press": _phone(telegram, request).press(int(body["message_id"]), str(body["data"]))}


async def block(telegram: Telegram, request: Request) -> Json:
    """Block the bot or let it in again."""
    phone = _phone(telegram, request)
    if (await _body(request)).get("blocked"):
        phone.block()
    else:
        phone.unblock()
    return phone.citizen.to_json()


async def send_thing(telegram: Telegram, request: Request) -> Json:
    """Send a sticker, contact, location, poll, die or forwarded text."""
    body = await _body(request)
    return _ids([media.simple(_phone(telegram, request), str(body.get("kind")), body)])


async def send_files(telegram: Telegram, request: Request) -> Json:
    """Send a photo, voice message or document; several photos make an album."""
    phone = _phone(telegram, request)
    async with request.form(max_part_size=1 << 26) as form:
        uploads = [await _upload(value) for value in form.getlist("file") if isinstance(value, UploadFile)]
        words = {name: str(form.get(name) or "") for name in ("kind", "caption", "duration")}
    if len(uploads) > 1:
        return _ids(media.send_album(phone, uploads, words["caption"]))
    if not uploads:
        raise bad_request("no file")
    duration = int(words["duration"]) if words["duration"].isdecimal() else 1
    return _ids([media.send_file(phone, uploads[0], words["kind"] or "document", words["caption"], duration)])


async def _upload(value: UploadFile) -> Upload:
    return Upload(value.filename or "", value.content_type or "", await value.read())


async def file_content(telegram: Telegram, request: Request) -> Response:
    """Hand a file to the page; only pictures and sound may show there, all else is a download."""
    file = telegram.state.files.get(request.path_params["file"])
    if file is None:
        raise ApiError(404, "Not Found")
    harmless = file.mime.startswith(_INLINE)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "inline" if harmless else "attachment",
        "Cache-Control": "private, max-age=3600",
    }
    kind = file.mime if harmless else "application/octet-stream"
    return Response(telegram.state.store.content(file.unique_id), headers=headers, media_type=kind)


async def create_group(telegram: Telegram, request: Request) -> Json:
    """Make a group with the bot in it."""
    body = await _body(request)
    phones = [Phone(telegram, int(number)) for number in body.get("members", [])]
    if not phones:
        raise bad_request("a group needs a member")
    return groups.add_group(telegram, str(body.get("title") or ""), phones).to_json()


async def group_messages(telegram: Telegram, request: Request) -> Json:
    """Return what a group shows."""
    found = telegram.state.chat_messages(int(request.path_params["id"]))
    return {"messages": [shown(message) for message in found]}


async def add_fault(telegram: Telegram, request: Request) -> Json:
    """Let something go wrong soon."""
    body = await _body(request)
    telegram.faults.add(Fault(**{name: value for name, value in body.items() if name in _FAULTS}))
    return {"waiting": len(telegram.faults.waiting())}


async def clear_faults(telegram: Telegram, request: Request) -> Json:
    """Let everything go well again."""
    telegram.faults.clear()
    return {"waiting": 0}


async def events(telegram: Telegram, request: Request) -> Response:
    """Stream what happens, as server-sent events, after the number the page has seen."""
    seen = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    number = int(seen) if seen.isdecimal() else 0
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(telegram, number), media_type="text/event-stream", headers=headers)


async def _stream(telegram: Telegram, number: int) -> AsyncIterator[str]:
    yield ": hello\n\n"
    async for event in telegram.live.follow(number):
        if event is None:
            yield ": still here\n\n"
        else:
            yield f"id: {event.number}\ndata: {json.dumps(event.to_json())}\n\n"


def _guarded(telegram: Telegram, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Turn refusals into answers, and keep other sites' pages from changing anything."""

    async def run(request: Request) -> Response:
        try:
            if request.method != "GET" and request.headers.get("sec-fetch-site", "none") not in _OWN:
                raise ApiError(403, "Forbidden: another site's page")
            result = await endpoint(telegram, request)
        except ApiError as error:
            return JSONResponse(error.body(), error.code)
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse(bad_request(f"{type(error).__name__}: {error}").body(), 400)
        if isinstance(result, Response):
            return result
        return JSONResponse(result, headers={"Cache-Control": "no-store"})

    return run


_OWN = ("none", "same-origin")
_ROUTES: list[tuple[str, str, Endpoint]] = [
    ("GET", "/state", overview),
    ("GET", "/events", events),
    ("POST", "/citizens", create_citizen),
    ("GET", "/citizens/{id:int}", conversation),
    ("PATCH", "/citizens/{id:int}", change_citizen),
    ("POST", "/citizens/{id:int}/messages", say),
    ("PATCH", "/citizens/{id:int}/messages/{message:int}", edit),
    ("DELETE", "/citizens/{id:int}/messages/{message:int}", hide),
    ("POST", "/citizens/{id:int}/start", start),
    ("POST", "/citizens/{id:int}/press", press),
    ("POST", "/citizens/{id:int}/block", block),
    ("POST", "/citizens/{id:int}/things", send_thing),
    ("POST", "/citizens/{id:int}/files", send_files),
    ("GET", "/files/{file}", file_content),
    ("POST", "/groups", create_group),
    ("GET", "/groups/{id}/messages", group_messages),
    ("POST", "/faults", add_fault),
    ("DELETE", "/faults", clear_faults),
]


def control_routes(telegram: Telegram, base: str = "/chat/api") -> list[Route]:
    """Return the routes of the control API."""
    return [Route(base + path, _guarded(telegram, endpoint), methods=[method]) for method, path, endpoint in _ROUTES]
