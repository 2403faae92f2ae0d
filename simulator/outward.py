"""One HTTP request out, with nothing but the standard library.

Enough of HTTP/1.1 to hand an update to a webhook and read what it says.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MAX_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or an error where nothing did."""

    code: int = 0
    reason: str = ""
    retry_after: int = 0
    body: bytes = b""
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def taken(self) -> bool:
        """Tell whether the bot took the update."""
        return not self.error and 200 <= self.code <= 299

    def complaint(self) -> str:
        """Return the sentence that getWebhookInfo shows."""
        return self.error or f"Wrong response from the webhook: {self.code} {self.reason}"

    def method_call(self) -> dict[str, Any]:
        """Return the method call in the body, an empty one where there is none."""
        if not self.taken or not self.body.lstrip().startswith(b"{"):
            return {}
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


async def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send JSON to an address and return the answer; never raises for what the other side does."""
    try:
        return await _post(url, body, headers)
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
        return Answer(error=_why(error))


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "Connection refused"
    return "Webhook connection closed"


async def _post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    parts = urlsplit(url)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    try:
        writer.write(_head(url, len(body), headers) + body)
        await writer.drain()
        return await _read(reader)
    finally:
        writer.close()


def _head(url: str, length: int, headers: dict[str, str]) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    every = {
        "Host": parts.netloc.rpartition("@")[2],
        "Content-Type": "application/json",
        "Content-Length": str(length),
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in every.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def _read(reader: asyncio.StreamReader) -> Answer:
    status = (await reader.readuntil(b"\r\n")).decode("latin-1").split(None, 2)
    headers: dict[str, str] = {}
    while (line := (await reader.readuntil(b"\r\n")).strip()) != b"":
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    retry_after = headers.get("retry-after", "")
    return Answer(
        code=int(status[1]),
        reason=status[2].strip() if len(status) > 2 else "",
        retry_after=int(retry_after) if retry_after.isdigit() else 0,
        body=await _body(reader, headers),
        headers=headers,
    )


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    if "content-length" in headers:
        length = int(headers["content-length"])
        return await reader.readexactly(min(length, MAX_ANSWER))
    return await reader.read(MAX_ANSWER)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while len(body) < MAX_ANSWER:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        chunk = await reader.readexactly(size + 2)
        if size == 0:
            break
        body += chunk[:-2]
    return body
