"""aiogram's types built when they are first used: nothing is missing, nothing is different, and most is never built."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

_ALL = """
import bot.on_demand, aiogram.methods, aiogram.types
from pydantic import BaseModel
unbuilt = built = 0
for room in (aiogram.types, aiogram.methods):
    for name in room.__all__:
        model = getattr(room, name)
        if isinstance(model, type) and issubclass(model, BaseModel):
            unbuilt += not model.__pydantic_complete__
            model.model_rebuild()
            assert model.__pydantic_complete__, name
            built += 1
print(unbuilt, built)
"""

_FIRST_USE = """
import bot.on_demand
from aiogram.types import Update
assert not Update.__pydantic_complete__
update = {"update_id": 1, "message": {"message_id": 2, "date": 3, "chat": {"id": 4, "type": "private"}, "text": "po"}}
assert Update.model_validate(update).message.text == "po"
assert Update.__pydantic_complete__
try:
    Update.model_validate({"update_id": "x"})
except ValueError as error:
    print(type(error).__name__)
"""

_TOO_LATE = """
import aiogram
from pydantic import BaseModel
rebuild = BaseModel.__dict__["model_rebuild"]
import bot.on_demand
assert BaseModel.__dict__["model_rebuild"] is rebuild
assert aiogram.types.Update.__pydantic_complete__
assert "model_rebuild" not in vars(aiogram.types.base.TelegramObject)
print("left as it was")
"""

_BEFORE = """
from pydantic import BaseModel
rebuild = BaseModel.__dict__["model_rebuild"]
import bot.on_demand
assert BaseModel.__dict__["model_rebuild"] is rebuild
class Ours(BaseModel):
    later: "Later"
class Later(BaseModel):
    word: str
assert Ours.model_rebuild() and Ours(later={"word": "po"}).later.word == "po"
print("ours as ever")
"""


def _said(program: str) -> str:
    """Return what a new interpreter prints, for a type can be built only once in a process."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


def test_every_type_and_method_can_still_be_built() -> None:
    unbuilt, built = map(int, _said(_ALL).split())

    assert built > 500
    assert unbuilt > 400


def test_a_type_is_built_at_its_first_use() -> None:
    assert _said(_FIRST_USE) == "ValidationError"


def test_an_aiogram_that_is_imported_already_is_left_as_it_is() -> None:
    assert _said(_TOO_LATE) == "left as it was"


def test_other_models_are_built_as_ever() -> None:
    assert _said(_BEFORE) == "ours as ever"
