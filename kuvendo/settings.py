"""Settings: environment variables and `.env`, read once, wrong ones explained in one line each.

Values only. Names and defaults are a contract with administrators; change them on purpose or not at all.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from kuvendo.periods import PeriodSettings
from kuvendo.trouble import Trouble
from storage.keys import Keyring, key_file

PREFIX = "KUVENDO_"
DATABASE_FILE = "kuvendo.db"
KEY_FILE = "secret.key"


class Settings(PeriodSettings):
    """What an installation decides, by the names of the environment without their prefix."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    data_dir: Path = Path("var")
    secret_key: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    metrics_token: SecretStr | None = None
    dashboard_https: bool | None = None
    proxies: str = "127.0.0.1,::1"
    send_rate: float = Field(default=25.0, gt=0, le=1000)
    """Messages a second that nobody waits for, all processes together; Telegram bears about thirty."""
    log_level: str = "INFO"

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _is_address(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"https?://[^\s/]+\S*", address):
            raise ValueError("write an address that begins with https:// (or http://)")
        return address.rstrip("/") if address else None

    @field_validator("telegram_token")
    @classmethod
    def _is_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]+", token.get_secret_value()):
            raise ValueError("write the token as @BotFather gave it, such as 123456:AbC…")
        return token

    @field_validator("webhook_secret")
    @classmethod
    def _is_header(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not all(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", each) for each in _several(secret)):
            raise ValueError("write 1 to 256 letters, digits, _ or -; several with commas between, newest first")
        return secret

    @field_validator("metrics_token")
    @classmethod
    def _is_bearer(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"[A-Za-z0-9._~+/=-]{16,}", token.get_secret_value()):
            raise ValueError("write 16 or more letters and digits, such as openssl rand -hex 24 gives")
        return token

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, proxies: str) -> str:
        try:
            return ",".join(str(ipaddress.ip_address(each.strip())) for each in proxies.split(",") if each.strip())
        except ValueError:
            raise ValueError("write addresses with commas between, such as 127.0.0.1,::1") from None

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("write DEBUG, INFO, WARNING or ERROR")
        return level.upper()

    @property
    def database_address(self) -> str:
        """The database's address: the one given, or the SQLite file of the data directory."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / DATABASE_FILE}"

    @property
    def token(self) -> str:
        """The bot's token; raises Trouble when none is set."""
        if self.telegram_token is None:
            raise Trouble(
                "No bot token: set KUVENDO_TELEGRAM_TOKEN to the one from @BotFather "
                "(or try everything without one: kuvendo demo)."
            )
        return self.telegram_token.get_secret_value()

    @property
    def behind_tls(self) -> bool:
        """Whether people reach the dashboard over TLS: as it was said, else as Telegram reaches the bot."""
        if self.dashboard_https is not None:
            return self.dashboard_https
        return (self.webhook_url or "").startswith("https://")

    @property
    def bot_id(self) -> int:
        """The bot's number, which is the first half of its token."""
        return int(self.token.partition(":")[0])

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must never stand in a log; of several keys or secrets in one setting, each."""
        hidden = (
            self.telegram_token,
            self.secret_key,
            self.webhook_secret,
            self.redis_url,
            self.database_url,
            self.metrics_token,
        )
        texts = [each.get_secret_value() for each in hidden if each is not None]
        listed = [self.secret_key, self.webhook_secret]
        parts = [part for each in listed if each is not None for part in each.get_secret_value().split(",")]
        return tuple(dict.fromkeys([*texts, *(part.strip() for part in parts if part.strip())]))

    def keyring(self) -> Keyring:
        """Return the installation's keys, made once beside an SQLite database; raises Trouble without any."""
        try:
            return Keyring.parse(self._key_text())
        except ValueError as error:
            raise Trouble(str(error)) from None
        except OSError as error:
            raise Trouble(f"The key in {self.data_dir / KEY_FILE} cannot be read: {error.strerror}.") from None

    def _key_text(self) -> str:
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        if not self.database_address.startswith("sqlite"):
            raise Trouble(
                "No secret key: set KUVENDO_SECRET_KEY to 32 random bytes in base64 "
                "(openssl rand -base64 32), the same in every process, and keep it apart from the backups."
            )
        return key_file(self.data_dir / KEY_FILE)


def webhook_secrets(settings: Settings, keyring: Keyring) -> tuple[str, ...]:
    """Return what Telegram may send back with each update; it is told the first, the others still count.

    Those given come first, then one made of each key, so that no update is refused while either is changed.
    """
    given = [] if settings.webhook_secret is None else _several(settings.webhook_secret)
    rings = [Keyring((key,)) for key in keyring.keys]
    made = [hmac.digest(ring.derive("webhook"), b"secret", "sha256").hex() for ring in rings]
    return (*given, *made)


def _several(secret: SecretStr) -> list[str]:
    return [each.strip() for each in secret.get_secret_value().split(",")]


def load(*, without: tuple[str, ...] = (), **overrides: Any) -> Settings:
    """Return the settings, `overrides` (by name, None for none) before the environment.

    Those named in `without` are left empty, whatever the environment says.
    Raises Trouble with one line that says which setting is wrong and what to write instead.
    """
    given: dict[str, Any] = dict.fromkeys(without) | {
        name: value for name, value in overrides.items() if value is not None
    }
    try:
        return Settings(**given)
    except ValidationError as error:
        raise Trouble(" ".join(_line(each) for each in error.errors(include_input=False))) from None
    except (OSError, UnicodeError) as error:
        raise Trouble(f"The file .env cannot be read: {error}.") from None


def _line(error: Any) -> str:
    name = str(error["loc"][0]) if error["loc"] else "settings"
    return f"{PREFIX}{name.upper()} is wrong: {error['msg'].removeprefix('Value error, ')}."
