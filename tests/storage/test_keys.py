"""Keys: what is derived, sealed and found again; the file they are kept in."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from storage.keys import Keyring, generate, key_file


def test_what_is_sealed_opens_with_the_key_and_in_its_context(keyring: Keyring) -> None:
    sealed = keyring.seal("fjalë".encode(), b"here")
    assert "fjalë".encode() not in sealed
    assert keyring.unseal(sealed, b"here") == "fjalë".encode()
    with pytest.raises(ValueError, match="not among"):
        keyring.unseal(sealed, b"there")


@pytest.mark.parametrize("damage", [lambda s: s[:-1], lambda s: b"", lambda s: b"\x02" + s[1:], lambda s: s[:5]])
def test_what_was_altered_does_not_open(keyring: Keyring, damage: object) -> None:
    assert callable(damage)
    with pytest.raises(ValueError, match="altered"):
        keyring.unseal(damage(keyring.seal(b"x")))


def test_the_same_is_never_sealed_alike_and_always_looked_up_alike(keyring: Keyring) -> None:
    assert keyring.seal(b"x") != keyring.seal(b"x")
    assert keyring.lookup(42) == keyring.lookup(42) != keyring.lookup(43)
    assert len(keyring.lookup(42)) == 32


def test_while_keys_are_rotated_the_newest_writes_and_all_read() -> None:
    old, new = generate(), generate()
    before, after = Keyring.parse(old), Keyring.parse(f"{new}, {old}")
    assert after.unseal(before.seal(b"x")) == b"x"
    assert after.lookups(42) == (Keyring.parse(new).lookup(42), before.lookup(42))
    with pytest.raises(ValueError, match="sealed under a key"):
        before.unseal(after.seal(b"x"))


def test_each_purpose_has_its_own_key(keyring: Keyring) -> None:
    assert keyring.derive("webhook") == keyring.derive("webhook") != keyring.derive("cookies")
    assert len(keyring.derive("webhook")) == 32


def test_the_key_is_in_no_representation() -> None:
    text = generate()
    shown = repr(Keyring.parse(text))
    assert text not in shown
    assert repr(base64.b64decode(text)) not in shown


@pytest.mark.parametrize(
    ("text", "says"), [("", "empty"), (" , ", "empty"), ("tajna!", "not base64"), ("dGFqbmE=", "has 5 bytes")]
)
def test_a_bad_key_is_refused_in_a_sentence_that_does_not_quote_it(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        Keyring.parse(text)
    assert "tajna" not in str(caught.value)
    assert "dGFqbmE" not in str(caught.value)


def test_url_safe_base64_is_understood() -> None:
    key = bytes(range(224, 256))
    assert Keyring.parse(base64.urlsafe_b64encode(key).decode()).keys == (key,)


def test_a_key_file_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret.key"
    made = key_file(path)
    assert key_file(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    Keyring.parse(made)
