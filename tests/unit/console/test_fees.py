"""`banjian fees reconcile` refuses what it cannot read before it asks the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.console import main as console
from deploy.console import settings


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an environment without any setting, whatever runs in this checkout."""
    monkeypatch.delenv("BANJIAN_INTAKE_DATABASE_URL", raising=False)
    monkeypatch.setattr(settings, "load", lambda: None)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")


GOOD = "transaction,order,amount,paid_at\nT1,F1,1.00,2020-10-22\n"


@pytest.mark.parametrize(
    ("text", "day", "options", "said"),
    [
        (GOOD.encode(), "yesterday", (), "--date is not a time"),
        (b"transaction\n", "2020-10-22", (), "line 1: no column"),
        ("金额".encode("gbk"), "2020-10-22", (), "not text in the charset"),
        (None, "2020-10-22", (), "cannot be read"),
        (GOOD.encode(), "2020-10-22", (), "BANJIAN_INTAKE_DATABASE_URL"),
        (GOOD.encode("gbk"), "2020-10-22", ("--charset", "gbk"), "BANJIAN_INTAKE_DATABASE_URL"),
    ],
)
def test_wrong_file_or_day_is_wrong_usage(
    text: bytes | None,
    day: str,
    options: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "day.csv"
    if text is not None:
        file.write_bytes(text)

    code = console.main(["fees", "reconcile", str(file), "--date", day, *options])

    captured = capsys.readouterr()
    assert code == 2
    assert said in captured.out + captured.err
