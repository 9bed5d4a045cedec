"""The databases: bring them and the bus up to date, rebuild a read model."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.console.output import Json, console, note, print_json, print_pairs, print_table
from deploy.console.processes import Service, known
from deploy.console.settings import management_url, need, password_of, variable
from services.chassis.errors import BanjianError
from services.chassis.names import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from services.chassis.rebuild import Outcome, Progress


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is pending; exit 1 when there is any.")
    ] = False,
    rebuild_models: Annotated[
        bool, typer.Option("--rebuild", help="Rebuild every read model that has another shape now.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Create or update roles, schemas, tables, exchanges, queues and users. Safe to repeat."""
    if check:
        _check(as_json)
        return
    from services.chassis.bus.admin import migrate_bus
    from services.chassis.eventlog.migrate import MigrationError, ServiceAccess, migrate_database

    admin_url, amqp_uri = need("DATABASE_URL", "AMQP_URI")
    urls = dict(zip(SERVICES, need(*(variable(s, "DATABASE_URL") for s in SERVICES)), strict=True))
    uris = dict(zip(SERVICES, need(*(variable(s, "AMQP_URI") for s in SERVICES)), strict=True))
    try:
        done = migrate_database(
            admin_url,
            {service: ServiceAccess(url) for service, url in urls.items()},
            os.environ.get("BANJIAN_AUDITOR_DATABASE_URL"),
        )
    except MigrationError as problem:
        raise BanjianError(str(problem)) from problem
    migrate_bus(
        management_url(),
        amqp_uri,
        uris,
        int(os.environ.get("BANJIAN_PARTITIONS", "4")),
        generations=_generations(urls),
        outside_password=password_of("BANJIAN_OUTSIDE_AMQP_URI"),
        analyst_password=password_of("BANJIAN_ANALYST_AMQP_URI"),
    )
    stale = done.stale_models
    if rebuild_models:
        for service in stale:
            _replay(service)
    if as_json:
        print_json({**asdict(done), "rebuilt": list(stale) if rebuild_models else []})
        return
    note(f"database: {', '.join(done.applied) or 'nothing to do'}")
    note("bus: exchanges, queues and users stand as defined")
    for service in stale:
        note(
            f"the read model of {service} was of an older shape and is rebuilt"
            if rebuild_models
            else f"the read model of {service} is of an older shape: banjian rebuild {service}"
        )


def _generations(urls: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Give generation and partitions of each consumer that has started once."""
    from services.chassis.bus.generation import active_generation
    from services.chassis.eventlog.database import Database

    found = {}
    for service, url in urls.items():
        database = Database(url)
        try:
            if active := active_generation(database):
                found[service] = active
        finally:
            database.close()
    return found


def _check(as_json: bool) -> None:
    from deploy.console.pending import pending_files

    admin_url = need("DATABASE_URL")[0]
    pending = {service: pending_files(admin_url, service) for service in SERVICES}
    waiting = [f"{service}:{name}" for service, names in pending.items() for name in names]
    if as_json:
        print_json({"pending": waiting})
    else:
        note(f"pending: {', '.join(waiting) or 'nothing'}")
    if waiting:
        raise BanjianError("The databases are not up to date; run `banjian migrate`.")


def rebuild(
    service: Service,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare with the live one instead of switching.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Replay a service's read model from the logs beside the live one, then switch to it.

    The service keeps working; at the end its writers wait for a moment. A rebuild that fails leaves
    the live read model as it was.
    """
    outcome = _replay(known(service), verify=verify)
    rate = outcome.events / outcome.seconds if outcome.seconds else 0.0
    if as_json:
        print_json({**asdict(outcome), "events_per_second": round(rate)})
    else:
        print_pairs(
            {
                "service": service,
                "events": f"{outcome.events:,}",
                "rows": f"{outcome.rows:,}",
                "seconds": f"{outcome.seconds:.2f} ({rate:,.0f} events/s)",
                "writers waited": f"{outcome.locked_seconds:.3f} s",
                "switched": "yes" if outcome.switched else "no, compared only",
            }
        )
        if outcome.differences:
            print_table(
                ["table", ">only live", ">only rebuilt", "examples"],
                [
                    (d.table, d.only_live, d.only_rebuilt, "\n".join(d.examples))
                    for d in outcome.differences
                ],
            )
    if outcome.differences:
        raise BanjianError(f"The live and the rebuilt read model of {service} differ.")
    if verify and not as_json:
        note("The live and the rebuilt read model are equal.")


def replay_model(service: str) -> Outcome:
    """Rebuild a service's read model from the logs, and switch to it; shows how far it is."""
    return _replay(service)


def _replay(service: str, *, verify: bool = False) -> Outcome:
    from services.chassis.rebuild import rebuild as run_rebuild

    model = _read_model(service)
    with _progress() as report:
        return run_rebuild(
            model,
            admin_url=_admin_url(service),
            log_urls={source: _auditor_url(source) for source in model.sources},
            publications={source: _messages(source).PUBLISHES for source in model.sources},
            reads=_messages(service).READS.keys(),
            report=report,
            verify=verify,
        )


def _read_model(service: str) -> Any:
    try:
        return import_module(f"services.{service}.projections").READ_MODEL
    except ModuleNotFoundError as problem:
        if problem.name != f"services.{service}.projections":
            raise
        raise BanjianError(f"{service} has no read model.") from None


def _messages(service: str) -> Any:
    return import_module(f"services.{service}.messages")


def _admin_url(service: str) -> str:
    """Give the administrator's URL of the service's database, which may be one of its own."""
    own = os.environ.get(variable(service, "ADMIN_DATABASE_URL"))
    return own or need("DATABASE_URL")[0]


def _auditor_url(source: str) -> str:
    """Give the auditor's URL of the database that holds this log."""
    own = os.environ.get(variable(source, "AUDITOR_DATABASE_URL"))
    return own or need("BANJIAN_AUDITOR_DATABASE_URL")[0]


class _progress:  # noqa: N801 - used as a function
    """Shows a rebuild on standard error: a bar for a person, one line a phase for a log."""

    def __enter__(self) -> Callable[[Progress], None]:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._phase = ""
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._bar.start()
        self._task = self._bar.add_task("bulk", total=None)
        return self._report

    def _report(self, progress: Progress) -> None:
        if progress.phase != self._phase:
            self._phase = progress.phase
            if self._bar.disable:
                note(f"{progress.phase}: {progress.events:,} of {progress.total:,} events")
        self._bar.update(
            self._task,
            description=progress.phase,
            completed=progress.events,
            total=progress.total,
        )

    def __exit__(self, *problem: object) -> None:
        self._bar.stop()
