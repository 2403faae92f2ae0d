"""parse_mode HTML: the tags of the Bot API and nothing else, with the refusals a bot meets.

Pure; offsets in the result are UTF-16 units, offsets in refusals are bytes, as in TDLib.
"""

from __future__ import annotations

import re

from simulator.entities import parse_error
from simulator.records import Json
from simulator.text import units

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
_KNOWN = frozenset([*_SIMPLE, "a", "span", "blockquote", "tg-emoji"])
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_TAG = re.compile(r"<(/?)([^\s>/]*)([^>]*)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code <= 0xDFFF else match.group()


def unescape(text: str) -> str:
    """Return a text with its character references replaced."""
    return _REFERENCE.sub(_character, text)


class _Reader:
    """Walks a text once and gathers plain text and entities."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._plain: list[str] = []
        self._length = 0
        self._open: list[tuple[str, Json]] = []
        self.entities: list[Json] = []

    def _offset(self, position: int) -> int:
        return len(self._source[:position].encode())

    def _add(self, text: str) -> None:
        plain = unescape(text)
        self._plain.append(plain)
        self._length += units(plain)

    def read(self) -> str:
        position = 0
        while (begin := self._source.find("<", position)) >= 0:
            self._add(self._source[position:begin])
            match = _TAG.match(self._source, begin)
            if match is None:
                raise parse_error(f"Unclosed start tag at byte offset {self._offset(begin)}")
            self._tag(match, self._offset(begin))
            position = match.end()
        self._add(self._source[position:])
        if self._open:
            raise parse_error(f'Can\'t find end tag corresponding to start tag "{self._open[-1][0]}"')
        return "".join(self._plain)

    def _tag(self, match: re.Match[str], offset: int) -> None:
        closing, name, rest = match.groups()
        if closing:
            self._close(name.lower(), offset)
        else:
            self._start(name.lower(), rest, offset)

    def _start(self, name: str, rest: str, offset: int) -> None:
        if name not in _KNOWN:
            raise parse_error(f'Unsupported start tag "{name}" at byte offset {offset}')
        pairs = _ATTRIBUTE.findall(rest)
        attributes = {key.lower(): unescape(one or two or three) for key, one, two, three in pairs}
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise parse_error(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        self._open.append((name, {"offset": self._length, **_meaning(name, attributes)}))

    def _close(self, name: str, offset: int) -> None:
        if not self._open:
            raise parse_error(f"Unexpected end tag at byte offset {offset}")
        expected, entity = self._open.pop()
        if name and name != expected:
            raise parse_error(f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{name}>"')
        entity["length"] = self._length - entity["offset"]
        self._finish(expected, entity)

    def _finish(self, name: str, entity: Json) -> None:
        if name == "code" and self._open and self._open[-1][0] == "pre":
            if entity.get("language"):
                self._open[-1][1]["language"] = entity["language"]
            return
        if name == "a" and not entity.get("url"):
            return
        if entity["length"] > 0:
            if entity["type"] != "pre":
                entity.pop("language", None)
            self.entities.append(entity)


def _meaning(name: str, attributes: dict[str, str]) -> Json:
    if name == "a":
        return {"type": "text_link", "url": attributes.get("href", "")}
    if name == "span":
        return {"type": "spoiler"}
    if name == "blockquote":
        return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
    if name == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
    language = attributes.get("class", "").removeprefix("language-") if name == "code" else ""
    return {"type": _SIMPLE[name], **({"language": language} if language else {})}


def parse(source: str) -> tuple[str, list[Json]]:
    """Return plain text and entities; ApiError with TDLib's words where a tag is wrong."""
    reader = _Reader(source)
    return reader.read(), reader.entities
