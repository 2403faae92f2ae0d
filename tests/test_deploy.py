"""What is in deploy/ and docs/OPERATIONS.md is true: settings, commands, metrics and places that exist."""

from __future__ import annotations

import asyncio
import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot import metrics as counters
from bot.door import PATH
from kuvendo.cli import app
from kuvendo.settings import PREFIX, Settings
from storage.database import Database
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from tests.kuvendo.test_metrics import NOW, asked

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MANUAL = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
NAMES = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
OTHER_NAMES = {f"{PREFIX}SITE"}
"""Of the compose file alone."""


def commands() -> set[tuple[str, ...]]:
    """Return every command's words."""
    group: Any = typer.main.get_command(app)
    found = set[tuple[str, ...]]()
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {(name, each) for each in inner} if inner else {(name,)}
    return found


def is_command(words: list[str]) -> bool:
    return tuple(words[:1]) in commands() or tuple(words[:2]) in commands()


def test_no_setting_is_named_that_is_none() -> None:
    for path in [*DEPLOY.rglob("*"), ROOT / "docs" / "OPERATIONS.md", ROOT / "README.md"]:
        if path.is_file():
            named = set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
            assert named - NAMES - OTHER_NAMES - {"KUVENDO_RETENTION"} == set(), path


# --- systemd -------------------------------------------------------------------------------------------------------


def unit(path: Path) -> dict[str, list[str]]:
    """Return the [Service] part of a unit, each key with all of its values."""
    section, found = "", dict[str, list[str]]()
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_run_commands_that_exist_and_may_do_little(path: Path) -> None:
    service = unit(path)
    words = [shlex.split(line) for line in service["ExecStart"] + service.get("ExecStartPre", [])]
    called = [line[1:] for line in words if line[0].endswith("/kuvendo")]
    called += [shlex.split(line[2])[2:] for line in words if line[0] == "/bin/sh" and "bin/kuvendo " in line[2]]
    assert called
    assert all(map(is_command, called))
    for key, value in {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
        "CapabilityBoundingSet": "", "User": "kuvendo", "UMask": "0077", "WorkingDirectory": "/etc/kuvendo",
    }.items():  # fmt: skip
        assert service[key] == [value], key
    if service.get("Type") != ["oneshot"]:
        assert service["Restart"] == ["always"]
        assert int(service["TimeoutStopSec"][0]) > 10


def test_units_are_files_systemd_reads() -> None:
    for path in (DEPLOY / "systemd").glob("*.*"):
        parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(path.read_text())
        assert set(parser.sections()) <= {"Unit", "Service", "Install", "Timer"}


# --- containers ----------------------------------------------------------------------------------------------------


@pytest.fixture
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
    return read


def test_containers_get_settings_that_exist_and_secrets_from_one_file(compose: dict[str, Any]) -> None:
    text = (DEPLOY / "compose" / "compose.yaml").read_text()
    asked_for = set(re.findall(r"\$\{(\w+)", text)) | set(re.findall(r"\{\$(\w+)", caddyfile()))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / "compose" / ".env.example").read_text(), re.MULTILINE))
    assert asked_for == given
    for name in ("bot", "worker", "admin", "migrate"):
        service = compose["services"][name]
        assert set(service["environment"]) <= NAMES
        assert is_command(service["command"])
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    proxy = compose["services"]["proxy"]["networks"]["outside"]["ipv4_address"]
    assert compose["services"]["admin"]["environment"]["KUVENDO_PROXIES"] == proxy


def test_only_the_proxy_is_public_and_redis_keeps_nothing(compose: dict[str, Any]) -> None:
    assert {name for name, each in compose["services"].items() if "ports" in each} == {"proxy"}
    words = compose["services"]["redis"]["command"]
    assert words[words.index("--save") + 1] == ""
    assert words[words.index("--appendonly") + 1] == "no"
    assert compose["networks"]["inside"] == {"internal": True}
    assert compose["services"]["db"]["networks"] == compose["services"]["redis"]["networks"] == ["inside"]


def test_the_container_runs_as_nobody_special_and_looks_after_itself() -> None:
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert set(re.findall(rf"{PREFIX}\w+", "\n".join(lines))) <= NAMES
    postgres = re.search(r"postgresql-client-(\d+)", "\n".join(lines))
    assert postgres is not None
    assert f"postgres:{postgres[1]}" in (DEPLOY / "compose" / "compose.yaml").read_text()


# --- proxies -------------------------------------------------------------------------------------------------------


def caddyfile() -> str:
    return (DEPLOY / "compose" / "Caddyfile").read_text()


def nginx() -> str:
    return (DEPLOY / "nginx" / "kuvendo.conf").read_text()


def test_proxies_lead_to_the_webhook_and_the_dashboard_alone() -> None:
    blocks = re.findall(r"location (?:= )?(\S+) \{([^}]*)\}", nginx().replace("limit_except POST { deny all; }", ""))
    assert [place for place, inside in blocks if "proxy_pass" in inside] == [PATH, "/admin/"]
    assert ("/", " return 404; ") in blocks
    assert re.findall(r"path (\S+)", caddyfile()) == [PATH]
    assert re.findall(r"^\thandle ?(.*?) ?\{$", caddyfile(), re.MULTILINE) == ["@telegram", "/admin/*", ""]
    for inner in ("metrics", "readyz", "healthz"):
        outside = [line for line in (nginx() + caddyfile()).splitlines() if not line.strip().startswith("#")]
        assert inner not in "\n".join(outside)


def test_proxies_write_no_query_strings_and_wait_for_nobody() -> None:
    [line] = re.findall(r"log_format (.*);", nginx())
    assert set(re.findall(r"\$(\w+)", line)) <= {
        "time_iso8601", "request_method", "uri", "status", "body_bytes_sent", "request_time",
    }  # fmt: skip
    for word in ("client_header_timeout", "client_body_timeout", "client_max_body_size 1m", "large_client_header"):
        assert word in nginx()
    for word in ("read_header", "read_body", "max_header_size", "max_size 1MiB", r'request>uri regexp \?.* ""'):
        assert word in caddyfile()


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def known(sqlite_url: str) -> set[str]:
    """The names of all our metrics."""
    await asyncio.to_thread(upgrade, sqlite_url)
    database = Database(sqlite_url, Keyring.parse(generate()))
    counters.TELEGRAM.note(0, NOW)
    async with asked(database) as http:
        text = (await http.get("/metrics")).text
    counters.TELEGRAM.forget()
    await database.close()
    return set(re.findall(r"^# TYPE (kuvendo_\w+)", text, re.MULTILINE))


async def test_alerts_and_the_manual_name_metrics_that_exist(known: set[str]) -> None:
    alerts = (DEPLOY / "prometheus" / "alerts.yml").read_text()
    used = re.findall(r"kuvendo_\w*[a-z]", alerts + re.sub(r"\{[^}]*\}", "", MANUAL))
    names = {re.sub(r"_bucket$", "", name) for name in used} - {"kuvendo_telegram"}
    assert names - known == set()
    told = {name for name in known if not name.endswith("_created")}
    assert told - set(re.findall(r"`(kuvendo_\w+)", MANUAL)) == set()


def test_every_alert_names_a_runbook_of_the_manual() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    headings = set(re.findall(r"^### (.*)$", MANUAL, re.MULTILINE))
    assert {each["annotations"]["runbook"] for each in rules} <= headings
    assert len({each["alert"] for each in rules}) == len(rules)


# --- the manual ----------------------------------------------------------------------------------------------------


def test_the_table_of_settings_is_whole_and_right() -> None:
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| (.*?) \|", MANUAL, re.MULTILINE)
    assert {name for name, _ in rows} == NAMES
    assert len(rows) == len(NAMES)
    for name, default in rows:
        value = Settings.model_fields[name.removeprefix(PREFIX).lower()].default
        shown = "none" if value is None else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
        assert default == shown, name


def test_the_manual_names_commands_that_exist() -> None:
    code = re.findall(r"`(kuvendo [^`]+)`", MANUAL) + re.findall(r"^# (kuvendo .*)$", MANUAL, re.MULTILINE)
    code += [f"kuvendo {line}" for line in re.findall(r"docker compose run --rm admin (.*)$", MANUAL, re.MULTILINE)]
    wrong = [line for line in code if not is_command(line.split()[1:])]
    assert wrong == []


def test_the_manual_names_files_that_exist_and_leads_nowhere_in_vain() -> None:
    for name in re.findall(r"\b((?:deploy|docs)/[\w./@*-]*[\w*])", MANUAL):
        assert list(ROOT.glob(name)), name
    anchors = {
        re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in re.findall(r"^#+ (.*)$", MANUAL, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", MANUAL)) <= anchors
