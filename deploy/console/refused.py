"""Refused records: what outside systems sent and got back with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console.output import Json, print_json, print_pairs, print_table
from deploy.console.settings import need, variable

if TYPE_CHECKING:
    from services.chassis.eventlog.database import Database

app = typer.Typer(
    help="Records that were refused with a reason: kept as they came, sealed.",
    no_args_is_help=True,
)


@app.command("list")
def list_refused(
    source: Annotated[str, typer.Option(help="Only records of this data source.")] = "",
    reason: Annotated[str, typer.Option(help="Only this reason code.")] = "",
    row: Annotated[str, typer.Option(help="Only this row_guid.")] = "",
    after: Annotated[int, typer.Option(min=0, help="Only ids above this one.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
) -> None:
    """List the refused records of outside systems, oldest first."""
    from services.intake.refused import list_refused as read

    with _database() as database:
        found = read(
            database, data_source=source, reason_code=reason, row_guid=row, after=after, limit=limit
        )
    if as_json:
        print_json([asdict(each) for each in found])
        return
    print_table(
        [">id", "source", "record", "row", "case", "reason", "field", "received", ">bytes"],
        (
            (
                one.id,
                one.data_source,
                one.record,
                one.row_guid,
                one.project_no,
                one.reason_code,
                one.field,
                f"{one.received_at:%Y-%m-%d %H:%M:%S}",
                one.size_bytes,
            )
            for one in found
        ),
    )


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="Number of the record, from `refused list`.")],
    body: Annotated[
        bool,
        typer.Option("--body", help="Also open the body with the vault key. It may name persons."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one refused record; its body stays sealed unless asked for.

    That somebody opened a body is written into the log of accesses.
    """
    import getpass

    from services.chassis.vault import Opening, Purpose, Seal
    from services.intake.refused import open_body
    from services.intake.refused import show as read

    with _database() as database:
        found = read(database, number)
        text = ""
        if body:
            seal = Seal.from_file(need("BANJIAN_VAULT_KEY_FILE")[0])
            opening = Opening(getpass.getuser(), "operator", Purpose.FAULT)
            text = open_body(database, number, seal, opening).decode(errors="replace")
    if as_json:
        print_json(asdict(found) | ({"body": text} if body else {}))
        return
    print_pairs(asdict(found))
    if text:
        typer.echo(f"\n{text}")


@contextmanager
def _database() -> Iterator[Database]:
    from services.chassis.eventlog.database import Database

    database = Database(need(variable("intake", "DATABASE_URL"))[0])
    try:
        yield database
    finally:
        database.close()
