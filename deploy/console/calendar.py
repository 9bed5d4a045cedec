"""The working days of a year: shown as of any day, published, amended, and seeded."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Annotated, Any

import typer

from deploy.console.output import Json, note, print_json, print_pairs, print_table
from services.chassis.errors import ContractError, NotFoundError, RuleError

EDITOR, IMPORTER = "catalog_editor", "catalog_importer"

app = typer.Typer(help="Working days: the State Council Office's years.", no_args_is_help=True)

File = Annotated[
    str,
    typer.Argument(
        help="JSON: year, document, announced_on, days_off and work_days"
        ' (both [{"day", "label"}]); - for standard input.'
    ),
]
HappenedAt = Annotated[
    str, typer.Option(help="When it happened, for what is taken over: RFC 3339, or a date.")
]


@app.command()
def seed(as_json: Json = False) -> None:
    """Publish 2004-2026, with their amendments. Repeating it changes nothing.

    Each version happened when it was announced, so a year is provisional before that day. A year
    that the catalog has in other words is left alone.
    """
    from deploy.console.http import call
    from deploy.console.identity import bearer
    from services.kernel.calendar_seed import SEED_EDITIONS

    headers = bearer([IMPORTER])
    new, left = 0, set[int]()
    for one in sorted(SEED_EDITIONS, key=lambda one: (one.announced_on, one.year, one.version)):
        if one.year in left:
            continue
        said = {
            "year": one.year,
            "calendar_version": one.version,
            "document": one.document,
            "announced_on": one.announced_on.isoformat(),
            "days_off": _days(one.days_off),
            "work_days": _days(one.work_days),
        }
        path = "/calendars" if one.version == 1 else "/calendars/amendments"
        query = {"happened_at": one.announced_on.isoformat()}
        try:
            new += call("catalog", path, query=query, body=said, headers=headers)["new"]
        except RuleError as refusal:
            if _rule(refusal) != "immutable":
                raise
            left.add(one.year)
    told = {
        "years": len({one.year for one in SEED_EDITIONS}),
        "versions": len(SEED_EDITIONS),
        "new": new,
        "left": sorted(left),
    }
    if as_json:
        print_json(told)
        return
    typer.echo(f"{told['versions']} versions of {told['years']} years, {new} of them new")
    if left:
        note(f"on file in other words, left alone: {', '.join(map(str, sorted(left)))}")


@app.command()
def show(
    year: Annotated[int, typer.Argument(min=1949, max=2999, help="Calendar year.")],
    as_of: Annotated[str, typer.Option(help="As it was known at the end of this day.")] = "",
    as_json: Json = False,
) -> None:
    """Print a year's working days: its version, its document, and every exception.

    [bold]Example[/bold]: banjian calendar show 2020 --as-of 2020-01-20
    """
    from deploy.console.http import call

    day = _day(as_of)
    try:
        versions: list[dict[str, Any]] = call("catalog", f"/calendars/{year}/versions")
    except NotFoundError:
        versions = []
    known = [one for one in versions if not day or date.fromisoformat(one["announced_on"]) <= day]
    shown = _shown(year, known)
    if as_json:
        print_json(shown | {"versions": [_brief(one) for one in versions]})
        return
    print_pairs({name: shown[name] for name in _HEAD})
    rows = [(one["day"], "off", one["label"]) for one in shown["days_off"]]
    rows += [(one["day"], "at work", one["label"]) for one in shown["work_days"]]
    if rows:
        print_table(["day", "", "why"], sorted(rows))
    later = len(versions) - len(known)
    if later:
        note(f"{later} later version(s): banjian calendar show {year}")


@app.command()
def publish(file: File, happened_at: HappenedAt = "", as_json: Json = False) -> None:
    """Publish the first arrangement of a year from a JSON file."""
    _send("/calendars", file, happened_at, as_json)


@app.command()
def amend(file: File, happened_at: HappenedAt = "", as_json: Json = False) -> None:
    """Replace a published year by a later arrangement, whole, from a JSON file."""
    _send("/calendars/amendments", file, happened_at, as_json)


_HEAD = ("year", "calendar", "working_days", "provisional", "announced_on", "document")


def _send(path: str, file: str, happened_at: str, as_json: bool) -> None:
    from deploy.console.http import call
    from deploy.console.identity import bearer

    headers = bearer([IMPORTER if happened_at else EDITOR])
    query = {"happened_at": happened_at}
    done = call("catalog", path, query=query, body=_read(file), headers=headers)
    if as_json:
        print_json(done)
    else:
        what = "recorded" if done["new"] else "on file already, nothing changed"
        typer.echo(f"{done['subject']}: {what}")


def _read(file: str) -> Any:
    try:
        if file == "-":
            return json.load(sys.stdin)
        with open(file, encoding="utf-8-sig") as opened:
            return json.load(opened)
    except OSError as problem:
        raise typer.BadParameter(f"{file}: {problem.strerror}") from None
    except ValueError as problem:
        raise ContractError(f"{file} is not JSON in UTF-8: {problem}") from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("--as-of is a date: YYYY-MM-DD") from None


def _days(days: Any) -> list[dict[str, str]]:
    return [{"day": day.isoformat(), "label": label} for day, label in days.items()]


def _shown(year: int, known: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the newest of these versions with what follows from it; none: provisional."""
    from services.kernel.calendar import Edition, WorkCalendar

    calendar = WorkCalendar()
    if known:
        last = known[-1]
        days = [
            {date.fromisoformat(one["day"]): one["label"] for one in last[kind]}
            for kind in ("days_off", "work_days")
        ]
        announced_on = date.fromisoformat(last["announced_on"])
        version = last["calendar_version"]
        calendar = WorkCalendar([Edition(year, version, last["document"], announced_on, *days)])
    first, end = date(year, 1, 1), date(year, 12, 31)
    return {
        "year": year,
        "calendar": calendar.label(first, end),
        "provisional": not known,
        "working_days": calendar.through(end.toordinal()) - calendar.through(first.toordinal() - 1),
        "document": known[-1]["document"] if known else "",
        "announced_on": known[-1]["announced_on"] if known else "",
        "days_off": known[-1]["days_off"] if known else [],
        "work_days": known[-1]["work_days"] if known else [],
    }


def _brief(version: dict[str, Any]) -> dict[str, Any]:
    return {name: version[name] for name in ("calendar_version", "announced_on", "document")}


def _rule(refusal: RuleError) -> str:
    problem = refusal.attributes.get("problem")
    return str(problem.get("rule", "")) if isinstance(problem, dict) else ""
