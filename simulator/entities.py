"""Message entities: those a bot states, checked against the text, and those every app finds by itself.

Found are commands, links and mentions. Offsets are UTF-16 units. Pure functions.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.errors import ApiError, bad_request
from simulator.records import Json
from simulator.text import clean_with_map, units

_PLAIN_TYPES = """
mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler
blockquote expandable_blockquote code pre text_link text_mention custom_emoji
"""
_TYPES = frozenset(_PLAIN_TYPES.split())
_EXTRAS = {"text_link": "url", "pre": "language", "custom_emoji": "custom_emoji_id", "text_mention": "user"}
_FOUND = [
    ("url", re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]", re.IGNORECASE)),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{4,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#/])#\w*[^\W\d]\w*")),
]
_OPAQUE = frozenset(["code", "pre"])


def _halves(text: str) -> set[int]:
    """Return the offsets that lie inside a surrogate pair."""
    inside, position = set(), 0
    for char in text:
        if ord(char) > 0xFFFF:
            inside.add(position + 1)
        position += units(char)
    return inside


def _number(entity: Json, name: str) -> int:
    value = entity.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_request(f'can\'t parse MessageEntity: Field "{name}" must be of type Number')
    return value


def _read(entity: Any) -> Json:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    name = entity.get("type")
    if name not in _TYPES:
        raise bad_request("can't parse MessageEntity: wrong MessageEntity type specified")
    read: Json = {"offset": _number(entity, "offset"), "length": _number(entity, "length"), "type": name}
    extra = _EXTRAS.get(str(name))
    if extra and entity.get(extra):
        read[extra] = entity[extra]
    return read


def _check_bounds(entity: Json, length: int, halves: set[int]) -> None:
    begin, end = entity["offset"], entity["offset"] + entity["length"]
    if begin < 0 or entity["length"] < 0:
        raise bad_request(f"receive wrong entity offset {begin} or length {entity['length']}")
    if begin in halves:
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at offset {begin}")
    if begin > length:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {begin}")
    if end > length:
        where = f"ends after the end of the text at UTF-16 offset {length}"
        raise bad_request(f"entity beginning at UTF-16 offset {begin} {where}")
    if end in halves:
        raise bad_request(f"entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol")


def stated(text: str, entities: Any) -> list[Json]:
    """Return the entities a bot stated, checked; ApiError where one does not fit the text."""
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array of entities")
    read = [_read(entity) for entity in entities[:100]]
    halves, length = _halves(text), units(text)
    for entity in read:
        _check_bounds(entity, length, halves)
    return read


def _overlaps(entity: Json, others: list[Json]) -> bool:
    begin, end = entity["offset"], entity["offset"] + entity["length"]
    return any(begin < one["offset"] + one["length"] and one["offset"] < end for one in others)


def found(text: str, present: list[Json]) -> list[Json]:
    """Return the entities an app finds by itself, except where code or another link already stands."""
    taken = [one for one in present if one["type"] in _OPAQUE or one["type"] in _EXTRAS]
    fresh: list[Json] = []
    for name, pattern in _FOUND:
        for match in pattern.finditer(text):
            offset = units(text[: match.start()])
            entity = {"offset": offset, "length": units(match.group()), "type": name}
            if not _overlaps(entity, taken):
                taken.append(entity)
                fresh.append(entity)
    return fresh


def _moved(entity: Json, offsets: list[int]) -> Json:
    begin, end = offsets[entity["offset"]], offsets[entity["offset"] + entity["length"]]
    return {**entity, "offset": begin, "length": end - begin}


def settle(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Clean a text, move its entities along, add the found ones and put them in order."""
    cleaned, offsets = clean_with_map(text)
    moved = [_moved(entity, offsets) for entity in entities]
    kept = [entity for entity in moved if entity["length"] > 0]
    every = kept + found(cleaned, kept)
    return cleaned, sorted(every, key=lambda one: (one["offset"], -one["length"]))


def parse_error(reason: str) -> ApiError:
    """Return the refusal of a text whose markup does not parse."""
    return bad_request(f"can't parse entities: {reason}")
