"""The storage of uploaded files: is it there, and away with what nobody can open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console.output import Json, note, print_json
from deploy.console.processes import Service, known
from deploy.console.settings import need, variable
from services.chassis.settings import STORE_FILES

if TYPE_CHECKING:
    from services.chassis.eventlog.database import Database
    from services.chassis.storage import Storage

app = typer.Typer(help="Uploaded files: probe their storage, and sweep it.", no_args_is_help=True)


@app.command()
def check() -> None:
    """Say whether the storage answers; exit code 3 when it does not."""
    with _storage() as storage:
        note(f"the storage of files: {storage.check()}.")


@app.command()
def sweep(
    service: Service,
    older_than: Annotated[
        int, typer.Option(min=0, help="Minutes after which an upload counts as broken off.")
    ] = 60,
    as_json: Json = False,
) -> None:
    """Delete files of uploads that broke off and of erased persons, while the service goes on.

    Nobody can open any of them. Run it daily; breaking it off and starting again is fine. Less
    than the hour that is the default would take uploads that are still under way.
    """
    from services.chassis.storage import sweep as run

    with _database(service) as database, _storage() as storage:
        swept = run(database, storage, older_than * 60.0)
    if as_json:
        print_json(asdict(swept))
        return
    note(
        f"swept {swept.broken_off:,} files of uploads that broke off, {swept.erased:,} of erased"
        f" persons, {swept.unfinished:,} unfinished writes."
    )


@contextmanager
def _storage() -> Iterator[Storage]:
    from services.chassis.storage import storage_of

    [url] = need("BANJIAN_STORAGE")
    try:
        storage = storage_of(url, os.environ.get("BANJIAN_STORAGE_KEY_FILE", ""))
    except (ValueError, OSError) as error:
        raise typer.BadParameter(f"BANJIAN_STORAGE is wrong: {error}") from None
    yield storage


@contextmanager
def _database(service: str) -> Iterator[Database]:
    from services.chassis.eventlog.database import Database

    if known(service) not in STORE_FILES:
        raise typer.BadParameter(
            f"{service} stores no files; {', '.join(sorted(STORE_FILES))} does."
        )
    database = Database(need(variable(service, "DATABASE_URL"))[0])
    try:
        yield database
    finally:
        database.close()
