"""Imports that were asked for: a row each, and who runs one holds a lock on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from psycopg2.extras import Json

from services.catalog.domain.validators import GUIDE, SOFT
from services.catalog.imports.irregular import CODE_FLAGS, FLAGS
from services.catalog.imports.load import Outcome
from services.catalog.imports.plan import Plan
from services.catalog.imports.report import KEPT_ERRORS, RowError
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.projection import Statement

_MEANINGS: Mapping[str, str] = {
    **{rule.id: rule.remedy for rule in SOFT},
    "guide_missing": GUIDE.remedy,
    **CODE_FLAGS,
    **FLAGS,
}
ENDS = "SELECT import_ends(%s, %s, %s, %s, %s::jsonb)"
GIVEN_UP = "BJ005"
"""SQLSTATE: the job was given up, so it may have no effect."""


class Flagged(msgspec.Struct, frozen=True):
    """How many rows bear a flag."""

    flag: str
    rows: int
    meaning: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """An import and how far it is. Counts are rows."""

    id: str
    state: str
    """QUEUED, RUNNING, then DONE, REFUSED (rows are wrong), FAILED (we are) or INTERRUPTED."""
    stage: str
    """While it runs: READING, then APPLYING."""
    file_name: str
    format: str
    kind: str
    dry_run: bool
    account: str
    size_bytes: int
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    rows: int
    done: int
    wrong: int
    """Errors found; `errors` shows at most the first 1,000."""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    """Rows that say word for word what an earlier row of the file says."""
    remarks: int = 0
    """Lines that are no rows: headings of sections, notes, sums."""
    passed_over: list[str] = []
    """Sheets without a heading we know."""
    kinds: dict[str, dict[str, int]] = {}
    flags: list[Flagged] = []
    reason: str = ""
    """Why it failed."""
    errors: list[RowError] = []

    @property
    def running(self) -> bool:
        return self.state in ("QUEUED", "RUNNING")


@dataclass(frozen=True)
class Asked:
    """What an import is asked for with."""

    id: UUID
    path: Path
    file_name: str
    format: str
    kind: str
    dry_run: bool
    account: str
    correlation: str
    size_bytes: int


@contextmanager
def holding(database: Database, asked: Asked) -> Iterator[None]:
    """Write a job down and hold its lock; while this lasts nobody takes it for interrupted."""
    with database.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(import_lock(%s))", (asked.id,))
        try:
            cursor.execute(
                "INSERT INTO import_job (id, state, file_name, spool, format, kind, dry_run,"
                " account, correlation, size_bytes)"
                " VALUES (%s, 'QUEUED', %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    asked.id,
                    asked.file_name,
                    str(asked.path),
                    asked.format,
                    asked.kind,
                    asked.dry_run,
                    asked.account,
                    asked.correlation,
                    asked.size_bytes,
                ),
            )
            yield
        finally:
            if not connection.closed:
                cursor.execute("SELECT pg_advisory_unlock(import_lock(%s))", (asked.id,))


def began(database: Database, job: UUID) -> None:
    """Say that a job runs from now on."""
    database.run(
        "UPDATE import_job SET state = 'RUNNING', began_at = clock_timestamp() WHERE id = %s"
        " AND state = 'QUEUED'",
        (job,),
    )


def progress(database: Database, job: UUID, stage: str, rows: int, done: int) -> None:
    """Say how far a job is."""
    database.run(
        "UPDATE import_job SET stage = %s, row_count = %s, done = %s"
        " WHERE id = %s AND state = 'RUNNING'",
        (stage, rows, done, job),
    )


def ending(
    job: UUID, state: str, plan: Plan, outcome: Outcome | None, reason: str = ""
) -> Statement:
    """Give the change that ends a job, to commit with its effect."""
    done = outcome.new + outcome.changed + outcome.unchanged if outcome else 0
    wrong = plan.found.wrong + (len(outcome.errors) if outcome else 0)
    flags = plan.found.flags.most_common()
    report = {
        "new": outcome.new if outcome else 0,
        "changed": outcome.changed if outcome else 0,
        "unchanged": outcome.unchanged if outcome else 0,
        "kinds": outcome.kinds if outcome else {},
        "repeated": plan.repeated,
        "remarks": plan.found.remarks,
        "passed_over": plan.found.passed_over,
        "flags": [{"flag": flag, "rows": rows} for flag, rows in flags],
        "reason": reason,
    }
    return Statement(ENDS, (job, state, done, wrong, Json(report)))


def keep_errors(database: Database, job: UUID, errors: list[RowError]) -> None:
    """Keep what is wrong with the rows of a job."""
    rows = [
        asdict_of(error) | {"job": str(job), "number": number}
        for number, error in enumerate(errors[:KEPT_ERRORS], 1)
    ]
    if rows:
        database.run(
            "INSERT INTO import_error"
            " SELECT * FROM json_populate_recordset(NULL::import_error, %s)",
            (Json(rows),),
        )


def asdict_of(error: RowError) -> dict[str, Any]:
    """Give an error's fields."""
    return msgspec.structs.asdict(error)


_COLUMNS = (
    "id, state, stage, file_name, format, kind, dry_run, account, size_bytes, asked_at, began_at,"
    " ended_at, row_count, done, wrong, report"
)


def exists(database: Database, job: UUID) -> bool:
    """Say whether there is a job of this id."""
    return bool(database.read("SELECT 1 FROM import_job WHERE id = %s", (job,)))


def find(database: Database, job: UUID) -> Job:
    """Give a job with its errors.

    Raises:
        NotFoundError: there is none of this id.
    """
    give_up_abandoned(database)
    rows = database.read(f"SELECT {_COLUMNS} FROM import_job WHERE id = %s", (job,))  # noqa: S608 - our own column names
    if not rows:
        raise NotFoundError("there is no such import")
    errors = database.read(
        "SELECT line, field, rule, reason, remedy, sheet, kind FROM import_error WHERE job = %s"
        " ORDER BY number",
        (job,),
    )
    return _job(rows[0], [RowError(*error) for error in errors])


def list_jobs(database: Database, limit: int = 50) -> list[Job]:
    """List the newest jobs, newest first, without their errors."""
    give_up_abandoned(database)
    rows = database.read(
        f"SELECT {_COLUMNS} FROM import_job ORDER BY asked_at DESC, id LIMIT %s",  # noqa: S608 - our own column names
        (limit,),
    )
    return [_job(row, []) for row in rows]


def give_up_abandoned(database: Database) -> None:
    """Mark jobs nobody runs any more: their process ended, and nothing of them was applied."""
    rows = database.run(
        "UPDATE import_job SET state = 'INTERRUPTED', stage = '', ended_at = clock_timestamp()"
        " WHERE id IN (SELECT id FROM (SELECT id FROM import_job"
        " WHERE state IN ('QUEUED', 'RUNNING') OFFSET 0) open"
        " WHERE pg_try_advisory_xact_lock(import_lock(id)))"
        # Once more: one that ended while we looked gave its lock back, and is not abandoned.
        " AND state IN ('QUEUED', 'RUNNING') RETURNING spool"
    )
    for (spool,) in rows:
        Path(spool).unlink(missing_ok=True)


def _job(row: tuple[Any, ...], errors: list[RowError]) -> Job:
    names = [name.strip() for name in _COLUMNS.split(",")]
    values: dict[str, Any] = dict(zip(names, row, strict=True))
    report: Mapping[str, Any] = values.pop("report")
    values["rows"] = values.pop("row_count")
    values["id"] = str(values["id"])
    flags = [
        Flagged(one["flag"], one["rows"], _MEANINGS.get(one["flag"], ""))
        for one in report.get("flags", ())
    ]
    told = {name: value for name, value in report.items() if name != "flags"}
    return Job(**values, **told, flags=flags, errors=errors)
