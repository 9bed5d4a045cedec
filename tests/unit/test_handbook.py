"""The catalogue of logs and metrics is what the code says, and every query names a metric."""

from __future__ import annotations

import re

from services.chassis.handbook import PATH, PROMQL, families, text
from services.chassis.logs import CATALOGUE
from services.chassis.metrics import Metrics


def test_the_catalogue_is_what_the_code_says() -> None:
    assert PATH.read_text("utf-8") == text(), "run python -m services.chassis.handbook"


def test_every_metric_has_a_query_that_reads_it() -> None:
    metrics = Metrics("intake")
    metrics.requested("/cases", "GET", 200, 0.01)
    shown = set(re.findall(r"^(banjian_\w+)\{", metrics.render().decode(), re.MULTILINE))

    assert {metric.name for metric in families()} == set(PROMQL)
    for name, query in PROMQL.items():
        read = set(re.findall(r"banjian_(?!service)\w+", query))
        assert len(read) == 1 and read <= shown and read.pop().startswith(name)


def test_every_log_event_is_in_the_catalogue() -> None:
    assert all(f"| `{name}` |" in text() for name in CATALOGUE)
