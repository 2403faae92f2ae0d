"""parse_mode MarkdownV2: marks, links, code and quotes, with the refusals a bot meets.

Pure; offsets in the result are UTF-16 units, offsets in refusals are bytes.
"""

from __future__ import annotations

import re

from simulator.entities import parse_error
from simulator.records import Json
from simulator.text import units

_ADDRESS = re.compile(r"\(((?:[^)\\]|\\.)*)\)")
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_MARKS = [
    ("||", "spoiler"),
    ("__", "underline"),
    ("*", "bold"),
    ("_", "italic"),
    ("~", "strikethrough"),
]
_NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "text_link": "TextUrl",
    "code": "Code",
    "pre": "PreCode",
}


class _Reader:
    """Walks a text once and gathers plain text and entities."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._plain: list[str] = []
        self._length = 0
        self._open: list[tuple[Json, int]] = []
        self._quote: Json | None = None
        self.entities: list[Json] = []

    def _bytes(self, position: int) -> int:
        return len(self._source[:position].encode())

    def _add(self, text: str) -> None:
        self._plain.append(text)
        self._length += units(text)

    def _line_start(self) -> bool:
        return self._at == 0 or self._source[self._at - 1] == "\n"

    def read(self) -> str:
        while self._at < len(self._source):
            if self._line_start():
                self._turn_quote()
            if self._at < len(self._source):
                self._step()
        self._end_quote()
        if self._open:
            entity, at = self._open[-1]
            raise parse_error(f"Can't find end of {_NAMES[entity['type']]} entity at byte offset {at}")
        return "".join(self._plain)

    def _step(self) -> None:
        char = self._source[self._at]
        if char == "\\" and self._at + 1 < len(self._source) and ord(self._source[self._at + 1]) < 127:
            self._add(self._source[self._at + 1])
            self._at += 2
        elif char == "`":
            self._code()
        elif char in "[]":
            self._link(char)
        elif not self._mark():
            self._plain_char(char)

    def _plain_char(self, char: str) -> None:
        if char in _RESERVED:
            raise parse_error(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        self._add(char)
        self._at += 1

    def _mark(self) -> bool:
        for mark, name in _MARKS:
            if self._source.startswith(mark, self._at):
                self._toggle(name)
                self._at += len(mark)
                return True
        return False

    def _toggle(self, name: str) -> None:
        if self._open and self._open[-1][0]["type"] == name:
            self._close()
            return
        self._open.append(({"type": name, "offset": self._length}, self._bytes(self._at)))

    def _close(self) -> Json:
        entity, _ = self._open.pop()
        entity["length"] = self._length - entity["offset"]
        if entity["length"] > 0:
            self.entities.append(entity)
        return entity

    def _code(self) -> None:
        mark = "```" if self._source.startswith("```", self._at) else "`"
        begin = self._at + len(mark)
        end = self._source.find(mark, begin)
        if end < 0:
            name = "PreCode" if mark == "```" else "Code"
            raise parse_error(f"Can't find end of {name} entity at byte offset {self._bytes(self._at)}")
        self._add_code(self._source[begin:end], mark == "```")
        self._at = end + len(mark)

    def _add_code(self, content: str, block: bool) -> None:
        entity: Json = {"type": "pre" if block else "code", "offset": self._length}
        head, line, rest = content.partition("\n")
        if block and line:
            content = rest
            if head.strip():
                entity["language"] = head.strip()
        self._add(content.replace("\\`", "`").replace("\\\\", "\\"))
        entity["length"] = self._length - entity["offset"]
        if entity["length"] > 0:
            self.entities.append(entity)

    def _link(self, char: str) -> None:
        if char == "[":
            self._open.append(({"type": "text_link", "offset": self._length}, self._bytes(self._at)))
            self._at += 1
            return
        if not self._open or self._open[-1][0]["type"] != "text_link":
            raise parse_error("Character ']' is reserved and must be escaped with the preceding '\\'")
        self._at += 1
        if self._source.startswith("(", self._at):
            found = _ADDRESS.match(self._source, self._at)
            if found is None:
                raise parse_error(f"Can't find end of a URL at byte offset {self._bytes(self._at)}")
            self._open[-1][0]["url"] = re.sub(r"\\(.)", r"\1", found.group(1))
            self._at = found.end()
            self._close()
        else:
            self._open.pop()

    def _turn_quote(self) -> None:
        if self._source.startswith(">", self._at):
            self._at += 1
            if self._quote is None:
                self._quote = {"type": "blockquote", "offset": self._length}
        else:
            self._end_quote()

    def _end_quote(self) -> None:
        if self._quote is not None:
            self._quote["length"] = self._length - self._quote["offset"]
            self.entities.append(self._quote)
            self._quote = None


def parse(source: str) -> tuple[str, list[Json]]:
    """Return plain text and entities; ApiError with TDLib's words where a mark is wrong."""
    reader = _Reader(source)
    return reader.read(), reader.entities
