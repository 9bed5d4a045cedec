"""The command line fills what the environment lacks from the nearest `.run/env`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer

from deploy.console import http, settings


@pytest.fixture
def run_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".run" / "env"
    path.parent.mkdir()
    path.write_text("# made by hand\nBANJIAN_X=from file\nBANJIAN_Y=a=b\nBANJIAN_Z=from file\n\n")
    for name in ("BANJIAN_X", "BANJIAN_Y"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("BANJIAN_Z", "from environment")
    return path


def test_environment_goes_over_the_file(run_file: Path) -> None:
    inside = run_file.parents[1] / "deep" / "er"
    inside.mkdir(parents=True)

    assert settings.load(inside) == run_file

    assert os.environ["BANJIAN_X"] == "from file"
    assert os.environ["BANJIAN_Y"] == "a=b"
    assert os.environ["BANJIAN_Z"] == "from environment"


def test_missing_settings_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BANJIAN_ONE", "BANJIAN_TWO"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(typer.BadParameter, match="BANJIAN_ONE, BANJIAN_TWO"):
        settings.need("BANJIAN_ONE", "BANJIAN_TWO")


def test_management_is_looked_for_beside_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RABBITMQ_MANAGEMENT_URL", raising=False)
    monkeypatch.setenv("AMQP_URI", "amqp://admin:pass@rabbit:5673/house")

    assert settings.management_url() == "http://admin:pass@rabbit:15672"


def test_service_is_reached_by_its_port_or_behind_the_public_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BANJIAN_HTTP_HOST", "0.0.0.0")
    monkeypatch.setenv("BANJIAN_INTAKE_HTTP_PORT", "8123")
    assert http.base("intake") == "http://127.0.0.1:8123"

    monkeypatch.delenv("BANJIAN_INTAKE_HTTP_PORT")
    monkeypatch.setenv("BANJIAN_PUBLIC_URL", "https://hall.example/")
    assert http.base("intake") == "https://hall.example/intake"
