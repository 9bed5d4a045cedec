"""`banjian year plan` says what would be made; `build` asks for a database first."""

from __future__ import annotations

import json

import pytest

from deploy.console import main as console
from deploy.console import settings


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an environment without any setting, whatever runs in this checkout."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(settings, "load", lambda: None)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")


def test_the_plan_is_printed_beside_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["year", "plan", "--scale", "0.01", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    by_figure = {one["figure"]: one for one in said["targets"]}
    assert (by_figure["S01"]["report"], by_figure["S01"]["planned"]) == (273_468, 2_734)
    assert by_figure["S07"]["report"] == 48_696_000_000 and by_figure["S07"]["in_fen"]
    assert said["counts"]["open"] == 1

    assert console.main(["year", "plan"]) == 0
    shown = capsys.readouterr().out
    assert "¥486,960,000" in shown and "124,034" in shown and "23,422" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build",), "DATABASE_URL"),
        (("build", "--scale", "2"), "--scale"),
        (("plan", "--scale", "0"), "--scale"),
        (("figures",), "BANJIAN_DISCLOSURE_DATABASE_URL"),
    ],
)
def test_wrong_usage_is_told(
    arguments: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("BANJIAN_DISCLOSURE_DATABASE_URL", raising=False)
    assert console.main(["year", *arguments]) == console.USAGE
    assert said in capsys.readouterr().err
