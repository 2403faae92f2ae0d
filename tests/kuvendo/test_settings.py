"""Settings: names and defaults as administrators know them, and one line for whatever is wrong."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kuvendo.settings import KEY_FILE, load, webhook_secrets
from kuvendo.trouble import Trouble
from storage.keys import Keyring, generate


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests, and no .env file."""
    for name in [name for name in os.environ if name.startswith("KUVENDO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults() -> None:
    settings = load()
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.database_address == "sqlite+aiosqlite:///var/kuvendo.db"
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("var"))
    assert settings.redis_url is None
    assert settings.webhook_url is None


def test_the_environment_comes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KUVENDO_PORT=9001\nKUVENDO_HOST=0.0.0.0\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("KUVENDO_PORT", "9002")
    monkeypatch.setenv("KUVENDO_HOST", "")
    settings = load()
    assert (settings.port, settings.host) == (9002, "0.0.0.0")
    assert load(port=9003, host=None).port == 9003
    assert load(without=("redis_url",)).redis_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KUVENDO_PORT", "many"),
        ("KUVENDO_PORT", "70000"),
        ("KUVENDO_TELEGRAM_TOKEN", "ZQX secret"),
        ("KUVENDO_TELEGRAM_API_URL", "api.telegram.org"),
        ("KUVENDO_WEBHOOK_URL", "ftp://ZQX"),
        ("KUVENDO_WEBHOOK_SECRET", "ZQX ë"),
        ("KUVENDO_WEBHOOK_SECRET", "ZQX,"),
        ("KUVENDO_METRICS_TOKEN", "ZQX short"),
        ("KUVENDO_PROXIES", "127.0.0.1, ZQX"),
        ("KUVENDO_LOG_LEVEL", "LOUD"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Trouble) as caught:
        load()
    line = str(caught.value)
    assert name in line
    assert "\n" not in line
    assert "ZQX" not in line


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = load().keyring()
    path = tmp_path / "var" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load().keyring().keys == first.keys


def test_beside_postgresql_the_key_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUVENDO_DATABASE_URL", "postgresql://x@localhost/x")
    with pytest.raises(Trouble, match="KUVENDO_SECRET_KEY"):
        load().keyring()
    monkeypatch.setenv("KUVENDO_SECRET_KEY", "short")
    with pytest.raises(Trouble, match="KUVENDO_SECRET_KEY"):
        load().keyring()
    monkeypatch.setenv("KUVENDO_SECRET_KEY", generate())
    assert len(load().keyring().keys) == 1


def test_the_webhook_secret_is_made_of_the_key_or_given(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load()
    [made] = webhook_secrets(settings, settings.keyring())
    assert [made] == [*webhook_secrets(settings, settings.keyring())]
    assert made.isalnum()
    assert len(made) == 64
    monkeypatch.setenv("KUVENDO_WEBHOOK_SECRET", "given_one")
    assert webhook_secrets(load(), settings.keyring()) == ("given_one", made)


def test_while_keys_or_secrets_are_changed_the_old_ones_still_count(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = generate(), generate()
    [before] = webhook_secrets(load(), Keyring.parse(old))
    first, second = webhook_secrets(load(), Keyring.parse(f"{new},{old}"))
    assert second == before != first
    monkeypatch.setenv("KUVENDO_WEBHOOK_SECRET", "newer, older")
    assert webhook_secrets(load(), Keyring.parse(old)) == ("newer", "older", before)


def test_the_dashboard_is_behind_tls_where_the_bot_is_or_where_it_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load().behind_tls
    assert load(webhook_url="https://consult.example").behind_tls
    monkeypatch.setenv("KUVENDO_DASHBOARD_HTTPS", "true")
    assert load().behind_tls
    monkeypatch.setenv("KUVENDO_PROXIES", "172.28.0.2, ::1")
    assert load().proxies == "172.28.0.2,::1"


def test_the_token_is_asked_for_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Trouble, match="KUVENDO_TELEGRAM_TOKEN"):
        _ = load().token
    monkeypatch.setenv("KUVENDO_TELEGRAM_TOKEN", "77:ZQXtoken")
    settings = load()
    assert (settings.bot_id, settings.token) == (77, "77:ZQXtoken")
    assert "ZQX" not in repr(settings)
    assert "77:ZQXtoken" in settings.secrets


def test_each_of_several_keys_is_kept_out_of_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = generate(), generate()
    monkeypatch.setenv("KUVENDO_SECRET_KEY", f"{new}, {old}")
    monkeypatch.setenv("KUVENDO_WEBHOOK_SECRET", "newer,older")
    assert {new, old, "newer", "older"} <= set(load().secrets)
