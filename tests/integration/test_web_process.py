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


def test_a_quiet_process_ends_at_once(tmp_path: Path) -> None:
    with example(tmp_path) as running:
        running.ask("GET", "/livez")

        running.process.send_signal(signal.SIGTERM)

        assert running.process.wait(5) == 0


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


ONLY = """
import sys
from services.chassis.runner import build_container
from services.chassis.frame import Frame
from services.chassis.settings import Settings
from services.chassis.web.probing import ensure_server
from nameko.extensions import Entrypoint
from tests.unit.chassis_web.example import Service, env
import urllib.request

class Listen(Entrypoint):
    kind = "bus"

class Both(Service):
    @Listen.decorator
    def on_events(self, batch):
        pass

for only in ("", "http", "bus"):
    container = build_container(Both, Frame.build(Settings.read("intake", env(sys.argv[1]))), only)
    container.start()
    port = ensure_server(container).port
    live = urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5).status
    kinds = sorted({entrypoint.kind for entrypoint in container.entrypoints})
    container.stop()
    print(only or "all", live, *kinds)
"""


def test_a_process_can_keep_one_kind_of_entrypoint_and_still_be_probed(tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_text('{"keys": []}')

    finished = subprocess.run(
        [sys.executable, "-c", ONLY, str(tmp_path / "jwks.json")],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert finished.stderr == ""
    assert finished.stdout.splitlines() == ["all 200 bus http", "http 200 http", "bus 200 bus"]


def test_the_patch_leaves_no_lock_behind() -> None:
    """eventlet prints a line when a lock was made before it patched: too late then."""
    finished = subprocess.run(
        [sys.executable, "-m", "services.chassis.runner", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert finished.returncode == 0
    assert finished.stderr == ""
