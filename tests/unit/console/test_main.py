"""The command line explains itself and ends with the right code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.console import main as console
from deploy.console import processes, settings
from services.chassis.errors import ConflictError, UnavailableError

COMMANDS = (
    *("up", "down", "status", "token", "feed", "figures", "stat", "case", "migrate", "rebuild"),
    *("calendar", "clock", "parked", "partitions", "config", "serve", "relay", "gateway", "issuer"),
)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an environment without any setting, whatever runs in this checkout."""
    for name in list(os.environ):
        if name.startswith("BANJIAN_") or name in ("DATABASE_URL", "AMQP_URI"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(settings, "load", lambda: None)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")


def said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_help_lists_every_command_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["--help"]) == 0

    text = said(capsys)
    for command in COMMANDS:
        assert f" {command} " in text
    assert "banjian stat S03 --by channel --json" in text
    assert "Exit codes" in text


@pytest.mark.parametrize("command", [*COMMANDS, "case show", "case list", "parked discard"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main([*command.split(), "--help"]) == 0
    assert "Usage" in said(capsys)


@pytest.mark.parametrize(
    "command",
    [
        *("status", "feed", "figures", "stat", "case show", "case list", "migrate", "rebuild"),
        *("clock due", "parked list", "parked show", "config", "token", "partitions"),
    ],
)
def test_every_command_that_prints_data_takes_json(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    console.main([*command.split(), "--help"])

    assert "--json" in said(capsys)


def test_help_loads_nothing_heavy() -> None:
    heavy = "eventlet nameko kombu amqp psycopg2 msgspec jwt cryptography eventsourcing werkzeug"
    code = (
        "import sys; from deploy.console.main import main; main(['--help']);"
        f"print([m for m in {heavy.split()!r} if m in sys.modules], file=sys.stderr)"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stderr.strip() == "[]"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve"],
        ["serve", "postoffice"],
        ["serve", "intake", "--only", "mail"],
        ["feed"],
        ["feed", "--county", "--week", "yesterday"],
        ["feed", "--county", "--cases", "0"],
        ["feed", "log.csv", "--county"],
        ["stat"],
        ["parked", "list", "nobody"],
        ["parked", "list", "intake"],
        ["partitions", "intake", "0"],
        ["migrate"],
        ["rebuild", "disclosure"],
        ["figures"],
    ],
)
def test_wrong_usage_and_missing_settings_end_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert console.main(arguments) == 2
    assert "Traceback" not in said(capsys)


def test_missing_settings_are_all_named(capsys: pytest.CaptureFixture[str]) -> None:
    console.main(["migrate"])

    text = said(capsys)
    assert "DATABASE_URL" in text and "AMQP_URI" in text


def test_unavailable_service_ends_with_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BANJIAN_DISCLOSURE_HTTP_PORT", "1")

    assert console.main(["stat", "S03"]) == 3
    assert "does not answer" in said(capsys)


@pytest.mark.parametrize(
    ("problem", "code"), [(UnavailableError("away"), 3), (ConflictError("no"), 1)]
)
def test_our_errors_become_one_line_and_a_code(
    problem: Exception,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise problem

    monkeypatch.setattr(processes, "_become", fail)

    assert console.main(["serve", "intake"]) == code
    assert said(capsys).strip() == f"banjian: {problem}"


def test_serve_becomes_the_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: became.append(command))

    assert console.main(["serve", "intake", "--only", "bus"]) == 0

    runner = [sys.executable, "-m", "services.chassis.runner", "intake", "--only", "bus"]
    assert became == [runner]


def test_token_is_refused_outside_development(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BANJIAN_ISSUER_KEY_FILE", str(tmp_path / "key.pem"))
    monkeypatch.setenv("BANJIAN_ENV", "production")

    assert console.main(["token"]) == 1
    assert not (tmp_path / "key.pem").exists()


def test_token_says_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import jwt

    monkeypatch.setenv("BANJIAN_ISSUER_KEY_FILE", str(tmp_path / "key.pem"))
    monkeypatch.setenv("BANJIAN_ENV", "development")

    arguments = ["token", "clerk-1", "--role", "clerk", "--role", "officer", "--unit", "D07"]
    assert console.main([*arguments, "--json"]) == 0

    token = json.loads(capsys.readouterr().out)["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["sub"], claims["roles"], claims["unit"]) == (
        "clerk-1",
        ["clerk", "officer"],
        "D07",
    )


def test_config_names_every_setting_and_shows_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret-word@nowhere/x")

    assert console.main(["config", "--json"]) == 0

    text = capsys.readouterr().out
    listed = {row["variable"]: row["set"] for row in json.loads(text)}
    assert listed["DATABASE_URL"] and not listed["BANJIAN_ENV"]
    assert "secret-word" not in text


def test_feed_check_reports_bad_rows_and_sends_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from deploy.feed.receipt import COLUMNS

    log = tmp_path / "log.csv"
    log.write_text(",".join(COLUMNS) + "\n" + "case-1," * (len(COLUMNS) - 1) + "x\n")

    assert console.main(["feed", str(log), "--check", "--json"]) == 1

    summary = json.loads(capsys.readouterr().out)
    assert summary["sent"] == 0
    assert [row["line"] for row in summary["rows_refused"]] == [2]


def test_feed_of_a_missing_file_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["feed", "/nowhere/log.csv"]) == 1
    assert "No such file" in said(capsys)
