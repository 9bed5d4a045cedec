"""`banjian clock due`: due dates on the command line, with neither servers nor settings."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from deploy.console import main as console
from deploy.console import settings
from tests.e2e.test_docs import blocks, matches

DOCS = Path(__file__).resolve().parents[3] / "docs" / "clocks.md"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an environment without any setting, whatever runs in this checkout."""
    for name in list(os.environ):
        if name.startswith("BANJIAN_") or name in ("DATABASE_URL", "AMQP_URI"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(settings, "load", lambda: None)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")


def due(capsys: pytest.CaptureFixture[str], words: str) -> dict[str, Any]:
    assert console.main(["clock", "due", *words.split(), "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("2020-09-28 7 --suspend 2020-09-29..2020-10-09", "2020-10-16"),
        ("2020-09-28 7", "2020-10-14"),
        ("2020-09-25 5 --suspend 2020-10-01..2020-10-09:HEARING", "2020-10-09"),
        ("2020-01-20 20 --calendar-as-of 2020-01-20", "2020-02-21"),
        ("2020-01-20 20", "2020-02-25"),
        ("2020-01-22 3 --calendar-as-of 2020-01-22", "2020-02-01"),
        ("2020-09-07 20 --extend 10", "2020-10-23"),
        ("2020-01-20 45 --extend 15", "2020-04-22"),
        ("2026-12-21 20", "2027-01-18"),
        ("2020-09-26 7 --unit calendar_day", "2020-10-09"),
        ("2020-10-01 --unit immediate", "2020-10-01"),
        ("2020-10-01 0 --unit IMMEDIATE", "2020-10-01"),
        ("2020-09-24T17:00:00Z 5", "2020-10-09"),
        ("20200925 5", "2020-10-09"),
        (
            "2020-11-02 10 --suspend 2020-11-04..2020-11-10:HEARING"
            " --suspend 2020-11-06..2020-11-12:testing",
            "2020-11-24",
        ),
    ],
)
def test_due_date_is_the_golden_one(
    words: str, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert due(capsys, words)["due"] == last


def test_json_says_what_was_counted_and_by_which_calendar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = due(capsys, "2026-12-21 20 --suspend 2026-12-22..2026-12-23:SURVEY --explain")

    days = said.pop("days")
    assert said == {
        "start": "2026-12-21T00:00:00+08:00",
        "limit": 20,
        "unit": "WORKING_DAY",
        "extended": 0,
        "suspended": [
            {
                "from": "2026-12-22T00:00:00+08:00",
                "until": "2026-12-23T00:00:00+08:00",
                "reason": "SURVEY",
            }
        ],
        "calendar_as_of": None,
        "due": "2027-01-19",
        "due_at": "2027-01-19T23:59:59+08:00",
        "calendar": "2026.1+2027.0",
        "provisional": True,
    }
    assert [day["why"] for day in days[:3]] == ["START", "SUSPENDED", "WORKING_DAY"]
    assert days[1]["reasons"] == ["SURVEY"] and not days[1]["counted"]
    assert days[-1]["due"] and days[-1]["provisional"] and days[-1]["number"] == 20


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("2020-11-02 4 --unit hour", "2020-11-02T14:30:00+08:00"),
        ("2020-09-30 8 --unit hour --at 16:00", "2020-10-09T17:00:00+08:00"),
        (
            "2020-11-02 4 --unit hour --at 09:00"
            " --suspend 2020-11-02T11:00..2020-11-02T15:00:TESTING",
            "2020-11-02T17:00:00+08:00",
        ),
    ],
)
def test_hours_end_at_a_time_of_day(
    words: str, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert due(capsys, words)["due_at"] == at


def test_clock_that_stands_still_has_no_due_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert due(capsys, "2020-09-28 7 --suspend 2020-09-29..")["due"] is None

    assert console.main(["clock", "due", "2020-09-28", "7", "--suspend", "2020-09-29.."]) == 0
    assert "stands still" in capsys.readouterr().out


def test_strip_shows_each_day_of_each_week(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["2020-09-28", "7", "--suspend", "2020-09-29..2020-10-09:HEARING"]

    assert console.main(["clock", "due", *words]) == 0

    said = capsys.readouterr()
    lines = [line.split() for line in said.out.splitlines()]
    assert ["2020-09-28", "o", "=", "=", "x", "x", "-", "-"] in lines
    assert ["2020-10-05", "x", "x", "x", "x", "1", "2*", "-"] in lines
    assert ["2020-10-12", "3", "4", "5", "6", "[7]"] in lines
    assert "听证" in said.out and "make-up" in said.err


def test_explanation_names_the_reason_of_each_day(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["2020-09-28", "7", "--suspend", "2020-09-29..2020-10-09:HEARING", "--explain"]

    assert console.main(["clock", "due", *words]) == 0

    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "2020-09-28 Mon 起算当日不计" in rows
    assert "2020-09-30 Wed 中止计时 听证" in rows
    assert "2020-10-01 Thu 放假 国庆节 听证" in rows
    assert "2020-10-10 Sat 2 调休上班 国庆节" in rows
    assert "2020-10-16 Fri 7 工作日 ← 到期" in rows


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("soon 5", "START 'soon'"),
        ("2020-11-31 5", "does not exist"),
        ("2020-09-28", "say how many working days"),
        ("2020-09-28 5 --suspend 2020", "write 2020-09-29..2020-10-09"),
        ("2020-09-28 5 --suspend 2020-09-29..2020-09-01", "resumed before it is suspended"),
        ("2020-09-28 5 --suspend 2020-09-29..2020-10-09:LUNCH", "LUNCH is not a reason"),
        ("2020-09-28 5 --suspend 2020-09-29..never", "--suspend 'never'"),
        ("9999-12-30 5", "year 9999"),
        ("2020-09-28 10001", "10000"),
        ("2020-09-28 5 --unit week", "week"),
        ("2020-09-28 1 --unit immediate", "ends with its day"),
        ("2020-09-28 1 --unit hour --at 25:00", "no time of day"),
        ("2020-09-28 5 --calendar-as-of yesterday", "--calendar-as-of 'yesterday'"),
    ],
)
def test_wrong_words_are_named(words: str, wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["clock", "due", *words.split()]) == 2
    assert wrong in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_every_command_of_the_guide_prints_what_the_guide_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = blocks(DOCS)

    assert len(found) >= 5
    for block in found:
        said = ""
        for line in block.script.splitlines():
            program, *words = shlex.split(line)
            assert program == "banjian", block.name
            assert console.main(words) == 0, block.name
            said += capsys.readouterr().out
        assert matches(block.shown, said), f"{block.name} shows\n{block.shown}\nbut it is\n{said}"
