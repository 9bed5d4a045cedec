"""`python -m tests.bench`: measure rows of the table of goals against their bare references."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from deploy.local.servers import CHECKOUT
from tests.bench import report
from tests.bench.ground import bench_ground
from tests.bench.harness import Result, Row, Scale, measure

MODULES = (
    "append",
    "sealing",
    "command",
    "relay",
    "subscription",
    "latency",
    "rebuild",
    "as_of",
    "search",
    "clock",
    "creation",
    "parallel",
    "lists",
)
DOCS = CHECKOUT / "docs" / "benchmarks.md"
QUICK = Scale(rounds=1, seconds=0.2, size=0.02)


def all_rows() -> list[Row]:
    """Give every row, in the order of the page."""
    rows: list[Row] = []
    for name in MODULES:
        rows += importlib.import_module(f"tests.bench.rows.{name}").ROWS
    return rows


def run(names: Sequence[str], scale: Scale, slow_us: int, console: Console) -> list[Result]:
    """Measure rows by name (all, when none is named); says each figure as it comes."""
    rows = [row for row in all_rows() if not names or row.name in names]
    results: list[Result] = []
    with bench_ground(slow=slow_us > 0) as ground:
        for row in rows:
            for result in measure(row, ground, scale, slow_us):
                results.append(result)
                console.print(
                    f"{row.name}, {result.condition}: {report.spread(result.subject)} {row.unit},"
                    f" {report.ratio(result.ratios)}: {result.verdict}"
                    f" (core {report.number(result.pace.median)} M/s)",
                    highlight=False,
                    soft_wrap=True,
                )
    return results


def main(arguments: Sequence[str]) -> int:
    """Read the command line, measure, report; 1 when a goal is missed."""
    names = [row.name for row in all_rows()]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=names,
        metavar="ROW",
        help=f"measure this row; may be repeated ({', '.join(names)})",
    )
    parser.add_argument("--rounds", type=int, default=Scale.rounds, help="default 5")
    parser.add_argument(
        "--seconds",
        type=float,
        default=Scale.seconds,
        help="length of one measurement, default 1.5",
    )
    parser.add_argument(
        "--slow-us",
        type=int,
        default=4000,
        help="microseconds a slow disk's fsync takes longer, default 4000; 0: never",
    )
    parser.add_argument("--full", action="store_true", help="the county's whole year (minutes)")
    parser.add_argument("--quick", action="store_true", help="only show that everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured here")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/benchmarks.md alone")
    options = parser.parse_args(arguments)
    # The private servers must go when we are told to go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scale = Scale(options.rounds, options.seconds, full=options.full)
    console = Console()
    results = run(options.only, QUICK if options.quick else scale, options.slow_us, console)
    report.show(results, console)
    if options.json is not None:
        text = json.dumps(report.as_json(results), indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n")
    if not options.quick and not options.no_docs:
        report.write_docs(DOCS, results)
    return 1 if any(result.verdict == "MISSED" for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
