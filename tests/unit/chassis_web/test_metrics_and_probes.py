from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from services.chassis.errors import UnavailableError
from services.chassis.metrics import GAUGES, OUTCOMES, Metrics
from services.chassis.probes import Probes, serve_probes


def test_every_series_is_there_at_zero() -> None:
    text = Metrics("intake").render().decode()

    for outcome in OUTCOMES:
        name = "banjian_inbox_handled_total"
        assert f'{name}{{banjian_service="intake",outcome="{outcome}"}} 0.0' in text
    for gauge in GAUGES:
        assert f'banjian_{gauge}{{banjian_service="intake"}} 0.0' in text
    assert 'banjian_append_duration_seconds_count{banjian_service="intake"} 0.0' in text
    assert "python_info" not in text


def test_figures_move() -> None:
    metrics = Metrics("notify")
    metrics.appended(0.002, events=3)
    metrics.handled("duplicate", 2)
    metrics.relay_lag(7)
    metrics.watch("parked_messages", lambda: 5)
    metrics.requested("/cases", "GET", 200, 0.01)

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"banjian_service": "notify", **labels})

    assert value("banjian_appended_events_total") == 3
    assert value("banjian_append_duration_seconds_sum") == 0.002
    assert value("banjian_inbox_handled_total", outcome="duplicate") == 2
    assert value("banjian_relay_lag_events") == 7
    assert value("banjian_parked_messages") == 5


def test_an_outcome_is_not_invented() -> None:
    with pytest.raises(ValueError, match="there are handled"):
        Metrics("notify").handled("lost")


def test_two_registries_do_not_meet() -> None:
    Metrics("intake")
    Metrics("intake")


def _fail() -> None:
    raise ConnectionError("password=hunter2")


def _away() -> None:
    raise UnavailableError("the broker does not answer")


def test_ready_names_what_fails_and_tells_no_secret() -> None:
    probes = Probes("intake")
    probes.add("database", _fail)
    probes.add("broker", _away)
    probes.add("keys", lambda: "2 keys")
    probes.add("migrations", _fail, stage="startup")

    live, ready = probes.answer("/livez"), probes.answer("/readyz")
    startup = probes.answer("/startupz")

    assert (live.status, ready.status, startup.status) == (200, 503, 503)
    said = json.loads(ready.json())
    assert said["state"] == "failed"
    assert said["checks"]["database"] == {
        "state": "failed",
        "detail": "ConnectionError",
        "seconds": pytest.approx(0, abs=0.5),
    }
    assert said["checks"]["broker"]["detail"] == "the broker does not answer"
    assert said["checks"]["keys"]["state"] == "ok"
    assert "migrations" not in said["checks"]
    assert "migrations" in json.loads(startup.json())["checks"]
    assert b"hunter2" not in ready.json() + startup.json()


def test_an_answer_is_kept_for_a_moment() -> None:
    asked: list[int] = []
    probes = Probes("intake")
    probes.add("database", lambda: asked.append(1))

    for _ in range(5):
        probes.answer("/readyz")

    assert len(asked) == 1


def test_small_server_answers() -> None:
    probes = Probes("intake", keep_s=0)
    state = {"up": True}
    probes.add("database", lambda: None if state["up"] else _fail())
    server = serve_probes("127.0.0.1", 0, probes, Metrics("intake"))
    try:
        base = f"http://127.0.0.1:{server.port}"
        assert urllib.request.urlopen(f"{base}/readyz", timeout=5).status == 200
        metrics = urllib.request.urlopen(f"{base}/metrics", timeout=5).read()
        assert b"banjian_relay_lag_events" in metrics
        state["up"] = False
        for path, status in (("/readyz", 503), ("/nothing", 404)):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{base}{path}", timeout=5)
            assert caught.value.code == status
            caught.value.close()
    finally:
        server.stop()
