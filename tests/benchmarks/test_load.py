"""The load generator: it reads what bots send in each form, follows the bot, and loses count of nothing."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from benchmarks.goals import GOALS, Goal, Spread, spread
from benchmarks.load import updates
from benchmarks.load.citizens import Citizen
from benchmarks.load.generator import Load, Outcome, opened
from benchmarks.load.scripts import ANSWERS, FINISHED, WRONG, Echo, Kuvendo, Press, Questionnaire, Say, Shown, words_of
from benchmarks.load.tally import Tally
from benchmarks.load.wire import Framer, parameters
from benchmarks.peers import questionnaire as q
from benchmarks.running import free_ports, missing

HOUSE = Path(__file__).parent.parent.parent
MULTIPART = (
    b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n77\r\n'
    b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xc3\xa7\r\n\r\n--b--\r\n'
)


def request(body: bytes, kind: str) -> bytes:
    """Return a whole request."""
    return b"POST /bot1:x/sendMessage HTTP/1.1\r\ncontent-type: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        kind.encode(),
        len(body),
        body,
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", '{"chat_id": 77, "text": "ç\\r\\n"}'.encode()),
        ("application/x-www-form-urlencoded", b"chat_id=77&text=%C3%A7%0D%0A"),
        ('multipart/form-data; boundary="b"', MULTIPART),
    ],
)
def test_every_form_of_a_call_is_read(kind: str, body: bytes) -> None:
    ((head, found),) = Framer().feed(request(body, kind))
    values = parameters(head, found)
    assert (int(values["chat_id"]), values["text"]) == (77, "ç\r\n")


def test_messages_are_cut_from_the_stream_wherever_it_breaks() -> None:
    stream = request(b"abc", "text/plain") * 2 + (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    )
    for size in (1, 7, 50, len(stream)):
        framer = Framer()
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        bodies = [body for piece in pieces for _, body in framer.feed(piece)]
        assert bodies == [b"abc", b"abc", b"abcde", b""]


def test_updates_are_json_as_telegram_writes_it() -> None:
    words = orjson.loads(updates.text(5, 6, 7, '/start "x"'))
    assert words["message"]["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]
    shown = updates.message(8, 7, "Po?", b"", b'{"inline_keyboard":[]}')
    pressed = orjson.loads(updates.press(9, 7, shown, "1:agree"))["callback_query"]
    assert (pressed["data"], pressed["message"]["message_id"], pressed["message"]["chat"]["id"]) == ("1:agree", 8, 7)


def shown(text: str, *options: str) -> Shown:
    """Return a message of a bot."""
    return Shown(1, text, options, b"{}")


def test_a_citizen_follows_what_is_asked() -> None:
    script, citizen = Questionnaire(), Citizen(77)
    assert script.react(citizen, shown(q.LANGUAGE, "intent\x1dsq", "intent\x1den")) == Press("intent\x1dsq")
    for place, question in enumerate(q.QUESTIONS):
        assert script.react(citizen, shown(question)) == Say(words_of(77, place))
    assert script.react(citizen, shown(q.QUESTIONS[0])) is WRONG
    assert script.react(citizen, shown(q.THANKS)) is FINISHED


def test_a_citizen_of_kuvendo_goes_by_the_buttons() -> None:
    script, citizen = Kuvendo(), Citizen(77, answers=6)
    assert script.react(citizen, shown("…", "1:submit", "1:edit", "1:save")) == Press("1:submit")
    assert script.react(citizen, shown("…")) is None
    assert script.react(citizen, shown("…", "2:begin", "2:mine")) == Say(Kuvendo.IDEAS)
    assert script.react(citizen, shown("…", "3:example", "3:save")) == Say(words_of(77, 6))
    assert script.react(citizen, shown("…", "4:begin")) is WRONG


def test_what_was_answered_and_is_not_kept_is_lost() -> None:
    outcome = Outcome(Tally(), [1, 2], {3: 2})
    kept = {words_of(chat, place): True for chat in (1, 2) for place in range(ANSWERS)}
    kept |= {words_of(3, 0): False, words_of(3, 1): False}
    assert missing(outcome, kept) == 0
    assert missing(outcome, kept | {words_of(2, 8): False}) == 1
    assert missing(outcome, {text: done for text, done in kept.items() if text != words_of(3, 1)}) == 1


def test_goals_say_which_limit_is_met() -> None:
    more = Goal("more", 3, 7, lambda _: 1.0, at_least=True)
    less = Goal("less", 0.3, 0.15, lambda _: 1.0)
    assert [more.met(each) for each in (2, 3, 8)] == ["NOT MET", "must", "aim"]
    assert [less.met(each) for each in (0.4, 0.3, 0.1)] == ["NOT MET", "must", "aim"]
    assert less.verdict(Spread(0.2, 0.1, 0.4)) == "must, not in every round"
    assert spread(GOALS[0], [{}]) is None
    assert Spread.of([3, 1, 2]) == Spread(2, 1, 3)


async def test_the_null_bot_walks(tmp_path: Path) -> None:
    async with opened(Echo(), Load(citizens=5, seconds=0.5, warm_up=0.2)) as generator:
        (port,) = free_ports(1)
        place = {"BENCH_API": generator.url, "BENCH_PORT": str(port), "PYTHONPATH": str(HOUSE)}
        bot = subprocess.Popen([sys.executable, "-m", "benchmarks.peers.null"], env=place, cwd=tmp_path)  # noqa: ASYNC220
        try:
            outcome = await generator.run(await generator.door())
        finally:
            bot.kill()
            bot.wait()
    assert outcome.tally.answered > 50
    assert outcome.finished
    assert (outcome.unanswered, outcome.odd, outcome.tally.errors, outcome.tally.extra, outcome.tally.wrong) == (0,) * 5
    assert not math.isnan(outcome.tally.quantile(0.99))
