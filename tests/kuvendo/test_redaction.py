"""No log at any level holds a token, whoever writes it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from kuvendo.redaction import install, redacted
from tests.bot.conftest import TOKEN

SHAPED = "123456789:AAF-zqx_0123456789abcdefghijklmnopqrs"


@pytest.fixture
def _masked() -> Iterator[None]:
    take_off = install([TOKEN, "hidden-webhook-secret"])
    yield
    take_off()


@pytest.mark.parametrize(
    "text",
    [
        f"POST https://api.telegram.org/bot{SHAPED}/getMe",
        f"https://api.telegram.org/file/bot{SHAPED}/documents/1",
        f"token is {SHAPED}.",
        f"{SHAPED}",
        f"('{SHAPED}', 5)",
    ],
)
def test_whatever_looks_like_a_token_is_masked(text: str) -> None:
    assert "zqx" not in redacted(text)
    assert "[token]" in redacted(text)


def test_ordinary_words_stay() -> None:
    for text in ("the /bots page", "12:30 tomorrow", "a:b", "/botim"):
        assert redacted(text) == text


@pytest.mark.usefixtures("_masked")
def test_messages_arguments_and_tracebacks_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("anybody")
    log.warning("calling %s with %s", f"http://x/bot{TOKEN}/getMe", "hidden-webhook-secret")
    log.debug("broken %d", "arguments")
    try:
        raise RuntimeError(f"http://x/bot{TOKEN}/getMe")
    except RuntimeError:
        log.exception("failed")
    log.warning({"event": f"bot{TOKEN}", "count": 1})
    written = "\n".join(f"{r.getMessage()} {r.exc_text}" for r in caplog.records)
    assert TOKEN not in written
    assert "hidden-webhook-secret" not in written
    assert "failed" in written
