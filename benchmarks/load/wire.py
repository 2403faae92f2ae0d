"""HTTP/1.1 as both ends here need it: whole messages out of a stream of bytes, and the parameters of a call."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_TYPE: Final = re.compile(rb"\r\ncontent-type:[ \t]*([^\r]+)", re.IGNORECASE)
_BOUNDARY: Final = re.compile(rb'boundary="?([^";\r]+)')
_NAME: Final = re.compile(rb'name="([^"]*)"')
_END: Final = b"\r\n\r\n"

HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Framer:
    """Cuts a stream into messages: each a head (first line and headers) and a body."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Return the messages that `data` completes, in order."""
        if self._rest:
            data = self._rest + data
        whole, start = [], 0
        while (end := data.find(_END, start)) >= 0:
            found = _body(data, start, end)
            if found is None:
                break
            body, stop = found
            whole.append((data[start:end], body))
            start = stop
        self._rest = data[start:]
        return whole


def _body(data: bytes, start: int, end: int) -> tuple[bytes, int] | None:
    """Return the body that follows the head at `start:end` and where it stops; None while it is not all there."""
    begin = end + len(_END)
    length = _LENGTH.search(data, start, end)
    if length is not None:
        stop = begin + int(length[1])
        return (data[begin:stop], stop) if stop <= len(data) else None
    return _chunks(data, begin) if _CHUNKED.search(data, start, end) else (b"", begin)


def _chunks(data: bytes, start: int) -> tuple[bytes, int] | None:
    parts: list[bytes] = []
    while (end := data.find(b"\r\n", start)) >= 0:
        size = int(data[start:end].partition(b";")[0], 16)
        start, stop = end + 2, end + 2 + size
        if stop + 2 > len(data):
            return None
        if size == 0:
            return b"".join(parts), stop + 2
        parts.append(data[start:stop])
        start = stop + 2
    return None


def parameters(head: bytes, body: bytes) -> dict[str, Any]:
    """Return what a call says, from JSON, a form or the parts of a multipart body; values of forms stay text."""
    found = _TYPE.search(head)
    kind = found[1] if found else b""
    if kind.startswith(b"application/json"):
        values = orjson.loads(body) if body else {}
        return values if isinstance(values, dict) else {}
    if kind.startswith(b"multipart/form-data"):
        return _parts(kind, body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _parts(kind: bytes, body: bytes) -> dict[str, Any]:
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        return {}
    values = {}
    for part in body.split(b"--" + boundary[1])[1:-1]:
        head, _, content = part.partition(_END)
        name = _NAME.search(head)
        if name is not None:
            values[name[1].decode()] = content[:-2].decode(errors="replace")
    return values


def answer(content: bytes) -> bytes:
    """Return a response that carries `content`, which is JSON."""
    return HEAD % len(content) + content
