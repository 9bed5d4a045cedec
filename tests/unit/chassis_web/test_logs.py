from __future__ import annotations

import ast
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from services.chassis.logs import CATALOGUE, bound, configure, get_logger

ROOT = Path(__file__).parents[3]
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
CANARY = "340102199001011234"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure("intake", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _logged_names() -> Iterator[tuple[str, object]]:
    for path in sorted(p for d in ("services", "deploy") for p in (ROOT / d).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "logger", "_log")
            ):
                first = node.args[0] if node.args else None
                name = first.value if isinstance(first, ast.Constant) else None
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name


def test_every_logged_event_is_in_the_catalogue() -> None:
    strays = [(place, name) for place, name in _logged_names() if name not in CATALOGUE]

    assert strays == []


def test_catalogue_names_are_snake_case_and_explained() -> None:
    for name, meaning in CATALOGUE.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)
        assert meaning.endswith(".")


def test_a_line_always_says_service_and_correlation(out: io.StringIO) -> None:
    with bound(correlation_id="c1", causation_id="e1"):
        get_logger().info("message_parked", reason="unknown_version")
    get_logger().info("process_started")

    inside, outside = _lines(out)
    assert inside["event"] == "message_parked"
    assert (inside["service"], inside["correlation_id"], inside["causation_id"]) == (
        "intake",
        "c1",
        "e1",
    )
    assert outside["correlation_id"] == ""


def test_an_error_shows_its_place_and_not_its_text(out: io.StringIO) -> None:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(CANARY) from error
    except ValueError as error:
        get_logger().error("request_failed", exc_info=error)

    (line,) = _lines(out)
    assert line["error"] == "ValueError"
    assert "builtins.KeyError" in line["stack"]  # type: ignore[operator]
    assert CANARY not in out.getvalue()


@pytest.mark.parametrize("library", ["kombu", "amqp", "nameko.messaging", "werkzeug", "other"])
def test_libraries_speak_json_and_never_show_a_body(out: io.StringIO, library: str) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger(library).error("cannot decode %r", CANARY, exc_info=True)
    logging.getLogger(library).error(f"body was {CANARY}")
    logging.getLogger(library).info("chatter")

    lines = _lines(out)
    assert [line["event"] for line in lines] == ["library_warned"] * 2
    assert lines[0]["template"] == "cannot decode %r"
    assert CANARY not in out.getvalue()


def test_nameko_does_not_log_a_handlers_failure_twice(out: io.StringIO) -> None:
    logging.getLogger("nameko.containers").error("error handling worker %s: %s", 1, CANARY)

    assert out.getvalue() == ""
