"""Writes `docs/logs-and-metrics.md` from the code: `python -m services.chassis.handbook`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client.metrics_core import Metric

from services.chassis.logs import CATALOGUE
from services.chassis.metrics import OUTCOMES, Metrics

PATH: Final = Path(__file__).parents[2] / "docs" / "logs-and-metrics.md"

_HEAD: Final = """# Logs and metrics

Written by `python -m services.chassis.handbook` from `services/chassis/logs.py` and `metrics.py`; a
test compares the two. What to alert on stands in [operators.md](operators.md).

## Metrics

Every process answers `GET /metrics` on the port of its probes, in Prometheus' text format. Each
metric carries the constant label `banjian_service`, so one rule serves all five houses. A process
shows all of them and fills those it knows: `serve` the ones about HTTP, commands and received
messages, `relay` the ones about the log and publishing. Hence `max by` over a gauge, never `sum`.
Each counter has a `_created` companion with the time it began, which nobody needs to collect.
"""

_LOGS: Final = """## Log events

One JSON object a line on standard output. `event` is one of the names below; always there are
`service`, `level`, `timestamp` (UTC), `correlation_id` and `causation_id` (empty when the line
belongs to no request or message). Other keys are ids and counts. Never personal data, never a
payload; of an error its class and the frames it passed through (`error`, `stack`), not its text.
"""

_TOLD_BY: Final = {
    "banjian_relay_lag_events": "relay",
    "banjian_ledger_position_events": "relay",
    "banjian_tail_age_seconds": "relay",
    "banjian_unsigned_events": "relay",
    "banjian_unanchored_seconds": "relay",
    "banjian_relayed_events": "relay",
}
_EACH: Final = "by (banjian_service)"
PROMQL: Final = {
    "banjian_relay_lag_events": f"max {_EACH} (banjian_relay_lag_events)",
    "banjian_parked_messages": f"max {_EACH} (banjian_parked_messages)",
    "banjian_held_messages": f"max {_EACH} (banjian_held_messages)",
    "banjian_missing_events": f"max {_EACH} (banjian_missing_events)",
    "banjian_pending_deadlines": f"max {_EACH} (banjian_pending_deadlines)",
    "banjian_parked_deadlines": f"max {_EACH} (banjian_parked_deadlines)",
    "banjian_overdue_deadline_seconds": f"max {_EACH} (banjian_overdue_deadline_seconds)",
    "banjian_ledger_position_events": f"max {_EACH} (banjian_ledger_position_events)",
    "banjian_unsigned_events": f"max {_EACH} (banjian_unsigned_events)",
    "banjian_unanchored_seconds": f"max {_EACH} (banjian_unanchored_seconds)",
    "banjian_tail_age_seconds": f"max {_EACH} (banjian_tail_age_seconds)",
    "banjian_inbox_handled": (
        "sum by (banjian_service, outcome) (rate(banjian_inbox_handled_total[5m]))"
    ),
    "banjian_append_duration_seconds": (
        "histogram_quantile(0.99, sum by (banjian_service, le)"
        " (rate(banjian_append_duration_seconds_bucket[5m])))"
    ),
    "banjian_appended_events": f"sum {_EACH} (rate(banjian_appended_events_total[5m]))",
    "banjian_append_conflicts": f"sum {_EACH} (rate(banjian_append_conflicts_total[5m]))",
    "banjian_deadlines_fired": f"sum {_EACH} (rate(banjian_deadlines_fired_total[5m]))",
    "banjian_deadlines_failed": f"sum {_EACH} (rate(banjian_deadlines_failed_total[5m]))",
    "banjian_relayed_events": f"sum {_EACH} (rate(banjian_relayed_events_total[5m]))",
    "banjian_http_request_duration_seconds": (
        "histogram_quantile(0.99, sum by (banjian_service, route, le)"
        " (rate(banjian_http_request_duration_seconds_bucket[5m])))"
    ),
}
"""A query worth a panel, for each metric."""

_LABELS: Final = {
    "banjian_inbox_handled": f"`outcome`: {', '.join(OUTCOMES)}",
    "banjian_http_request_duration_seconds": (
        "`route` (the pattern, `/cases/<project_no>`), `method`, `status`"
    ),
}


def text() -> str:
    """Give the whole page."""
    metrics = [_metric(metric) for metric in families()]
    names = ["| event | meaning |", "| --- | --- |"]
    names += [f"| `{name}` | {meaning} |" for name, meaning in sorted(CATALOGUE.items())]
    return "\n".join([_HEAD, *metrics, _LOGS, *names, ""])


def families() -> Iterator[Metric]:
    """Give every metric of a process once, in the order of the code."""
    yield from (m for m in Metrics("intake").registry.collect() if m.name.startswith("banjian_"))


def _metric(metric: Metric) -> str:
    name = metric.name + ("_total" if metric.type == "counter" else "")
    lines = [f"### `{name}`", "", f"{metric.documentation} A {metric.type}; filled by "]
    lines[-1] += f"`{_TOLD_BY.get(metric.name, 'serve')}`."
    if metric.name in _LABELS:
        lines[-1] += f" Labels: {_LABELS[metric.name]}."
    return "\n".join([*lines, "", "```promql", PROMQL[metric.name], "```", ""])


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
