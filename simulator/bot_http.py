"""The Bot API over HTTP: methods and files, below the bot's token.

Reads the three kinds of bodies, turns refusals into answers and lets faults strike. What a method does is in
`methods`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulator.errors import ApiError, bad_request
from simulator.faults import Fault
from simulator.methods import call
from simulator.methods.receiving import get_updates
from simulator.params import Params, Upload
from simulator.telegram import Telegram

MAX_BODY = 52 * 1024 * 1024
_NOTES = {"setwebhook": "Webhook was set", "deletewebhook": "Webhook was deleted"}


class Broken(Response):
    """An answer that promises more bytes than it sends, so that the connection breaks."""

    def __init__(self, content: bytes, sent: int) -> None:
        super().__init__(content, media_type="application/json")
        self._sent = sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and a part of the body, and stop."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        part = bytes(self.body)[: self._sent]
        await send({"type": "http.response.body", "body": part, "more_body": True})


async def _json_body(request: Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON object: expected an Object")
    return value


async def _form_body(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    values: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    try:
        async with request.form(max_part_size=MAX_BODY) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or "", value.content_type or "", await value.read())
                else:
                    values[name] = value
    except HTTPException as error:
        raise bad_request(f"can't parse form: {error.detail}") from None
    return values, files


async def read_params(request: Request) -> Params:
    """Gather the arguments of a call from its address and its body."""
    values: dict[str, Any] = dict(request.query_params)
    if request.method == "GET":
        return Params(values)
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise ApiError(413, "Request Entity Too Large")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return Params(values | await _json_body(request))
    form, files = await _form_body(request)
    return Params(values | form, files)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


class BotApi:
    """The Bot API's address for one bot."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    async def method(self, request: Request) -> Response:
        """Answer one call of a method."""
        try:
            self._check_token(request)
            return await self._answer(request)
        except ApiError as error:
            headers = {}
            if error.parameters and "retry_after" in error.parameters:
                headers["Retry-After"] = str(error.parameters["retry_after"])
            return JSONResponse(error.body(), error.code, headers)

    def _check_token(self, request: Request) -> None:
        if not _same(request.path_params["token"], self._telegram.settings.token):
            raise ApiError(401, "Unauthorized")
        if self._telegram.doing.logged_out:
            raise ApiError(400, "Logged out")

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["method"].lower()
        params = await read_params(request)
        fault = self._telegram.faults.take(name, params.integer("chat_id"))
        if fault is not None:
            return await self._faulty(name, params, fault)
        return JSONResponse(await self._body(name, params))

    async def _body(self, name: str, params: Params) -> dict[str, Any]:
        result = await self._run(name, params)
        note = {"description": _NOTES[name]} if name in _NOTES else {}
        return {"ok": True, "result": result, **note}

    async def _run(self, name: str, params: Params) -> Any:
        if name == "getupdates":
            return await get_updates(self._telegram, params)
        return call(self._telegram, name, params)

    async def _faulty(self, name: str, params: Params, fault: Fault) -> Response:
        """Let a fault strike: before the method runs, or on the answer's way back."""
        if fault.kind == "error":
            raise fault.error()
        if fault.kind == "html":
            page = f"<html><head><title>{fault.code} {fault.description}</title></head><body></body></html>"
            return Response(page, fault.code, media_type="text/html")
        if fault.kind == "delay":
            await self._telegram.clock.sleep_until(self._telegram.clock.now() + fault.seconds)
        body = await self._body(name, params)
        if fault.kind in ("half", "lost"):
            content = json.dumps(body).encode()
            return Broken(content, len(content) // 2 if fault.kind == "half" else 0)
        return JSONResponse(body)

    async def file(self, request: Request) -> Response:
        """Hand out a file that getFile has named."""
        try:
            self._check_token(request)
            content = self._content(request.path_params["path"])
        except ApiError as error:
            return JSONResponse(error.body(), error.code)
        return Response(content, media_type="application/octet-stream")

    def _content(self, path: str) -> bytes:
        for file in self._telegram.state.files.values():
            if file.path == path:
                return self._telegram.state.store.content(file.unique_id)
        raise ApiError(404, "Not Found")


async def _nothing(request: Request) -> Response:
    return JSONResponse(ApiError(404, "Not Found").body(), 404)


def bot_routes(telegram: Telegram) -> list[Route]:
    """Return the routes of the Bot API."""
    api = BotApi(telegram)
    every: list[tuple[str, Callable[[Request], Awaitable[Response]], list[str]]] = [
        ("/bot{token}/{method}", api.method, ["GET", "POST"]),
        ("/file/bot{token}/{path:path}", api.file, ["GET"]),
        ("/bot{rest:path}", _nothing, ["GET", "POST"]),
    ]
    return [Route(path, endpoint, methods=methods) for path, endpoint, methods in every]
