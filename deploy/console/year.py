"""`banjian year`: the county's year of the report, lived by the domain code, loaded in bulk."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.console.output import Json, console, note, print_json, print_pairs, print_table
from deploy.console.settings import need, variable
from services.chassis.errors import BanjianError
from services.chassis.names import SERVICES

if TYPE_CHECKING:
    from deploy.year.load import Loaded
    from deploy.year.load import Progress as YearProgress
    from deploy.year.outcome import Found
    from deploy.year.plan import Plan

app = typer.Typer(
    help="The county's year of the report: planned, built into empty logs, compared.",
    no_args_is_help=True,
)

Scale = Annotated[
    float,
    typer.Option(
        min=0.0005, max=1.0, help="Share of the year; every count is the floor of its share."
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same bytes and leaf hashes.")]


@app.command("plan")
def show_plan(scale: Scale = 1.0, seed: Seed = 1, as_json: Json = False) -> None:
    """Print what the year is made for: the report's figures, and how much of them is planned.

    [bold]Example[/bold]: banjian year plan --scale 0.01
    """
    made = _planned(scale, seed)
    if as_json:
        targets = [asdict(target) | {"as_of": str(target.as_of)} for target in made.targets()]
        print_json({"counts": asdict(made), "targets": targets})
        return
    print_table(
        ("figure", "what", "what", "as of", ">report", ">planned", "ledger"),
        [
            (
                one.figure,
                one.zh,
                one.en,
                one.as_of,
                _shown(one.report, one.in_fen),
                _shown(one.planned, one.in_fen),
                f"#{one.ledger}",
            )
            for one in made.targets()
        ],
    )
    whole = ("open", "slots", "tickets", "contacts", "visits", "requests", "refused", "deleted")
    print_pairs({name: f"{getattr(made, name):,}" for name in whole})


@app.command()
def build(
    scale: Scale = 1.0,
    seed: Seed = 1,
    workers: Annotated[
        int, typer.Option(min=1, max=16, help="Processes that live the year side by side.")
    ] = 2,
    rebuild: Annotated[
        bool, typer.Option(help="Rebuild the read models from the logs afterwards.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Live the year 2020 and write it into the five logs, which must be empty; then print figures.

    The databases are migrated before (`banjian migrate`), and no service runs: nobody publishes a
    year that is over, and nothing of it is news when they start. Personal data is invented nowhere:
    the vault stays empty, so pages show references where a person's particulars would be.

    [bold]Example[/bold]: banjian year build --scale 0.01
    """
    from deploy.year.load import load

    made = _planned(scale, seed)
    admin_url = need("DATABASE_URL")[0]
    urls = dict(zip(SERVICES, need(*(variable(s, "DATABASE_URL") for s in SERVICES)), strict=True))
    with _Bar() as bar:
        loaded = load(made, admin_url, urls, workers=workers, report=bar.report)
    rebuilt = _rebuild() if rebuild else {}
    found = _compared(made, urls["disclosure"]) if rebuild else []
    if as_json:
        print_json(_as_json(loaded, rebuilt, found))
    else:
        _print(loaded, rebuilt, found)
    _refuse_other(found)


@app.command()
def figures(scale: Scale = 1.0, seed: Seed = 1, as_json: Json = False) -> None:
    """Compare the figures disclosure counts with the plan and the report.

    [bold]Example[/bold]: banjian year figures --json
    """
    url = need(variable("disclosure", "DATABASE_URL"))[0]
    found = _compared(_planned(scale, seed), url)
    if as_json:
        print_json([_one(each) for each in found])
    else:
        _table(found)
    _refuse_other(found)


def _planned(scale: float, seed: int) -> Plan:
    from deploy.year.plan import plan

    return plan(scale, seed)


def _compared(made: Plan, url: str) -> list[Found]:
    from deploy.year.outcome import compare

    return list(compare(made, url))


def _rebuild() -> dict[str, float]:
    """Rebuild every read model; gives seconds by service."""
    from deploy.console.database import replay_model

    taken = {}
    for service in SERVICES:
        began = time.monotonic()
        replay_model(service)
        taken[service] = round(time.monotonic() - began, 1)
    return taken


def _as_json(loaded: Loaded, rebuilt: dict[str, float], found: list[Found]) -> dict[str, Any]:
    return {
        "events": loaded.events,
        "total": loaded.total,
        "copied_s": round(loaded.copied_s, 1),
        "sealed_s": round(loaded.sealed_s, 1),
        "rebuilt_s": rebuilt,
        "figures": [_one(each) for each in found],
    }


def _print(loaded: Loaded, rebuilt: dict[str, float], found: list[Found]) -> None:
    print_pairs(
        {
            **{service: f"{count:,} events" for service, count in loaded.events.items()},
            "together": f"{loaded.total:,} events",
            "copied": f"after {loaded.copied_s:.0f} s",
            "sealed": f"after {loaded.sealed_s:.0f} s",
            **{f"{service} rebuilt": f"in {s:.1f} s" for service, s in rebuilt.items()},
        }
    )
    if found:
        _table(found)


def _table(found: list[Found]) -> None:
    print_table(
        ("figure", "what", "as of", ">report", ">planned", ">counted", "equal"),
        [
            (
                one.target.figure,
                f"{one.target.zh} {one.target.en}",
                one.target.as_of,
                _shown(one.target.report, one.target.in_fen),
                _shown(one.target.planned, one.target.in_fen),
                _shown(one.counted, one.target.in_fen),
                "yes" if one.equal else "NO",
            )
            for one in found
        ],
    )


def _one(found: Found) -> dict[str, Any]:
    target = found.target
    return {
        "figure": target.figure,
        "zh": target.zh,
        "en": target.en,
        "as_of": str(target.as_of),
        "report": target.report,
        "planned": target.planned,
        "counted": found.counted,
        "value": found.value,
        "equal": found.equal,
    }


def _refuse_other(found: list[Found]) -> None:
    other = [one.target.figure for one in found if not one.equal]
    if other:
        raise BanjianError(f"Other than planned: {', '.join(other)}.")


def _shown(value: int, in_fen: bool) -> str:
    return f"¥{value / 100:,.0f}" if in_fen else f"{value:,}"


class _Bar:
    """Shows the days of the year going by; one line a month for a log."""

    def __enter__(self) -> _Bar:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._month = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            console=console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._bar.start()
        self._task = self._bar.add_task("the year", total=366, said="")
        return self

    def report(self, progress: YearProgress) -> None:
        """Show a day."""
        day = progress.day
        if day is None:
            return
        said = f"{day}  {progress.events:,} events, {progress.sealed:,} sealed"
        if self._bar.disable and day.month != self._month:
            note(said)
        self._month = day.month
        self._bar.update(self._task, completed=day.timetuple().tm_yday, said=said)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
