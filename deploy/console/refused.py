"""Refused records: what outside systems sent and got back with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.console.output import Json, print_json, print_pairs, print_table
from deploy.console.settings import need, variable

if TYPE_CHECKING:
    from services.chassis.eventlog.database import Database

app = typer.Typer(
    help="Records that were refused with a reason: kept as they came, sealed.",
    no_args_is_help=True,
)


class Keeper(StrEnum):
    """Who takes records of outside systems."""

    INTAKE = "intake"
    CATALOG = "catalog"


Of = Annotated[Keeper, typer.Option("--service", help="Whose refused records.")]


@app.command("list")
def list_refused(
    source: Annotated[str, typer.Option(help="Only records of this data source.")] = "",
    reason: Annotated[str, typer.Option(help="Only this reason code.")] = "",
    row: Annotated[str, typer.Option(help="Only this row_guid.")] = "",
    service: Of = Keeper.INTAKE,
    after: Annotated[int, typer.Option(min=0, help="Only ids above this one.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
) -> None:
    """List the refused records of outside systems, oldest first."""
    from services.catalog.refused import list_refused as of_catalog
    from services.intake.refused import list_refused as of_intake

    wanted: dict[str, Any] = {
        "data_source": source,
        "reason_code": reason,
        "row_guid": row,
        "after": after,
        "limit": limit,
    }
    with _database(service) as database:
        read = of_catalog if service is Keeper.CATALOG else of_intake
        found = [asdict(one) for one in read(database, **wanted)]
    if as_json:
        print_json(found)
        return
    of_cases = service is Keeper.INTAKE
    columns = {
        ">id": "id",
        "source": "data_source",
        "record": "record",
        "row": "row_guid",
        "case" if of_cases else "about": "project_no" if of_cases else "subject",
        "reason": "reason_code",
        "field": "field",
        "received": "received_at",
    }
    if of_cases:
        columns[">bytes"] = "size_bytes"
    print_table(list(columns), ([_cell(one[name]) for name in columns.values()] for one in found))


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="Number of the record, from `refused list`.")],
    body: Annotated[
        bool,
        typer.Option("--body", help="Also open the body with the vault key. It may name persons."),
    ] = False,
    service: Of = Keeper.INTAKE,
    as_json: Json = False,
) -> None:
    """Show one refused record; its body stays sealed unless asked for.

    That somebody opened a body is written into the log of accesses, which intake alone keeps: the
    bodies of catalog's stay sealed.
    """
    import getpass

    from services.catalog.refused import show as of_catalog
    from services.chassis.vault import Opening, Purpose, Seal
    from services.intake.refused import open_body
    from services.intake.refused import show as of_intake

    if body and service is not Keeper.INTAKE:
        raise typer.BadParameter(
            "catalog keeps no log of who opened what, so its bodies stay sealed. "
            "Ask the sender: `digest` says which message it was."
        )
    with _database(service) as database:
        read = of_catalog if service is Keeper.CATALOG else of_intake
        found = asdict(read(database, number))
        text = ""
        if body:
            seal = Seal.from_file(need("BANJIAN_VAULT_KEY_FILE")[0])
            opening = Opening(getpass.getuser(), "operator", Purpose.FAULT)
            text = open_body(database, number, seal, opening).decode(errors="replace")
    if as_json:
        print_json(found | ({"body": text} if body else {}))
        return
    print_pairs(found)
    if text:
        typer.echo(f"\n{text}")


def _cell(value: object) -> object:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


@contextmanager
def _database(service: Keeper) -> Iterator[Database]:
    from services.chassis.eventlog.database import Database

    database = Database(need(variable(service, "DATABASE_URL"))[0])
    try:
        yield database
    finally:
        database.close()
