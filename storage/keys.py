"""The installation's secret key and what is made of it.

Each purpose has a key of its own, derived from the secret one. Several secret keys may be given while they
are rotated: the newest writes, every one of them reads.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = b"\x01"
"""The first byte of whatever was sealed; another way of sealing takes another one."""


def generate() -> str:
    """Return a new secret key as base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_file(path: Path) -> str:
    """Return the secret key kept in the file `path`; create key and file (mode 0600) when there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path)
    return path.read_text().strip()


def put_before(path: Path) -> None:
    """Put a new key before the one in the file `path`, at once and whole; the old one stays, behind a comma."""
    aside = _written_aside(path, f"{generate()},{path.read_text().strip()}")
    aside.replace(path)
    _sync_folder(path.parent)


def _create(path: Path) -> None:
    # Linked into place, so that no second process reads half a key or replaces a whole one.
    aside = _written_aside(path, generate())
    with suppress(FileExistsError):
        path.hardlink_to(aside)
    aside.unlink()
    _sync_folder(path.parent)


def _written_aside(path: Path, text: str) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    return aside


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


@dataclass(slots=True)
class Keyring:
    """The installation's secret keys, newest first; a running process may be given others (`take_up`)."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Return the keyring for a setting: base64 keys of 32 bytes, separated by commas, newest first.

        Raises ValueError, with one sentence that does not quote the key, when one of them is not that.
        """
        keys = tuple(_decode(part.strip()) for part in text.split(",") if part.strip())
        if not keys:
            raise ValueError("KUVENDO_SECRET_KEY is empty; it takes 32 random bytes in base64.")
        return cls(keys)

    @property
    def names(self) -> tuple[str, ...]:
        """A short name for each key, by which it can be spoken of; nothing of the key can be told from it."""
        return tuple(_derived(key, "name")[:4].hex() for key in self.keys)

    def take_up(self, others: Keyring) -> bool:
        """Use the keys of `others` from now on; return whether they are other ones."""
        changed = self.keys != others.keys
        self.keys = others.keys
        return changed

    def tombstones(self, person: uuid.UUID) -> tuple[bytes, ...]:
        """Return every hash under which a participant who is gone may be listed, the newest key's first."""
        return tuple(hmac.digest(_derived(key, "tombstone"), person.bytes, "sha256") for key in self.keys)

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for `purpose` alone, the same for as long as the newest key stays."""
        return _derived(self.keys[0], purpose)

    def derive_with(self, name: str, purpose: str) -> bytes:
        """Return 32 bytes for `purpose`, of the key called `name`; raise LookupError where that is not among them."""
        for key, known in zip(self.keys, self.names, strict=True):
            if known == name:
                return _derived(key, purpose)
        raise LookupError(name)

    def lookup(self, chat: int) -> bytes:
        """Return the hash under which a chat's number is found."""
        return _lookup(self.keys[0], chat)

    def lookups(self, chat: int) -> tuple[bytes, ...]:
        """Return every hash under which a chat's number may have been filed, the newest key's first."""
        return tuple(_lookup(key, chat) for key in self.keys)

    def seal(self, plain: bytes, context: bytes = b"") -> bytes:
        """Return `plain` encrypted and authenticated; it opens in the same `context` only."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + nonce + _cipher(self.keys[0]).encrypt(nonce, plain, context)

    def resealed(self, sealed: bytes, context: bytes = b"") -> bytes | None:
        """Return what was sealed under an older key, sealed under the newest; None where it is already.

        Raises ValueError when none of the keys opens it.
        """
        with suppress(ValueError):
            Keyring(self.keys[:1]).unseal(sealed, context)
            return None
        return self.seal(self.unseal(sealed, context), context)

    def unseal(self, sealed: bytes, context: bytes = b"") -> bytes:
        """Return what was sealed in `context`; raise ValueError when none of the keys opens it."""
        start = len(FORMAT)
        nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        for key in self.keys if sealed.startswith(FORMAT) else ():
            with suppress(InvalidTag, ValueError):
                return _cipher(key).decrypt(nonce, body, context)
        raise ValueError("This was sealed under a key that is not among those given, or was altered since.")


def _decode(part: str) -> bytes:
    try:
        key = base64.b64decode(part.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("A key in KUVENDO_SECRET_KEY is not base64.") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"A key in KUVENDO_SECRET_KEY has {len(key)} bytes; it takes {KEY_BYTES}.")
    return key


@lru_cache(maxsize=64)
def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"kuvendo:{purpose}".encode()).derive(key)


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(_derived(key, "seal"))


@lru_cache(maxsize=16)
def _hasher(key: bytes) -> hmac.HMAC:
    return hmac.new(_derived(key, "lookup"), digestmod="sha256")


def _lookup(key: bytes, chat: int) -> bytes:
    hasher = _hasher(key).copy()  # made once: to prepare a key costs ten times what a number costs
    hasher.update(f"telegram:{chat}".encode())
    return hasher.digest()
