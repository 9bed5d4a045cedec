"""What `banjian calendar` refuses before it asks anybody, and what it makes of a year."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.console import calendar, settings
from deploy.console import main as console


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a catalog that nobody serves, so that asking it would end with 3."""
    monkeypatch.setattr(settings, "load", lambda: None)
    monkeypatch.setenv("BANJIAN_CATALOG_HTTP_PORT", "1")
    monkeypatch.setenv("BANJIAN_TOKEN", "none")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("command", ["seed", "show", "publish", "amend"])
def test_every_command_explains_itself_and_takes_json(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert console.main(["calendar", command, "--help"]) == 0
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "2020", "--as-of", "yesterday"], 2),
        (["show", "20200"], 2),
        (["publish", "no-such-file.json"], 2),
        (["show", "2020"], 3),
        (["seed"], 3),
    ],
)
def test_wrong_usage_ends_with_2_and_an_absent_catalog_with_3(
    arguments: list[str], code: int
) -> None:
    assert console.main(["calendar", *arguments]) == code


def test_file_that_is_not_json_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "2027.json"
    file.write_text('{"year": 2027,\n"document": }', encoding="utf-8")

    assert console.main(["calendar", "publish", str(file)]) == 1
    assert "line 2" in capsys.readouterr().err


def test_year_nobody_announced_is_provisional_monday_to_friday() -> None:
    shown = calendar._shown(2027, [])

    assert (shown["calendar"], shown["provisional"], shown["working_days"]) == ("2027.0", True, 261)
