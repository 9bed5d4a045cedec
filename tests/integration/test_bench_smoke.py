"""The bench must not rot between two of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.servers import Endpoints
from tests.bench import report
from tests.bench.__main__ import DOCS, QUICK, all_rows
from tests.bench.ground import Ground
from tests.bench.harness import (
    AS_IS,
    Figures,
    Result,
    Row,
    WeakenedError,
    check_durability,
    measure,
)


def test_a_row_is_measured_with_durability_read_back(servers: Endpoints) -> None:
    row = next(row for row in all_rows() if row.name == "append")

    (result,) = measure(row, Ground(servers, None), QUICK, delay_us=4000)

    assert result.condition == AS_IS
    assert result.subject.median > 0
    assert result.reference.median > 0
    assert result.durability["synchronous_commit"] == "on"
    assert result.verdict in {"reached", "MISSED"}


@pytest.mark.parametrize(
    "found",
    [
        {"synchronous_commit": "off"},
        {"fsync": "off"},
        {"full_page_writes": "off"},
        {"queue disclosure.g1.p0": "classic"},
        {"queue disclosure.g1.p0": "quorum (not durable)"},
    ],
)
def test_a_server_that_cheats_gives_no_figure(found: dict[str, str]) -> None:
    strict = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

    with pytest.raises(WeakenedError):
        check_durability({**strict, **found})


def test_the_page_keeps_the_rows_that_were_not_measured(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(DOCS.read_text())
    first, second, *_ = all_rows()

    report.write_docs(page, [_result(first, 90), _result(second, 90)])
    report.write_docs(page, [_result(first, 50)])

    assert "50.0" in _line(page, first) and "**missed**" in _line(page, first)
    assert "90.0" in _line(page, second)


def _line(page: Path, row: Row) -> str:
    start = f"| `{row.name}` | {row.what} | {AS_IS} "
    (line,) = [line for line in page.read_text().splitlines() if line.startswith(start)]
    return line


def _result(row: Row, value: float) -> Result:
    ours, bare = Figures((value,) * 3), Figures((100.0,) * 3)
    ratios = Figures((value / 100,) * 3)
    return Result(row, AS_IS, ours, bare, ratios, {}, {}, 90.0, Figures((11.6,)), ())
