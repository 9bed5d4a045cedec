"""The vault of personal data: under which keys it stands, and the change of the master key."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console.output import Json, console, note, print_json, print_table
from deploy.console.processes import Service, known
from deploy.console.settings import need, variable
from services.chassis.settings import VAULT_OWNERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.chassis.eventlog.database import Database
    from services.chassis.vault import BodyTable, Count, Progress, Seal

app = typer.Typer(help="Keys of the personal data: count, and rotate.", no_args_is_help=True)


@app.command()
def status(service: Service, as_json: Json = False) -> None:
    """Count what stands under which key and cipher, and name keys that may be removed."""
    from services.chassis.vault import counts, removable

    with _vault(service) as (database, seal, tables):
        found = counts(database, seal, tables)
    free = removable(found, seal)
    if as_json:
        print_json(
            {
                "key": seal.key_id,
                "cipher": seal.cipher.value,
                "counts": [asdict(one) for one in found],
                "removable": free,
            }
        )
        return
    print_table(["what", "key", "algorithm", ">count", "newest", "key here"], map(_row, found))
    _advise(found, seal, service)


@app.command()
def rotate(
    service: Service,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Rows a transaction.")] = 500,
    as_json: Json = False,
) -> None:
    """Bring everything under the first key of the key file, while the service goes on.

    Put the new key first into the file and restart the service before; what it seals from then on
    is under the new key. May be broken off and started again.
    """
    from services.chassis.vault import Rotation, counts, removable

    with _vault(service) as (database, seal, tables), _progress() as report:
        changed = Rotation(database, seal, tables, report, batch).run()
        found = counts(database, seal, tables)
    if as_json:
        print_json(
            {
                "key": seal.key_id,
                "changed": changed,
                "left": sum(one.count for one in found if not one.current),
                "removable": removable(found, seal),
            }
        )
        return
    note(f"{changed:,} rows of {service} were brought under key {seal.key_id}.")
    _advise(found, seal, service)


def _advise(found: Sequence[Count], seal: Seal, service: str) -> None:
    from services.chassis.vault import removable

    for key_id in sorted({one.key_id for one in found if one.count and not one.here}):
        note(f"key {key_id} is missing from the key file: what stands under it cannot be read.")
    left = sum(one.count for one in found if not one.current)
    if left:
        note(f"{left:,} rows are not under key {seal.key_id}: banjian vault rotate {service}")
    for key_id in removable(found, seal):
        note(
            f"nothing of {service} stands under key {key_id}: it may leave the key file once every"
            " process has been restarted with the new one and no backup from before is needed."
        )


def _row(one: Count) -> tuple[object, ...]:
    yes = {True: "yes", False: "NO"}
    key = one.key_id or "own keys"
    return (one.what, key, one.algorithm, one.count, yes[one.current], yes[one.here])


@contextmanager
def _vault(service: str) -> Iterator[tuple[Database, Seal, Sequence[BodyTable]]]:
    from services.chassis.eventlog.database import Database
    from services.chassis.vault import Seal
    from services.intake.refused import BODIES

    if known(service) not in VAULT_OWNERS:
        raise typer.BadParameter(
            f"{service} keeps no personal data; {', '.join(sorted(VAULT_OWNERS))} does."
        )
    url, keys = need(variable(service, "DATABASE_URL"), "BANJIAN_VAULT_KEY_FILE")
    database = Database(url)
    try:
        yield (
            database,
            Seal.from_file(keys, os.environ.get("BANJIAN_VAULT_CIPHER") or "aes-256-gcm"),
            BODIES,
        )
    finally:
        database.close()


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show how far it is on standard error: a bar for a person, a line a phase for a log."""
    from rich.progress import Progress as Bar

    with Bar(console=console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        tasks = {}

        def report(progress: Progress) -> None:
            if progress.phase not in tasks:
                tasks[progress.phase] = bar.add_task(progress.phase)
                if bar.disable:
                    note(f"{progress.phase}: {progress.done + progress.left:,} rows")
            bar.update(
                tasks[progress.phase],
                completed=progress.done,
                total=progress.done + progress.left,
            )

        yield report
