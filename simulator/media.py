"""Everything a person can send that is not typed.

Files, stickers, contacts, places, polls, dice, forwarded texts and albums.
"""

from __future__ import annotations

from simulator import compose, entities
from simulator.errors import bad_request
from simulator.methods.files import keep
from simulator.params import Upload
from simulator.phone import Phone
from simulator.records import Json, Message
from simulator.text import clean

_STICKER = bytes.fromhex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700")
_DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}


def _caption(text: str) -> Json:
    cleaned, marks = entities.settle(text, [])
    return compose.caption_content(cleaned, marks)


def send_file(phone: Phone, upload: Upload, media: str = "document", caption: str = "", duration: int = 1) -> Message:
    """Send a photo, a voice message or any file; `duration` in seconds is for voice."""
    if media not in ("photo", "voice", "document"):
        raise bad_request("unknown kind of file")
    with phone.telegram.change():
        file = keep(phone.telegram, upload, media, duration)
        return phone.send(compose.media_content(file) | _caption(caption))


def send_album(phone: Phone, uploads: list[Upload], caption: str = "") -> list[Message]:
    """Send two to ten photos that belong together; the caption stands under the first."""
    if not 2 <= len(uploads) <= 10:
        raise bad_request("an album has two to ten pictures")
    with phone.telegram.change() as state:
        group = {"media_group_id": str(state.count("album"))}
        files = [keep(phone.telegram, upload, "photo") for upload in uploads]
        captions = [_caption(caption), *({} for _ in files[1:])]
        contents = zip(files, captions, strict=True)
        return [phone.send(group | compose.media_content(file) | words) for file, words in contents]


def sticker(phone: Phone, emoji: str = "👍") -> Json:
    """Return a sticker."""
    shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    upload = Upload("sticker.webp", "image/webp", _STICKER)
    file = keep(phone.telegram, upload, "sticker", extra={**shape, "emoji": emoji})
    return compose.media_content(file)


def contact(phone: Phone) -> Json:
    """Return the person's own contact card; the number is from a range that nobody has."""
    citizen = phone.citizen
    card: Json = {"phone_number": "+355600000000", "first_name": citizen.first_name, "user_id": citizen.id}
    if citizen.last_name:
        card["last_name"] = citizen.last_name
    return {"contact": card}


def location(latitude: float = 41.3275, longitude: float = 19.8187) -> Json:
    """Return a place, Skanderbeg Square in Tirana where none is said."""
    return {"location": {"latitude": latitude, "longitude": longitude}}


def poll(phone: Phone, question: str, options: list[str]) -> Json:
    """Return a poll with its choices."""
    if not clean(question) or len(options) < 2:
        raise bad_request("a poll needs a question and two choices")
    choices: list[Json] = [
        {"persistent_id": str(place), "text": clean(text), "voter_count": 0} for place, text in enumerate(options)
    ]
    return {
        "poll": {
            "id": str(phone.telegram.state.count("press")),
            "question": clean(question),
            "options": choices,
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": True,
            "members_only": False,
        }
    }


def dice(phone: Phone, emoji: str = "🎲") -> Json:
    """Return a thrown die."""
    if emoji not in _DICE:
        raise bad_request("unknown die")
    return {"dice": {"emoji": emoji, "value": phone.telegram.chance.randint(1, _DICE[emoji])}}


def forward(phone: Phone, text: str, sender: str = "") -> Json:
    """Return a text forwarded from someone who hides their account; `sender` is the name that is shown."""
    cleaned, marks = entities.settle(text, [])
    origin = {
        "type": "hidden_user",
        "date": int(phone.telegram.clock.now()) - 3600,
        "sender_user_name": sender or "?",
    }
    return {"forward_origin": origin, **compose.text_content(cleaned, marks)}


def simple(phone: Phone, kind: str, options: Json) -> Message:
    """Send one of the kinds that need no file; ApiError for a kind nobody knows."""
    with phone.telegram.change():
        return phone.send(_simple_content(phone, kind, options))


def _simple_content(phone: Phone, kind: str, options: Json) -> Json:
    match kind:
        case "sticker":
            return sticker(phone, str(options.get("emoji", "👍")))
        case "contact":
            return contact(phone)
        case "location":
            return location()
        case "poll":
            return poll(phone, str(options.get("question", "")), [str(one) for one in options.get("options", [])])
        case "dice":
            return dice(phone, str(options.get("emoji", "🎲")))
        case "forward":
            return forward(phone, str(options.get("text", "")), str(options.get("sender", "")))
    raise bad_request("unknown kind of message")
