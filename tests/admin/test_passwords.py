"""What may become a password, and that checking one never says more than yes or no."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time

import pytest

from admin import passwords
from admin.passwords import WeakPassword, check_policy, hash_password, verify
from tests.admin.factories import PASSWORD, password_hash


@pytest.mark.parametrize("text", ["", "short", "elevenchars", "a" * 300, "ab" * 10, " " * 20, "ë" * 11])
def test_a_weak_password_is_refused(text: str) -> None:
    with pytest.raises(WeakPassword):
        check_policy(text)
    with pytest.raises(WeakPassword):
        hash_password(text)


@pytest.mark.parametrize("text", ["twelve chars", PASSWORD, "🍎🍏🍐🍊🍋🍌🍉🍇🍓🍈🍒🍑", "x" * 120 + "yzw" * 40])
def test_length_is_all_that_is_asked(text: str) -> None:
    check_policy(text)


async def test_the_same_word_from_another_keyboard_is_the_same_password() -> None:
    assert await verify(password_hash(), PASSWORD)
    assert await verify(password_hash(), PASSWORD.replace("ë", "e\u0308"))
    assert not await verify(password_hash(), PASSWORD.replace("ë", "e"))


@pytest.mark.parametrize("kept", [None, "", "plain", "$argon2id$broken"])
async def test_what_is_not_a_hash_is_never_right(kept: str | None) -> None:
    assert not await verify(kept, PASSWORD)
    assert not await verify(kept, "")


def test_nobody_s_hash_costs_what_everybody_s_does() -> None:
    cost = r"\$argon2id\$v=19\$m=65536,t=4,p=2\$"
    assert re.match(cost, passwords.NOBODY)
    assert re.match(cost, password_hash())


async def test_at_most_four_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    running, most, lock = 0, 0, threading.Lock()

    def matches(kept: str | None, text: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr(passwords, "_matches", matches)
    await asyncio.gather(*(verify(None, "x") for _ in range(20)))
    assert most == passwords.AT_ONCE


def test_the_dashboard_imports_nothing_it_does_not_need_yet() -> None:
    program = "import sys, admin.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    slow = {"aiogram", "telegram", "argon2", "xlsxwriter", "yaml", "openpyxl", "pydantic", "alembic"}
    assert slow.isdisjoint(done.stdout.split())
