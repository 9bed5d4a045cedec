"""Whole catalog lists in and out: CSV, XLSX or JSON Lines."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.console.output import Json, console, note, print_json, print_pairs, print_table

if TYPE_CHECKING:
    from rich.progress import Progress

LOOK_S = 0.3
ROLE = "catalog_importer"
ACCOUNTS = ("staff", "delegation", "seal")
"""Kinds whose rows name accounts: not public."""
SHOWN = 50
"""Errors shown as a table; `--json` has all the job kept."""

app = typer.Typer(
    help="The service catalog (事项目录): import and export whole lists.", no_args_is_help=True
)


class Form(StrEnum):
    """File formats."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GBK), XLSX, JSON Lines or array.")],
    kind: Annotated[
        str,
        typer.Option(help="Kind of every row that does not say its own; `list`: a published list."),
    ] = "",
    format: Annotated[
        Form | None, typer.Option("--format", help="Found out when it is not said.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, apply nothing, say what would be.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import a file of catalog rows: all of it, or nothing when a row is wrong.

    The same file again changes nothing.

    [bold]Example[/bold]: banjian catalog import items.csv --kind list --dry-run
    """
    from deploy.console.http import upload
    from deploy.console.identity import bearer

    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}", param_hint="FILE")
    query = {
        "name": file.name[-200:],
        "kind": kind,
        "format": format.value if format else "",
        "dry_run": "true" if dry_run else "",
    }
    with file.open("rb") as body:
        job = upload("catalog", "/imports", body, query=query, headers=bearer([ROLE]))
    job = _await(job, quiet=as_json)
    if as_json:
        print_json(job)
    else:
        _show(job)
    if job["state"] != "DONE":
        raise typer.Exit(1)


@app.command("export")
def export_kind(
    kind: Annotated[str, typer.Argument(help="implementation, claim, basic, department, ...")],
    format: Annotated[Form, typer.Option("--format", help="File format.")] = Form.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File; standard output when unsaid.")
    ] = None,
) -> None:
    """Export all rows of a kind, as an import takes them.

    [bold]Example[/bold]: banjian catalog export claim --format xlsx -o claims.xlsx
    """
    from deploy.console.http import download, segment
    from deploy.console.identity import bearer

    headers = bearer([ROLE]) if kind in ACCOUNTS else {}
    path = f"/exports/{segment(kind)}.{format.value}"
    if output is None:
        download("catalog", path, sys.stdout.buffer, headers)
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as to:
            size = download("catalog", path, to, headers)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    note(f"{output}: {size:,} bytes")


def _await(job: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Ask until the job has ended, with a bar of how far it is."""
    from deploy.console.http import call
    from deploy.console.identity import bearer

    headers = bearer([ROLE])
    with nullcontext() if quiet else _bar() as bar:
        task = bar.add_task("排队中 queued", total=None) if bar else None
        while job["state"] in ("QUEUED", "RUNNING"):
            if bar is not None and task is not None:
                applying = job["stage"] == "APPLYING"
                bar.update(
                    task,
                    description="写入 applying" if applying else "检查 reading",
                    total=job["rows"] if applying else None,
                    completed=job["done"] if applying else job["rows"],
                )
            time.sleep(LOOK_S)
            job = call("catalog", f"/imports/{job['id']}", headers=headers)
    return job


def _bar() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
    )


_STATES = {
    "DONE": "imported",
    "REFUSED": "refused: nothing was applied",
    "FAILED": "failed: nothing was applied",
    "INTERRUPTED": "interrupted: nothing was applied",
}


def _show(job: dict[str, Any]) -> None:
    state = _STATES[job["state"]]
    if job["dry_run"] and job["state"] == "DONE":
        state = "dry run: nothing was written"
    names = ("rows", "new", "changed", "unchanged", "repeated", "remarks", "wrong", "reason")
    print_pairs({"state": state, "job": job["id"]} | {name: job.get(name) for name in names})
    if job["flags"]:
        print_table(
            ["flag", ">rows", "meaning"],
            [(one["flag"], one["rows"], one["meaning"]) for one in job["flags"]],
            title="irregular, taken as published",
        )
    if job["errors"]:
        print_table(
            [">line", "field", "reason", "remedy"],
            [
                (
                    f"{one['sheet']} {one['line']}".strip(),
                    *(one[n] for n in ("field", "reason")),
                    one["remedy"],
                )
                for one in job["errors"][:SHOWN]
            ],
            title=f"{job['wrong']} errors",
        )
