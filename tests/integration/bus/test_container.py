"""The nameko extensions in a real container under eventlet."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path

from services.chassis.bus.held import State, count_held, list_held
from tests.integration.bus.street import Street, event, history, in_order
from tests.support.waiting import wait_until


def test_a_container_takes_events_and_records_and_stops_cleanly(
    street: Street, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text(base64.b64encode(b"k" * 32).decode())
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.integration.bus.container",
            street.urls["beta"],
            street.uris["beta"],
            str(key),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert child.stdout is not None
    try:
        lines = iter(child.stdout.readline, "")
        assert any(line == "ready\n" for line in lines)
        street.publish(history(cases=20, each=50))
        street.publish([event("poison", 1, 1001, say="boom")])
        street.send("banjian.ingress", "s.accept", b'{"a": 1}', "application/json", "p1")
        wait_until(lambda: street.count() == 1001, timeout=30)
        wait_until(lambda: count_held(street.database("beta"))[State.RETRYING] == 1)
        child.send_signal(signal.SIGTERM)
        said = child.stdout.read()
        assert child.wait(20) == 0
    finally:
        child.kill()

    assert "stopped" in said
    assert 'banjian_inbox_handled_total{banjian_service="beta",outcome="handled"} 1001.0' in said
    rows = street.effects()
    assert in_order([row for row in rows if row[1] > 0])
    (held,) = list_held(street.database("beta"), state=None)
    assert held.detail == "ValueError"
