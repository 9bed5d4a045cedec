"""Every log of the past opens in this build, to the same state (A13)."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

from services.chassis.errors import UnknownVersionError
from services.chassis.names import SERVICES
from services.kernel.aggregate import TOPICS
from tests.golden.logs import FOLDER, replay, write

for service in SERVICES:  # registers the event classes
    domain = import_module(f"services.{service}.domain")
    for module in pkgutil.iter_modules(getattr(domain, "__path__", ())):
        import_module(f"{domain.__name__}.{module.name}")

MUST_FAIL = FOLDER / "unknown-topic.fails.jsonl"
LOGS = sorted(path for path in FOLDER.glob("*.jsonl") if path != MUST_FAIL)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_golden_log_replays_to_its_recorded_state(path: Path) -> None:
    recorded, now = replay(path)

    assert now == recorded


def test_golden_logs_show_every_event() -> None:
    shown = {
        json.loads(line)["topic"] for path in LOGS for line in path.read_text().splitlines()[1:]
    }
    ours = ("catalog.", "intake.", "approval.", "disclosure.", "notify.")

    assert shown == {
        topic
        for topic, event in TOPICS.items()
        if topic.startswith(ours) and event.__module__.startswith("services.")
    }


def test_log_with_an_unknown_topic_is_never_guessed() -> None:
    with pytest.raises(UnknownVersionError):
        replay(MUST_FAIL)


def test_changed_event_of_a_golden_log_is_noticed(tmp_path: Path) -> None:
    text = (FOLDER / "intake-window-case.jsonl").read_text()
    changed = tmp_path / "changed.jsonl"
    changed.write_text(text.replace('\\"item_version\\":2', '\\"item_version\\":3'))

    recorded, now = replay(changed)

    assert now != recorded


def test_golden_log_is_never_rewritten() -> None:
    from tests.contract.stories import STORIES

    with pytest.raises(FileExistsError):
        write(FOLDER / "catalog-item.jsonl", STORIES["catalog-item"]())
