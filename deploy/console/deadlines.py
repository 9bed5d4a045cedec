"""Deadlines: what a service will act on and when, and what failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console.output import Json, note, print_json, print_table
from deploy.console.processes import Service, known
from deploy.console.settings import need, variable

if TYPE_CHECKING:
    from services.chassis.eventlog.database import Database

app = typer.Typer(
    help="Deadlines a service acts on by itself: look, and try a failed one again.",
    no_args_is_help=True,
)


@app.command("list")
def list_deadlines(
    service: Service,
    state: Annotated[str, typer.Option(help="pending, parked, or all.")] = "all",
    kind: Annotated[str, typer.Option(help="Only of this kind.")] = "",
    key: Annotated[str, typer.Option(help="Only of this key, such as a case number.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
) -> None:
    """List the deadlines of a service, the next one first; `parked` ones failed too often."""
    from services.chassis.deadlines.table import list_deadlines as read

    if state not in ("pending", "parked", "all"):
        raise typer.BadParameter("--state is pending, parked or all.")
    with _database(service) as database:
        found = read(
            database, state="" if state == "all" else state, kind=kind, key=key, limit=limit
        )
    if as_json:
        print_json([asdict(each) for each in found])
        return
    print_table(
        ["kind", "key", "due", "state", ">tries", "next try", "error"],
        (
            (
                one.kind,
                one.key,
                f"{one.due_at:%Y-%m-%d %H:%M:%S%z}",
                one.state,
                one.attempts,
                f"{one.try_at:%Y-%m-%d %H:%M:%S%z}",
                one.error,
            )
            for one in found
        ),
    )


@app.command()
def retry(
    service: Service,
    kind: Annotated[str, typer.Argument(help="Kind of the deadline, from `deadlines list`.")],
    key: Annotated[str, typer.Argument(help="Its key.")],
) -> None:
    """Let the service try a parked deadline again."""
    from services.chassis.deadlines.table import retry as retry_one

    with _database(service) as database:
        retry_one(database, kind, key)
    note(f"{service} tries {kind} of {key} again.")


@contextmanager
def _database(service: str) -> Iterator[Database]:
    from services.chassis.eventlog.database import Database

    database = Database(need(variable(known(service), "DATABASE_URL"))[0])
    try:
        yield database
    finally:
        database.close()
