"""Runs imports inside the serving process, one at a time, without keeping requests waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import eventlet
import eventlet.tpool
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider

from services.catalog.application import Catalog
from services.catalog.imports import jobs
from services.catalog.imports.jobs import Asked
from services.catalog.imports.load import Outcome, load
from services.catalog.imports.plan import Plan, read_plan
from services.chassis.errors import BanjianError
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.frame import frame_of
from services.chassis.logs import bound, get_logger
from services.chassis.vault import Seal
from services.kernel.facts import Facts

TOLD_EVERY_S = 0.5
log = get_logger()


class SealProvider(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives the service the vault's seal, for what outsiders sent and nobody could read."""

    def setup(self) -> None:
        settings = frame_of(self.container).settings
        self._seal = Seal.from_file(settings.vault_key_file, settings.vault_cipher)

    def get_dependency(self, worker_ctx: Any) -> Seal:
        return self._seal


class ImportsProvider(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives the service what starts imports.

    A job ends with the process; whoever looks at it then finds it interrupted, with no effect.
    """

    def __init__(self) -> None:
        super().__init__()
        self._turn = Semaphore(1)

    def get_dependency(self, worker_ctx: Any) -> ImportsProvider:
        return self

    def start_job(self, catalog: Catalog, asked: Asked, facts: Facts) -> None:
        """Begin a job and return when it is written down.

        Raises:
            UnavailableError: the database does not take it.
        """
        written = Event()

        def run() -> None:
            with bound(correlation_id=asked.correlation):
                try:
                    self._run(catalog, asked, facts, written)
                except Exception as error:  # nobody above but the container, which it would end
                    log.error("import_failed", job=str(asked.id), exc_info=error)
                    if not written.ready():
                        written.send_exception(error)
                finally:
                    asked.path.unlink(missing_ok=True)

        self.container.spawn_managed_thread(run, identifier=f"import {asked.id}")
        written.wait()

    def _run(self, catalog: Catalog, asked: Asked, facts: Facts, written: Event) -> None:
        with jobs.holding(catalog.database, asked):
            written.send()
            with self._turn:
                run_job(catalog, asked, facts, _in_thread)


def _in_thread(read: Callable[[], Plan]) -> Plan:
    """Read a file beside the hub: parsing never waits, so nobody else would get a turn."""
    plan: Plan = eventlet.tpool.execute(read)
    return plan


class _Progress:
    """Tells the job's row how far it is, now and then, and lets others work."""

    def __init__(self, catalog: Catalog, asked: Asked) -> None:
        self._database = catalog.database
        self._job = asked.id
        self.stage = "READING"
        self.rows = 0
        self.done = 0
        self._told = 0.0

    def applied(self, done: int) -> None:
        self.done = done
        self.tell()

    def tell(self) -> None:
        time.sleep(0)
        if time.monotonic() - self._told > TOLD_EVERY_S:
            self._told = time.monotonic()
            jobs.progress(self._database, self._job, self.stage, self.rows, self.done)


def run_job(
    catalog: Catalog,
    asked: Asked,
    facts: Facts,
    read: Callable[[Callable[[], Plan]], Plan] = lambda work: work(),
) -> None:
    """Run one job to its end; whatever goes wrong stands in its row."""
    now: datetime = facts.occurred_at
    jobs.began(catalog.database, asked.id)
    told = _Progress(catalog, asked)
    plan = Plan()
    try:
        told.tell()
        watch = eventlet.spawn(_watch, told) if read is _in_thread else None
        try:
            plan = read(
                lambda: read_plan(
                    asked.path,
                    now,
                    format=asked.format,
                    kind=asked.kind,
                    pause=lambda rows: setattr(told, "rows", rows),
                )
            )
        finally:
            if watch is not None:
                watch.kill()
        told.rows, told.stage = plan.read, "APPLYING"
        jobs.progress(catalog.database, asked.id, told.stage, told.rows, 0)
        if plan.found.wrong:
            return _end(catalog, asked, "REFUSED", plan, None)

        def beside(work: UnitOfWork, outcome: Outcome) -> None:
            work.change(jobs.ending(asked.id, "DONE", plan, outcome))

        outcome = load(
            catalog,
            plan,
            facts,
            asked.file_name or "import",
            dry_run=asked.dry_run,
            pause=told.applied,
            beside=beside,
        )
        if outcome.errors or asked.dry_run:
            _end(catalog, asked, "REFUSED" if outcome.errors else "DONE", plan, outcome)
    except BanjianError as error:
        log.warning("import_failed", job=str(asked.id), error=error.code)
        _end(catalog, asked, "FAILED", plan, None, error.message)
    except Exception as error:
        log.error("import_failed", job=str(asked.id), exc_info=error)
        _end(catalog, asked, "FAILED", plan, None, "something went wrong here; it was recorded")
    else:
        log.info("import_ended", job=str(asked.id), rows=plan.read, dry_run=asked.dry_run)


def _end(
    catalog: Catalog,
    asked: Asked,
    state: str,
    plan: Plan,
    outcome: Outcome | None,
    reason: str = "",
) -> None:
    errors = [*plan.found.errors, *(outcome.errors if outcome else ())]
    jobs.keep_errors(catalog.database, asked.id, errors)
    change = jobs.ending(asked.id, state, plan, outcome, reason)
    catalog.database.run(change.sql, change.params)


def _watch(told: _Progress) -> None:
    while True:
        eventlet.sleep(TOLD_EVERY_S)
        told.tell()
