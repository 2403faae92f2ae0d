"""The control API: what the page does for a citizen, over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest

from simulator import Phone, Telegram
from simulator.methods import call
from simulator.params import Params
from tests.simulator.harness import until
from tests.simulator.test_updates import PNG


async def test_a_citizen_is_made_changed_and_listed(control: httpx2.AsyncClient, world: Telegram) -> None:
    person = {"first_name": "Ana", "last_name": "Hoxha", "language_code": "sq", "colour": "rose"}
    made = (await control.post("citizens", json=person)).json()
    assert made.items() >= person.items()
    await control.patch(f"citizens/{made['id']}", json={"language_code": "en"})
    state = (await control.get("state")).json()
    assert [one["language_code"] for one in state["citizens"]] == ["en"]
    assert state["bot"]["username"] == "simulated_bot"


async def test_a_conversation_from_a_persons_side(control: httpx2.AsyncClient, world: Telegram, ana: Phone) -> None:
    """Start, say, edit, press, hide, block: each is one request."""
    own = f"citizens/{ana.id}"
    await control.post(f"{own}/start", json={"payload": "ideas"})
    keyboard = {"inline_keyboard": [[{"text": "Po", "callback_data": "po"}]]}
    sent = call(world, "sendMessage", Params({"chat_id": ana.id, "text": "?", "reply_markup": keyboard}))
    assert (await control.post(f"{own}/press", json={"message_id": sent["message_id"], "data": "po"})).json()["press"]
    said = (await control.post(f"{own}/messages", json={"text": "x" * 5000, "reply_to": 1})).json()["message_ids"]
    assert len(said) == 2
    await control.patch(f"{own}/messages/{said[0]}", json={"text": "y"})
    await control.delete(f"{own}/messages/{said[1]}")
    chat = (await control.get(own)).json()
    assert [one["text"] for one in chat["messages"]] == ["/start ideas", "?", "y"]
    assert (await control.post(f"{own}/block", json={"blocked": True})).json()["blocked"] is True
    refused = await control.post(f"{own}/messages", json={"text": "x"})
    assert refused.status_code == 400


async def test_the_bot_as_a_person_sees_it(control: httpx2.AsyncClient, world: Telegram, ana: Phone) -> None:
    """Commands and description in the language of their Telegram."""
    for language, word in (("", "Begin"), ("sq", "Fillo")):
        commands = [{"command": "start", "description": word}]
        call(world, "setMyCommands", Params({"commands": commands, "language_code": language}))
        call(world, "setMyDescription", Params({"description": word, "language_code": language}))
    bot = (await control.get(f"citizens/{ana.id}")).json()["bot"]
    assert (bot["commands"][0]["description"], bot["description"]) == ("Fillo", "Fillo")


@pytest.mark.parametrize("kind", ["sticker", "contact", "location", "dice", "forward", "poll"])
async def test_things_are_sent(control: httpx2.AsyncClient, ana: Phone, kind: str) -> None:
    content = {"kind": kind, "question": "Kur?", "options": ["a", "b"], "text": "Lajm", "sender": "Dikush"}
    answer = await control.post(f"citizens/{ana.id}/things", json=content)
    assert answer.json() == {"message_ids": [1]}


async def test_files_are_sent_and_shown_safely(control: httpx2.AsyncClient, ana: Phone) -> None:
    """A picture may show on the page; a page of HTML is only ever a download."""
    place = f"citizens/{ana.id}/files"
    picture = await control.post(place, data={"kind": "photo"}, files={"file": ("a.png", PNG, "image/png")})
    assert picture.json() == {"message_ids": [1]}
    page = {"file": ("a.html", b"<script>alert(1)</script>", "text/html")}
    await control.post(place, data={"kind": "document", "caption": "shih"}, files=page)
    photo, document = ana.messages()
    shown = await control.get(f"files/{photo['photo'][0]['file_id']}")
    assert (shown.headers["content-type"], shown.content) == ("image/png", PNG)
    kept = await control.get(f"files/{document['document']['file_id']}")
    assert kept.headers["content-disposition"] == "attachment"
    assert kept.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in kept.headers["content-security-policy"]


async def test_an_album_has_one_number(control: httpx2.AsyncClient, ana: Phone) -> None:
    files = [("file", ("a.png", PNG, "image/png")) for _ in range(3)]
    await control.post(f"citizens/{ana.id}/files", data={"kind": "photo", "caption": "tri"}, files=files)
    groups = {one["media_group_id"] for one in ana.messages()}
    assert (len(ana.messages()), len(groups)) == (3, 1)


async def test_groups(control: httpx2.AsyncClient, ana: Phone) -> None:
    group = (await control.post("groups", json={"title": "Lagjja", "members": [ana.id]})).json()
    await control.post(f"citizens/{ana.id}/messages", json={"text": "/start", "group": group["id"]})
    shown = (await control.get(f"groups/{group['id']}/messages")).json()["messages"]
    assert [one.get("text") for one in shown] == [None, "/start"]


async def test_faults_are_set_from_outside(
    control: httpx2.AsyncClient, http: httpx2.AsyncClient, world: Telegram
) -> None:
    fault = {"kind": "error", "method": "getMe", "code": 429, "description": "slow", "retry_after": 3}
    assert (await control.post("faults", json=fault)).json() == {"waiting": 1}
    refused = await http.get("getMe")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
    assert (await control.delete("faults")).json() == {"waiting": 0}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_pages_from_elsewhere_change_nothing(control: httpx2.AsyncClient, world: Telegram, site: str) -> None:
    refused = await control.post("citizens", json={"first_name": "x"}, headers={"Sec-Fetch-Site": site})
    assert refused.status_code == 403
    form = await control.post("citizens", data={"first_name": "x"})
    assert form.status_code == 400
    assert world.state.citizens == {}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "citizens/1", None),
        ("POST", "citizens/1/messages", {"text": "x"}),
        ("POST", "citizens/{ana}/messages", {"text": " "}),
        ("POST", "citizens/{ana}/press", {}),
        ("POST", "citizens/{ana}/things", {"kind": "house"}),
        ("POST", "citizens/{ana}/messages", [1]),
        ("PATCH", "citizens/{ana}/messages/9", {"text": "x"}),
        ("POST", "groups", {}),
        ("POST", "faults", {"no": "kind"}),
    ],
)
async def test_nonsense_is_a_400(control: httpx2.AsyncClient, ana: Phone, method: str, path: str, body: Any) -> None:
    answer = await control.request(method, path.format(ana=ana.id), json=body)
    assert answer.status_code == 400
    assert answer.json()["ok"] is False


async def test_events_come_as_they_happen(
    control: httpx2.AsyncClient, http: httpx2.AsyncClient, world: Telegram, ana: Phone
) -> None:
    """Server-sent events, numbered, after the number the page has seen; the stream ends when the server does."""
    seen: list[dict[str, Any]] = []
    number = world.live.number

    async def listen() -> None:
        async with control.stream("GET", "events", params={"after": number}) as stream:
            async for line in stream.aiter_lines():
                seen.extend(json.loads(part) for part in [line.removeprefix("data: ")] if line.startswith("data"))

    listener = asyncio.create_task(listen())
    message = ana.start()
    ana.edit(message.message_id, "/start x")
    await http.post("sendChatAction", json={"chat_id": ana.id, "action": "typing"})
    await until(lambda: len(seen) >= 4)
    assert [event["kind"] for event in seen] == ["message", "citizen", "edited", "action"]
    world.stop()
    await listener


async def test_the_page_lets_nothing_in_from_elsewhere(address: str) -> None:
    async with httpx2.AsyncClient(verify=False) as client:
        page = await client.get(f"{address}/chat")
        script = await client.get(f"{address}/chat/static/main.js")
    assert page.status_code == script.status_code == 200
    for answer in (page, script):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
    assert "style=" not in page.text
    assert " on" not in page.text.replace(" one", "").split("<body", 1)[0]
