"""The codes of a telephone (RFC 6238: SHA-1, six digits, thirty seconds) and the recovery codes for when it is gone.

Values in, values out: what is kept of them, and that none is taken twice, is `storage/factors.py`'s business.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from admin.cookies import same
from admin.permissions import Permission, may

STEP = 30
"""Seconds for which one code is shown."""
DIGITS = 6
SECRET_BYTES = 20
CODES = 10
"""Recovery codes that somebody gets."""
ISSUER = "Kuvendo"

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Of recovery codes: none is taken for another on paper."""
_GROUPS, _GROUP = 4, 4


def is_asked_of(role: str) -> bool:
    """Tell whether nobody of this role gets in without a second factor: whoever can read what citizens wrote."""
    return may(role, Permission.SUBMISSIONS_READ) or may(role, Permission.CONTRIBUTIONS_READ)


def new_secret() -> bytes:
    """Return a secret for somebody's telephone."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a time step."""
    return _totp(secret).generate(step * STEP).decode()


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the time step that `code` is of: the present one, the one before or the one after. None for any other."""
    present = int(now.timestamp()) // STEP
    fitting = [step for step in (present - 1, present, present + 1) if same(code_at(secret, step), code)]
    return fitting[-1] if fitting else None


def key(secret: bytes) -> str:
    """Return the secret as one types it into a telephone, in groups of four."""
    text = b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, name: str) -> str:
    """Return what a telephone reads from the picture: for whom, and the secret."""
    query = {"secret": b32encode(secret).decode(), "issuer": ISSUER}
    return f"otpauth://totp/{quote(f'{ISSUER}:{name}', safe='')}?{urlencode(query)}"


def picture(text: str) -> bytes:
    """Return `text` as a QR code, an SVG picture that needs no style and no script."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=8, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    return out.getvalue()


def digits(text: str) -> str:
    """Return what was typed as a code, without the blanks that telephones show in it."""
    return "".join(text.split())


# --- recovery codes -------------------------------------------------------------------------------------------------


def new_codes() -> tuple[str, ...]:
    """Return new recovery codes, in groups as they are printed."""
    return tuple(_new_code() for _ in range(CODES))


def plain_code(text: str) -> str:
    """Return a recovery code as it is kept, however it was typed: without blanks and dashes, in capitals."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def code_hash(staff_id: int, text: str) -> bytes:
    """Return what is kept of a recovery code; it is long enough not to be found by trying."""
    return hashlib.sha256(f"recovery:{staff_id}:{plain_code(text)}".encode("utf-8", "replace")).digest()


def _new_code() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)]
    return " ".join("".join(letters[start : start + _GROUP]) for start in range(0, len(letters), _GROUP))


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303 - what every telephone computes; not a signature
