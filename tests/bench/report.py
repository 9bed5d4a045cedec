"""Show results on the terminal, as JSON, and in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.harness import Figures, Result

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
HEAD = (
    "| row | what | disk | core | ours | reference | ratio | target | verdict |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
)


def number(value: float) -> str:
    """Write a figure with three digits that mean something."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(figures: Figures) -> str:
    """Write median and range."""
    return f"{number(figures.median)} ({number(figures.low)}–{number(figures.high)})"


def ratio(figures: Figures) -> str:
    """Write a ratio and its range."""
    if figures.median >= 2:
        return f"{figures.median:.1f} × ({figures.low:.1f}–{figures.high:.1f})"
    return f"{figures.median:.0%} ({figures.low:.0%}–{figures.high:.0%})"


def show(results: Sequence[Result], console: Console) -> None:
    """Print the table and, below it, what stands beside the two sides."""
    table = Table(title="Banjian benches", caption=machine(), show_lines=True)
    for column in ("row", "disk", "ours", "reference", "ratio", "target", "verdict"):
        table.add_column(column, justify="right" if column in ("ours", "reference") else "left")
    for result in results:
        colour = {"reached": "green", "MISSED": "bold red"}.get(result.verdict, "dim")
        table.add_row(
            result.row.name,
            result.condition,
            f"{spread(result.subject)} {result.row.unit}",
            spread(result.reference),
            ratio(result.ratios),
            str(result.goal),
            f"[{colour}]{result.verdict}[/{colour}]",
        )
    console.print(table)
    for result in results:
        settings = ", ".join(f"{k}={v}" for k, v in durability_in_brief(result).items())
        console.print(
            f"[bold]{result.row.name}[/bold] {result.condition}: ours: {result.row.subject};"
            f" reference: {result.row.reference}; fsync {result.fsync_us:,.0f} µs;"
            f" one core {spread(result.pace)} M additions/s; {settings}",
            highlight=False,
        )
        for name, figures in result.beside.items():
            console.print(f"    beside: {name}: {spread(figures)}", highlight=False)
        for note in result.notes:
            console.print(f"    {note}", highlight=False)


def durability_in_brief(result: Result) -> dict[str, str]:
    """Give the settings, and queues counted by type instead of by name."""
    brief: dict[str, str] = {}
    kinds: dict[str, int] = {}
    for name, value in result.durability.items():
        if name.startswith(("queue ", "stream ")):
            kinds[value] = kinds.get(value, 0) + 1
        else:
            brief[name] = value
    return {**brief, **{f"{kind} queues": str(count) for kind, count in kinds.items()}}


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """Give everything, for `--json`."""
    return {
        "machine": machine(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "results": [
            {
                "row": result.row.name,
                "what": result.row.what,
                "unit": result.row.unit,
                "condition": result.condition,
                "subject": {"what": result.row.subject, **_figures(result.subject)},
                "reference": {"what": result.row.reference, **_figures(result.reference)},
                "ratio": _figures(result.ratios),
                "beside": {name: _figures(values) for name, values in result.beside.items()},
                "target": {
                    "ratio": result.goal.ratio,
                    "least": result.goal.least,
                    "most": result.goal.most,
                },
                "verdict": result.verdict,
                "durability": dict(result.durability),
                "fsync_us": result.fsync_us,
                "pace": _figures(result.pace),
                "notes": list(result.notes),
            }
            for result in results
        ],
    }


def _figures(figures: Figures) -> Mapping[str, Any]:
    return {"median": figures.median, "values": list(figures.values)}


def machine() -> str:
    """Describe the machine without naming it."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {platform.system()}, Python {platform.python_version()}"


def write_docs(path: Path, results: Sequence[Result]) -> None:
    """Put the results into the table of a page; rows not measured now stay as they are."""
    text = path.read_text()
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = {
        _key(line): line for line in old.splitlines() if line.startswith("| ") and line not in HEAD
    }
    for result in results:
        line = _line(result)
        kept[_key(line)] = line
    lines = [BEGIN, *HEAD, *kept.values(), END]
    path.write_text(before + "\n".join(lines) + after)


def _key(line: str) -> tuple[str, str]:
    cells = [cell.strip() for cell in line.split("|")]
    return cells[1], cells[3]


def _line(result: Result) -> str:
    row = result.row
    cells = (
        f"`{row.name}`",
        row.what,
        result.condition,
        number(result.pace.median),
        f"{spread(result.subject)} {row.unit}",
        f"{spread(result.reference)}: {row.reference}",
        ratio(result.ratios),
        str(result.goal),
        result.verdict if result.verdict != "MISSED" else "**missed**",
    )
    return "| " + " | ".join(cells) + " |"
