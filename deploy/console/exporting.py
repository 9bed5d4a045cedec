"""`banjian export`: the logs as files of process mining and of tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console.output import Json, console, note, print_json, print_pairs
from deploy.console.processes import known
from deploy.console.settings import need, variable
from services.chassis.names import SERVICES

if TYPE_CHECKING:
    from deploy.exports.run import Watch

FORMATS = ("ocel-json", "ocel-sqlite", "xes", "csv", "parquet")


def export(
    out: Annotated[Path, typer.Option("--out", help="The file to write.", show_default=False)],
    form: Annotated[
        str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.", show_default=False)
    ],
    begin: Annotated[
        str,
        typer.Option("--from", help="Events from this moment on: RFC 3339, or a date."),
    ] = "",
    end: Annotated[
        str,
        typer.Option("--to", help="Events before this moment; a date is included, as a whole day."),
    ] = "",
    service: Annotated[
        list[str] | None,
        typer.Option("--service", help="Only this service's log; may be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    as_json: Json = False,
) -> None:
    """Write the events of a window of time, with cases, tasks and all they touch, to one file.

    ocel-json and ocel-sqlite are OCEL 2.0, every event with its objects. xes has one trace a case.
    csv and parquet have one row an event, with the durations of its case and its task. Working days
    are counted by the published calendar. What happened counts, not when it was recorded. Memory
    stays flat; beside the file it needs as much room again while it runs.

    [bold]Example[/bold]: banjian export --from 2020-10-01 --to 2020-10-31 --format xes --out o.xes
    """
    from deploy.exports.run import Format, Order, check, tips_of
    from deploy.exports.run import export as write
    from deploy.exports.window import Window

    if form not in FORMATS:
        raise typer.BadParameter(f"{form} is none of {', '.join(FORMATS)}", param_hint="--format")
    names = [known(name) for name in service] if service else list(SERVICES)
    urls = {name: _log_url(name) for name in dict.fromkeys(names)}
    window = Window.read(begin, end)
    order = Order(urls, _log_url("catalog"), Format(form), out, window, force)
    check(order)
    with _watching() as watch:
        summary = write(order, tips_of(urls), watch)
    if as_json:
        print_json(summary.shown())
        return
    size = summary.size_bytes / 1e6
    print_pairs(
        {
            "file": f"{summary.file} ({size:,.1f} MB)",
            "window": f"{summary.begin or 'the beginning'} to {summary.end or 'now'}",
            "events": f"{summary.events:,}",
            "objects": f"{summary.objects:,}",
            "cases": f"{summary.cases:,}",
            "positions": ",".join(f"{name}:{at}" for name, at in summary.positions.items()),
        }
    )
    if summary.left_out:
        note(f"{summary.left_out:,} events belong to no case: OCEL, CSV and Parquet have them")
    if not summary.events:
        note("nothing happened in this window; the file is whole, and empty")


def _log_url(service: str) -> str:
    """Give the auditor's URL of the database that holds this log."""
    own = os.environ.get(variable(service, "AUDITOR_DATABASE_URL"))
    return own or need("BANJIAN_AUDITOR_DATABASE_URL")[0]


@contextmanager
def _watching() -> Iterator[Watch]:
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from deploy.exports.run import Watch

    out = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"))

    class Bars(Watch):
        """Shows each part of the work as a bar, where somebody looks."""

        def __init__(self, progress: Progress) -> None:
            self._progress = progress
            self._task: TaskID | None = None

        def begins(self, what: str, total: int) -> None:
            self._task = self._progress.add_task(what, total=total)

        def step(self, events: int) -> None:
            if self._task is not None:
                self._progress.update(self._task, advance=events)

    with Progress(*columns, TimeElapsedColumn(), console=out, disable=not out.is_terminal) as bars:
        yield Bars(bars)
