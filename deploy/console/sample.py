"""`banjian catalog sample`: the invented county of the report, as rows of the import format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.console.output import Json, note, print_json, print_table
from services.chassis.errors import ContractError

RATIOS = ("S09", "S10", "S11", "S12", "S13", "S14", "S15", "S16", "S24", "S25", "S26")
COUNTS = ("in_force", "resident", "S22", "S23")


def sample(
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="File to write; standard output without it."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    year: Annotated[
        int, typer.Option(min=2010, max=2099, help="The year that is reported on.")
    ] = 2020,
    figures: Annotated[
        bool, typer.Option("--figures", help="Print what the report says of it, counted anew.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the sample county as JSON Lines, ready for `banjian catalog import`.

    Placeholder names and codes only; every figure of the report holds.

    [bold]Example[/bold]: banjian catalog sample -o county.jsonl
    """
    from deploy.feed.sample.rows import county, lines, rows

    made = county(seed, year)
    if figures:
        _figures(made.year, seed, as_json)
        return
    if out is None:
        binary = typer.get_binary_stream("stdout")
        binary.writelines(lines(rows(made)))
        binary.flush()
        return
    try:
        with out.open("wb") as file:
            count = sum(bool(file.write(line)) for line in lines(rows(made)))
    except OSError as problem:
        raise ContractError(f"Cannot write {out}: {problem.strerror}.") from problem
    note(f"{count:,} rows in {out}")


def _figures(year: int, seed: int, as_json: bool) -> None:
    from deploy.feed.sample import figures as counted
    from deploy.feed.sample.rows import county, rows

    found = counted.figures(rows(county(seed, year)), year)
    if as_json:
        print_json(found)
        return
    table: list[tuple[object, ...]] = [(name, f"{found[name]:,}", "") for name in COUNTS]
    for name in RATIOS:
        over, under = found[name]
        table.append((name, f"{over:,} / {under:,}", f"{over / under:.4f}"))
    table += [(f"S40 {name}", f"{count:,}", "") for name, count in found["S40"].items()]
    print_table(("figure", ">count", ">ratio"), table)
