"""Files: keeping what the bot or a person sends, and handing it out through getFile."""

from __future__ import annotations

import struct

from simulator.errors import bad_request
from simulator.params import Params, Upload
from simulator.records import File, Json
from simulator.telegram import Telegram

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
_FOLDERS = {"photo": "photos", "voice": "voice", "document": "documents", "sticker": "stickers"}
_ENDINGS = {"photo": ".jpg", "voice": ".oga", "sticker": ".webp"}


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, GIF, JPEG or WebP; None where the bytes are no such picture."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return int(width), int(height)
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk a JPEG's segments to the frame header."""
    position = 2
    while position + 9 < len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return int(width), int(height)
        position += 2 + length
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    if content[12:16] == b"VP8X" and len(content) >= 30:
        return _le24(content, 24) + 1, _le24(content, 27) + 1
    if content[12:16] == b"VP8 " and len(content) >= 30:
        width, height = struct.unpack("<HH", content[26:30])
        return int(width) & 0x3FFF, int(height) & 0x3FFF
    if content[12:16] == b"VP8L" and len(content) >= 25:
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _le24(content: bytes, position: int) -> int:
    return int.from_bytes(content[position : position + 3], "little")


def _extra(media: str, content: bytes, duration: int) -> Json:
    if media == "voice":
        return {"duration": duration}
    if media != "photo":
        return {}
    size = picture_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if min(size) < 1 or sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return {"width": size[0], "height": size[1]}


def _ending(media: str, name: str) -> str:
    if media in _ENDINGS:
        return _ENDINGS[media]
    ending = name.rpartition(".")[2]
    return f".{ending}" if ending.isalnum() and ending.isascii() and ending != name else ""


def keep(telegram: Telegram, upload: Upload, media: str, duration: int = 0, extra: Json | None = None) -> File:
    """Keep a file and return its record.

    `duration` in seconds is for voice. ApiError where it is no such file.
    """
    if not upload.content:
        raise bad_request("file must be non-empty")
    if media == "photo" and len(upload.content) > MAX_PHOTO:
        raise bad_request("file is too big")
    extra = extra if extra is not None else _extra(media, upload.content, duration)
    number = telegram.state.count("file")
    file = File(
        id=f"BQAC{telegram.secret(24)}",
        unique_id=f"AgAD{telegram.secret(8)}",
        path=f"{_FOLDERS[media]}/file_{number}{_ending(media, upload.name)}",
        name=upload.name or "file",
        mime=upload.mime or "application/octet-stream",
        size=len(upload.content),
        media=media,
        extra=extra,
    )
    telegram.state.store.put_content(file.unique_id, upload.content)
    return telegram.state.save(file)


def keep_from_call(telegram: Telegram, params: Params, media: str) -> File:
    """Return the file a bot sends: uploaded with the call, or known by its identifier."""
    stated = params.text(media)
    upload = params.files.get(stated.removeprefix("attach://") if stated.startswith("attach://") else media)
    if upload is not None:
        return keep(telegram, upload, media, params.integer("duration"))
    if not stated:
        raise bad_request(f"there is no {media} in the request")
    if stated.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = telegram.state.files.get(stated)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.media != media:
        raise bad_request(f"can't use file of type {file.media.title()} as {media.title()}")
    return file


def get_file(telegram: Telegram, params: Params) -> Json:
    """Say where a file can be fetched."""
    file = telegram.state.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.path,
    }
