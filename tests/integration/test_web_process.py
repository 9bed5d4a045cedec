"""A service process from start to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.integration.web_client import Answer, example
from tests.support.waiting import wait_until


def test_an_answer_under_way_is_given_before_the_process_ends(tmp_path: Path) -> None:
    with example(tmp_path) as running:
        running.ask("GET", "/livez")
        answers: list[Answer] = []
        slow = threading.Thread(target=lambda: answers.append(running.ask("GET", "/slow")))
        slow.start()
        wait_until(lambda: _is_connected(running.port))

        running.process.send_signal(signal.SIGTERM)
        slow.join(10)

        assert answers[0].status == 200
        assert running.process.wait(10) == 0


def _is_connected(port: int) -> bool:
    """Say whether a connection to this port is established."""
    wanted = f":{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(wanted) and line.split()[3] == "01" for line in lines)


def test_missing_settings_are_all_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "services.chassis.runner", "intake"],
        env={"PATH": os.environ["PATH"], "BANJIAN_ENV": "development"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert finished.returncode == 78
    line = json.loads(finished.stdout.splitlines()[-1])
    assert line["event"] == "settings_refused"
    assert len(line["problems"]) >= 6
    assert finished.stderr == ""
