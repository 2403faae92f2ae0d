"""Updates by somebody who means harm: whatever comes, reading one ends in a meaning or in `Malformed`."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.decoding import NOTHING, decoded
from bot.inbound import chat_of, read
from bot.kinds import CHATTER, CONTENT, META
from bot.world import Arrival, Malformed
from dialogs.exchange import Typed
from tests.bot.updates import Json, edited, membership, message, pressed, said

NASTY = st.sampled_from(
    [
        *("", " ", "\0", "\ud800", "\u202eabc", "\u2066x", "\u2800", "e" + "\u0301" * 200, "ë" * 63),
        *("👩\u200d👩\u200d👧\u200d👦" * 30, "/start", "/" * 200, "17:x", "1:" + "x" * 62),
        *("<script>alert(1)</script>", "' OR 1=1 --", "=cmd|'/C calc'!A0", "{{7*7}}"),
    ]
)
NUMBERS = st.one_of(
    st.integers(), st.sampled_from([0, -1, 2**31, 2**52 - 1, 2**63, -(2**63), 10**400, 1e308, float("nan")])
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, NASTY, st.text(max_size=20))
KEYS = st.sampled_from(sorted({*META, *CHATTER, *CONTENT, "id", "type", "status", "data", "user", "update_id"}))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(KEYS, NASTY), inner, max_size=6)),
    max_leaves=12,
)
WELL_FORMED: tuple[Json, ...] = (
    said("fjalë"),
    message(photo=[{}]),
    edited("tjetër"),
    pressed("17:go"),
    membership("kicked"),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return every place in `value` that can be bent."""
    found: list[tuple[Any, ...]] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [(*path, key), *places(inner, (*path, key))]
    return found


@st.composite
def bent(draw: st.DrawFn) -> Json:
    """A sound update with up to four of its places bent, taken away or added to."""
    update = copy.deepcopy(draw(st.sampled_from(WELL_FORMED)))
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from(places(update) or [("update_id",)]))
        holder: Any = update
        for step in way:
            holder = holder[step]
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "remove":
            holder.pop(last, None)
        else:
            holder[last if change == "replace" else draw(KEYS)] = draw(VALUES)
    return update


def survives(update: Any) -> None:
    """Read `update`; an Arrival must be fit for a database."""
    chat_of(update)
    try:
        number, happening = read(update)
    except Malformed:
        return
    assert abs(number) < 2**63
    if isinstance(happening, Arrival):
        assert abs(happening.chat_id) < 2**63
        assert "\0" not in happening.text
        happening.text.encode()
        if isinstance(happening.input, Typed):
            assert happening.input.text == happening.text


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(bent())
def test_a_bent_update_never_breaks_the_reader(update: Json) -> None:
    survives(update)


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES)
def test_anything_at_all_never_breaks_the_reader(value: Any) -> None:
    survives(value)
    survives({"update_id": 1, "message": value})
    survives({"update_id": 1, "callback_query": value})


@settings(max_examples=500, deadline=None)
@given(st.text())
def test_any_text_a_person_can_send_comes_through_unchanged(text: str) -> None:
    sendable = text.replace("\0", " ")
    happening = read(json.loads(json.dumps(said(text))))[1]
    assert isinstance(happening, Arrival)
    assert happening.text == sendable


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_nothing(content: bytes) -> None:
    decoded(content)


def test_hostile_json_is_read_or_refused() -> None:
    assert decoded(b"[" * 100_000) is NOTHING
    assert decoded(b'{"a": 1' + b"0" * 5000 + b"}") is not None
    assert decoded(b'"\\ud800"') == "\ud800"
    assert decoded(b"null") is None
    assert decoded(b"") is NOTHING
    assert decoded(b'{"a": 1, "a": 2}') == {"a": 2}
