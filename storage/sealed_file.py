"""A file sealed piece by piece: written and read in constant memory, and refused whole where a byte is not as it was.

Each file has a key of its own, derived from the installation's and a random salt. Each piece carries its number and
whether it is the last one in its nonce, so that pieces can be neither changed, moved, left out nor cut off.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.keys import KEY_BYTES, Keyring

MAGIC: Final = b"Kuvendo backup 1\n"
NAME: Final = 8
"""Letters of a key's name, which stands in the clear so that the right key is asked for."""
SALT: Final = 32
PIECE: Final = 1024**2
TAG: Final = 16
HEAD: Final = len(MAGIC) + NAME + SALT


class Damaged(ValueError):
    """The file is no backup, is cut short, or was altered."""


class WrongKey(ValueError):
    """The file was sealed under a key that is not among those given."""


class SealedWriter:
    """Seals what is written to it into `file`; nothing of it opens before `finish()`."""

    def __init__(self, file: BinaryIO, keyring: Keyring) -> None:
        name, salt = keyring.names[0], secrets.token_bytes(SALT)
        self._file = file
        self._head = MAGIC + name.encode() + salt
        self._cipher = _cipher(keyring, name, salt)
        self._waiting = bytearray()
        self._number = 0
        file.write(self._head)

    def write(self, data: bytes) -> None:
        """Seal some bytes."""
        self._waiting += data
        while len(self._waiting) > PIECE:  # the last piece is known only at the end
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Seal the rest, as the last there is."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self._head))
        self._number += 1


def unsealed(file: BinaryIO, keyring: Keyring) -> Iterator[bytes]:
    """Yield what a sealed file holds, piece by piece; raises Damaged or WrongKey, perhaps only at the end."""
    head = file.read(HEAD)
    if len(head) != HEAD or not head.startswith(MAGIC):
        raise Damaged("This is no backup of Kuvendo.")
    name = head[len(MAGIC) : len(MAGIC) + NAME].decode(errors="replace")
    try:
        cipher = _cipher(keyring, name, head[-SALT:])
    except LookupError:
        raise WrongKey(
            f"This backup was made under the key {name!r}, which is not given: add it to KUVENDO_SECRET_KEY, "
            "or to secret.key in the data directory, behind a comma."
        ) from None
    number, piece = 0, file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, head)
        except (InvalidTag, ValueError):
            raise Damaged("This backup is cut short or was altered; nothing was restored.") from None
        if not following:
            return
        number, piece = number + 1, following


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _cipher(keyring: Keyring, name: str, salt: bytes) -> AESGCM:
    key = keyring.derive_with(name, "backup")
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=salt, info=b"kuvendo:backup file").derive(key))
