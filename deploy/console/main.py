"""`banjian`: everything an operator does, one command each. Heavy imports wait until one runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from deploy.console import (
    audit,
    bus,
    calendar,
    cases,
    catalog,
    clock,
    database,
    deadlines,
    exporting,
    feeding,
    fees,
    figures,
    identity,
    processes,
    refused,
    report,
    sample,
    settings,
    source,
    storage,
    subject,
    variables,
    vault,
    year,
)
from services.chassis.errors import BanjianError, UnavailableError
from services.chassis.logs import configure

OK, ERROR, USAGE, UNAVAILABLE = 0, 1, 2, 3
"""Exit codes. Usage errors are typer's own; the others are told apart in `main`."""

EXAMPLES = (
    ("up", "start everything on this machine"),
    ("feed --county", "send an invented working week"),
    ("feed receipt.csv", "send a real log of permit cases"),
    ("figures --as-of 2011-07-01", "the main figures, as of a day"),
    ("stat S03 --by channel --json", "one figure, with its positions"),
    ("report --year 2020 --format pdf", "the annual report, from the log"),
    ("case show case-10011 --at 2011-11-01", "a case as it was that day"),
    ("export --format xes --out o.xes", "every event, for process mining"),
    ("catalog import items.csv --dry-run", "check a whole list, apply nothing"),
    ("year build --scale 0.01", "a hundredth of the county's year"),
    ("calendar show 2020 --as-of 2020-01-20", "a year's working days"),
    ("clock due 2020-09-28 7 --explain", "a due date, day by day"),
    ("parked list intake", "messages that wait for a person"),
    ("rebuild disclosure --verify", "replay the read model, compare"),
    ("audit verify --live", "check the logs against what was signed"),
)
EPILOG = (
    "Examples",
    *(f"banjian {words:<37} {meaning}" for words, meaning in EXAMPLES),
    "",
    "Settings come from the environment; what it lacks, from .run/env of the local run.",
    "Exit codes: 0 done, 1 error, 2 wrong usage, 3 something does not answer.",
)

app = typer.Typer(
    name="banjian",
    help="Banjian (办件): run and inspect a government service centre.",
    epilog="\n\n".join(EPILOG),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
LOCAL, DATA, OPERATE, ROLES = "On this machine", "Cases and figures", "Operating", "Processes"

app.command(rich_help_panel=LOCAL)(processes.up)
app.command(rich_help_panel=LOCAL)(processes.down)
app.command(rich_help_panel=LOCAL)(processes.status)
app.command(rich_help_panel=LOCAL)(identity.token)
app.command(rich_help_panel=DATA)(feeding.feed)
app.add_typer(figures.figures, name="figures", rich_help_panel=DATA)
app.add_typer(figures.stat, name="stat", rich_help_panel=DATA)
app.add_typer(report.app, name="report", rich_help_panel=DATA)
app.add_typer(cases.app, name="case", rich_help_panel=DATA)
app.command(rich_help_panel=DATA)(exporting.export)
catalog.app.command()(sample.sample)
app.add_typer(catalog.app, name="catalog", rich_help_panel=DATA)
app.add_typer(calendar.app, name="calendar", rich_help_panel=DATA)
app.add_typer(year.app, name="year", rich_help_panel=DATA)
app.add_typer(clock.app, name="clock", rich_help_panel=DATA)
app.add_typer(fees.app, name="fees", rich_help_panel=DATA)
app.command(rich_help_panel=OPERATE)(database.migrate)
app.command(rich_help_panel=OPERATE)(database.rebuild)
app.add_typer(bus.parked, name="parked", rich_help_panel=OPERATE)
app.add_typer(refused.app, name="refused", rich_help_panel=OPERATE)
app.add_typer(source.app, name="source", rich_help_panel=OPERATE)
app.add_typer(subject.app, name="subject", rich_help_panel=OPERATE)
app.add_typer(vault.app, name="vault", rich_help_panel=OPERATE)
app.add_typer(storage.app, name="storage", rich_help_panel=OPERATE)
app.add_typer(audit.app, name="audit", rich_help_panel=OPERATE)
app.add_typer(deadlines.app, name="deadlines", rich_help_panel=OPERATE)
app.command(rich_help_panel=OPERATE)(bus.missing)
app.command(rich_help_panel=OPERATE)(bus.rewind)
app.command(rich_help_panel=OPERATE)(bus.partitions)
app.command(rich_help_panel=OPERATE)(variables.config)
app.command(rich_help_panel=ROLES)(processes.serve)
app.command(rich_help_panel=ROLES)(processes.relay)
app.command(rich_help_panel=ROLES)(processes.gateway)
app.command(rich_help_panel=ROLES)(processes.issuer)


def main(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code; errors are told in one line on standard error."""
    settings.load()
    # What a command decides is logged as well; standard output carries its answer alone.
    configure("console", stream=sys.stderr, level="WARNING")
    try:
        app(list(arguments), prog_name="banjian")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ERROR
    except UnavailableError as problem:
        typer.secho(f"banjian: {problem.message}", fg="red", err=True)
        return UNAVAILABLE
    except BanjianError as problem:
        typer.secho(f"banjian: {problem.message}", fg="red", err=True)
        return ERROR
    return OK


def run() -> None:
    """Entry point of the `banjian` command."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
