"""`kuvendo demo` as a newcomer meets it: a real process, killed and started again."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest

from dialogs import loader
from kuvendo.catalogue import publish
from kuvendo.settings import DATABASE_FILE, load
from kuvendo.stores import opened, upgraded

ROOT = Path(__file__).parents[2]


class Demo:
    """One life of the demo, on whatever port was free."""

    def __init__(self, data: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KUVENDO_")}
        words = ["-m", "kuvendo", "demo", "--port", "0", "--data-dir", str(data)]
        self.errors = (data.parent / "errors.txt").open("a+")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *words],
            cwd=data.parent,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "KUVENDO_REDIS_URL": "redis://nobody:1",
                "KUVENDO_LOG_LEVEL": "DEBUG",
            },
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        try:
            self.greeting = self._read_until("Ctrl-C")
        except AssertionError:
            self.close()
            raise
        self.address = re.findall(r"runs at (\S+)", self.greeting)[0]
        self.login = dict(re.findall(r"(Login|Password)\s+(\S+)", self.greeting))
        self.http = httpx2.Client(base_url=self.address, timeout=30)

    def _read_until(self, word: str, seconds: float = 240) -> str:
        assert self.process.stdout is not None
        text, end = "", time.monotonic() + seconds
        while word not in text:
            ready, _, _ = select.select([self.process.stdout], [], [], 1)
            if ready:
                read = os.read(self.process.stdout.fileno(), 4096).decode()
                assert read, self.told()
                text += read
            assert time.monotonic() < end, self.told()
        return text

    def told(self) -> str:
        """Return what it wrote to its log."""
        self.errors.flush()
        return Path(self.errors.name).read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()
        self.close()

    def close(self) -> None:
        """End it, however it stands."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.errors.close()

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)

    # --- a citizen ----------------------------------------------------------------------------------------------

    @property
    def ana(self) -> int:
        return int(self.http.get("/chat/api/state").json()["citizens"][0]["id"])

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(f"/chat/api/citizens/{self.ana}").json()["messages"]
        return found

    def say(self, text: str) -> str:
        """Say something and return what the bot says to it."""
        before = self._last_number()
        self.http.post(f"/chat/api/citizens/{self.ana}/messages", json={"text": text}).raise_for_status()
        return self._answer(before + 1)

    def press(self, label: str) -> str:
        """Press the newest button of this label and return what the bot says to it."""
        before = self._last_number()
        for message in reversed(self.messages()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        body = {"message_id": message["message_id"], "data": button["callback_data"]}
                        self.http.post(f"/chat/api/citizens/{self.ana}/press", json=body).raise_for_status()
                        return self._answer(before)
        raise AssertionError(f"no button {label}: {self.messages()[-1]}")

    def _last_number(self) -> int:
        return int(max((message["message_id"] for message in self.messages()), default=0))

    def _answer(self, after: int) -> str:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            last = self.messages()[-1]
            if last["message_id"] > after and last["from"]["is_bot"]:
                return str(last["text"])
            time.sleep(0.05)
        raise AssertionError(f"no answer: {self.told()}")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_conversation_survives_every_way_of_ending(data: Path) -> None:
    with Demo(data) as first:
        first.say("/start")
        first.press("Fillo")
        first.press("Pajtohem")
        first.press("Qeverisja dixhitale")
        first.press("Çështjet kryesore · 3 min")
        assert first.say("ne fshat interneti punon vetem naten")
        assert first.end(signal.SIGTERM) == 0
        login = first.login
    assert stat.S_IMODE((data / "demo.json").stat().st_mode) == 0o600
    with Demo(data) as second:
        assert second.login == login
        assert "Traceback" not in second.told()
        assert second.say("nena ime nuk merr dot recetat")
        assert second.end(signal.SIGKILL) == -signal.SIGKILL
    with Demo(data) as third:
        third.say("/vazhdo")
        third.press("Kthehu")
        while (last := str(third.messages()[-1])) and ("Lëre siç është" in last or "Kapërce" in last):
            third.press("Lëre siç është" if "Lëre siç është" in last else "Kapërce")
        review = third.messages()[-1]["text"]
        assert "ne fshat interneti punon vetem naten" in review
        third.press("Dërgo")
        assert third.end(signal.SIGINT) == 0
        told = third.told()
    assert "Traceback" not in told
    for word in ("interneti", "recetat", login["Password"]):
        assert word not in told


def refused(data: Path, port: str = "0") -> str:
    """Return the one line with which a demo says why it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "kuvendo", "demo", "--port", port, "--data-dir", str(data)],
        cwd=data.parent, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    return line


async def test_questionnaires_that_read_differently_from_those_in_the_directory_are_one_line(data: Path) -> None:
    settings = load(data_dir=data, database_url=f"sqlite+aiosqlite:///{data / DATABASE_FILE}")
    data.mkdir()
    await asyncio.to_thread(upgraded, settings)
    shipped = loader.shipped()
    others = {digest: replace(each, digest=digest[::-1]) for digest, each in shipped.questionnaires.items()}
    async with opened(settings) as database:
        await publish(database, replace(shipped, questionnaires=others))
    line = await asyncio.to_thread(refused, data)
    assert "reads differently" in line
    assert line.endswith(f"Or leave {data} as it is and begin in another: kuvendo demo --data-dir DIRECTORY")


def test_every_room_is_there(data: Path) -> None:
    with Demo(data) as demo:
        for path, word in (("/", "Kuvendo"), ("/chat", "<html"), ("/admin/login", "<form"), ("/metrics", "kuvendo_")):
            page = demo.http.get(path, follow_redirects=True)
            assert page.status_code == 200
            assert word in page.text
        assert demo.http.get("/healthz").text == "ok\n"
        assert demo.http.get("/readyz").json() == {"ready": True}
        assert demo.http.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 403
        assert "default-src 'none'" in demo.http.get("/").headers["content-security-policy"]
        port = demo.address.rpartition(":")[2]
        assert "taken" in refused(data.parent / "other", port)
        assert "Another Kuvendo" in refused(data)
        assert demo.end(signal.SIGTERM) == 0
