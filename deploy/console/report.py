"""The annual report: written, published, and compared with the county's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from deploy.console.groups import DefaultsTo
from deploy.console.output import Json, note, print_json, print_pairs, print_table

ROLES = ("statistician",)
FORMATS = ("html", "pdf", "docx")
TIMEOUT_S = 300.0
VERDICTS = {
    "same": "same",
    "rounded": "same, other rounding",
    "differs": "differs",
    "unexplained": "differs, no known reason",
    "missing": "no figure of ours",
    "text": "not a figure",
}

Year = Annotated[int, typer.Option(help="Calendar year of the report.", min=1949, max=9998)]
AsOf = Annotated[
    str,
    typer.Option(
        help="Date the report speaks of, its whole day. Default: the year's end, or today. The"
        " report of 2020-10-31 has the county's own days besides; see --one-day."
    ),
]
OneDay = Annotated[
    bool, typer.Option("--one-day", help="Every figure at --as-of, without days of their own.")
]
Positions = Annotated[
    str, typer.Option(help="Count only up to these log positions: intake:17,catalog:4.")
]
KnownAt = Annotated[
    str,
    typer.Option(help="Count only what the logs had recorded by this moment or date."),
]

app = typer.Typer(
    cls=DefaultsTo,
    help="Write the annual report; 'report compare' sets it beside the county's own,"
    " 'report publish' gives it to the public.",
    context_settings={"ignore_unknown_options": True},
)


@app.command(
    "show",
    epilog="banjian report compare: every figure of the county's own report beside ours; banjian"
    " report publish: give a report to the public.",
)
def write(
    year: Year,
    as_of: AsOf = "",
    format: Annotated[
        str, typer.Option(help="html, pdf or docx; 'all' writes the three of them.")
    ] = "html",
    out: Annotated[
        Path, typer.Option(help="Directory to write to; made when it is missing.")
    ] = Path(),
    one_day: OneDay = False,
    positions: Positions = "",
    known_at: KnownAt = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write the report of a year, in Chinese, each figure with where it is from.

    --json prints the whole report as data and writes no file.
    """
    from services.chassis.errors import ContractError

    query = _query(year, as_of, one_day, positions, known_at)
    if as_json:
        print_json(_call("/reports/preview", query))
        return
    if format not in (*FORMATS, "all"):
        raise ContractError(f"--format is one of {', '.join(FORMATS)} or all, not {format}")
    document = _call("/reports/preview", query)
    # All files are of the same positions, whatever arrives between them.
    query.pop("known_at", None)
    query["positions"] = ",".join(
        f"{place['source']}:{place['position']}" for place in document["places"]
    )
    out.mkdir(parents=True, exist_ok=True)
    day = document["as_of"][:10].replace("-", "")
    for kind in FORMATS if format == "all" else (format,):
        path = out / f"report-{document['year']}-{day}.{kind}"
        size = _save(f"/reports/preview/file?{urlencode({**query, 'format': kind})}", path, force)
        typer.echo(f"{path}  {size:,} bytes")
    _say(document)


@app.command("publish")
def publish(
    year: Year,
    as_of: Annotated[str, typer.Option(help="Date the report speaks of, its whole day.")],
    one_day: OneDay = False,
    positions: Positions = "",
    as_json: Json = False,
) -> None:
    """Publish the report of a year, for ever; the same figures are published once."""
    from deploy.console.http import call
    from deploy.console.identity import bearer

    body = {"year": year, "as_of": as_of, "one_day": one_day, "positions": positions}
    receipt = call("disclosure", "/reports", body=body, headers=bearer(ROLES), timeout_s=TIMEOUT_S)
    if as_json:
        print_json(receipt)
    else:
        print_pairs(receipt)


@app.command("compare")
def compare(
    year: Year = 2020,
    as_of: AsOf = "2020-10-31",
    one_day: OneDay = False,
    positions: Positions = "",
    known_at: KnownAt = "",
    csv: Annotated[
        Path | None, typer.Option(help="Write the comparison to this CSV file as well.")
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Fail when a figure is missing or differs for no reason."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Set every figure of the county's report of 2020 beside ours, and say why they differ."""
    from services.chassis.errors import RuleError

    query = _query(year, as_of, one_day, positions, known_at)
    found = _call("/reports/compare", query)
    if csv is not None:
        _save(f"/reports/compare.csv?{urlencode(query)}", csv, force)
        note(f"{csv} written")
    if as_json:
        print_json(found)
    else:
        print_table(
            ["no.", "figure", ">report", ">ours", "verdict", "because", "source"],
            [_line(line) for line in found["lines"]],
        )
        reasons = {name: why for line in found["lines"] for name, why in _reasons(line)}
        for name, why in reasons.items():
            typer.echo(f"{name:<4} {why}")
        counts = ", ".join(f"{VERDICTS[name]} {n}" for name, n in found["verdicts"].items())
        typer.echo(f"{len(found['lines'])} figures: {counts}")
    wrong = sum(found["verdicts"].get(name, 0) for name in ("unexplained", "missing"))
    if strict and wrong:
        raise RuleError(f"{wrong} figures are missing or differ for no known reason")


def _line(line: dict[str, Any]) -> tuple[object, ...]:
    ours = f"{line['ours']}" if line["ours"] else "-"
    source = line["measure"] or ("reported" if line["source"] == "reported" else "-")
    verdict = VERDICTS[line["verdict"]]
    name = f"{line['zh']} {line['en']}"
    return line["line"], name, line["report"], ours, verdict, line["because"], source


def _reasons(line: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["because"], line["reason"])] if line["because"] else []


def _query(year: int, as_of: str, one_day: bool, positions: str, known_at: str) -> dict[str, str]:
    said = {"year": str(year), "as_of": as_of, "positions": positions, "known_at": known_at}
    said["one_day"] = "1" if one_day else ""
    return {name: text for name, text in said.items() if text}


def _call(path: str, query: dict[str, str]) -> Any:
    from deploy.console.http import call
    from deploy.console.identity import bearer

    return call("disclosure", path, query=query, headers=bearer(ROLES), timeout_s=TIMEOUT_S)


def _save(path: str, to: Path, force: bool) -> int:
    """Fetch a file and put it in its place when it is whole."""
    from deploy.console.http import download
    from deploy.console.identity import bearer
    from services.chassis.errors import ContractError

    if to.exists() and not force:
        raise ContractError(f"{to} is there already; --force replaces it")
    part = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            size = download("disclosure", path, file, bearer(ROLES), TIMEOUT_S)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    return size


def _say(document: dict[str, Any]) -> None:
    kinds = [figure["source"] for figure in document["annex"]]
    missing = [figure["zh"] for figure in document["annex"] if figure["value"] is None]
    note(
        f"{len(kinds)} figures: {kinds.count('measure')} counted, {kinds.count('reported')}"
        f" reported, {len(missing)} not available"
    )
    if missing:
        note("not available: " + "、".join(missing))
