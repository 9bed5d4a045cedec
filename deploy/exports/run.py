"""From the logs to one file: read, spool, write, and only then take the file's name."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

from deploy.exports import flat, ocel_json, ocel_sqlite, xes
from deploy.exports.lives import calendar_of
from deploy.exports.spool import Spool
from deploy.exports.window import Window
from services.chassis.errors import ConflictError, ContractError, UnavailableError
from services.chassis.eventlog.reader import read_log

BATCH: Final = 2_000
"""Events of a log in memory at once."""


class Format(Enum):
    """What an export can be written as."""

    OCEL_JSON = "ocel-json"
    OCEL_SQLITE = "ocel-sqlite"
    XES = "xes"
    CSV = "csv"
    PARQUET = "parquet"


Write = Callable[[Spool, Path, Callable[[int], None]], None]
_WRITERS: Final[Mapping[Format, Write]] = {
    Format.OCEL_JSON: ocel_json.write,
    Format.OCEL_SQLITE: ocel_sqlite.write,
    Format.XES: xes.write,
    Format.CSV: flat.write_csv,
    Format.PARQUET: flat.write_parquet,
}


@dataclass(frozen=True)
class Order:
    """What is asked for."""

    urls: Mapping[str, str]
    """The auditor's URL of the database of each log that is read, by service."""
    calendar_url: str
    """That of catalog's, for the working days."""
    format: Format
    out: Path
    window: Window = field(default_factory=Window)
    overwrite: bool = False


@dataclass
class Summary:
    """What was written."""

    file: str
    format: str
    begin: str | None
    end: str | None
    events: int = 0
    objects: int = 0
    cases: int = 0
    left_out: int = 0
    """Events of the window that are in no trace: they belong to no case. 0 but for XES."""
    size_bytes: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    """How far each log was read."""
    events_of: dict[str, int] = field(default_factory=dict)
    """Events of the window, by service."""

    def shown(self) -> dict[str, Any]:
        """Give it for programs."""
        said = dict(vars(self))
        return {"from" if k == "begin" else "to" if k == "end" else k: v for k, v in said.items()}


class Watch:
    """Hears how far an export is; this one says nothing."""

    def begins(self, what: str, total: int) -> None:
        """Begin a part of the work: so many events."""

    def step(self, events: int) -> None:
        """So many more are done."""


def export(order: Order, tips: Mapping[str, int], watch: Watch | None = None) -> Summary:
    """Write an export of everything up to these positions (`tips_of`).

    The file takes its name when it is whole; what broke off leaves nothing behind.

    Raises:
        ConflictError: the file exists, and may not be overwritten.
        ContractError: its folder does not.
        UnavailableError: a database does not answer, or a library is missing.
    """
    watch = watch or Watch()
    check(order)
    shown = order.window.shown()
    summary = Summary(
        str(order.out), order.format.value, shown["from"], shown["to"], positions=dict(tips)
    )
    calendar = calendar_of(order.calendar_url)
    with tempfile.TemporaryDirectory(prefix=".banjian-export-", dir=order.out.parent) as folder:
        spool = Spool(Path(folder) / "spool.db", order.window, calendar)
        try:
            _fill(spool, order, tips, summary, watch)
            made = Path(folder) / "export"
            watch.begins("writing", spool.events)
            _WRITERS[order.format](spool, made, watch.step)
            _tell(spool, order.format, summary)
        finally:
            spool.close()
        summary.size_bytes = made.stat().st_size
        _name(made, order)
    return summary


def check(order: Order) -> None:
    """Refuse what cannot be written, before anything is read.

    Raises:
        ConflictError, ContractError, UnavailableError: as `export`.
    """
    if not order.out.parent.is_dir():
        raise ContractError(f"there is no folder {order.out.parent}: make it, or choose another")
    if order.out.is_dir():
        raise ContractError(f"{order.out} is a folder; --out names a file")
    if order.out.exists() and not order.overwrite:
        raise ConflictError(f"{order.out} exists: choose another name, or --force to replace it")
    if order.format is Format.PARQUET:
        flat.arrow_or_refuse()


def tips_of(urls: Mapping[str, str]) -> dict[str, int]:
    """Give the last position of each log."""
    import psycopg2
    from psycopg2 import sql

    from services.chassis.eventlog.failures import translate

    found = {}
    for service, url in urls.items():
        try:
            connection = psycopg2.connect(url, connect_timeout=10)
            try:
                with connection.cursor() as cursor:
                    cursor.execute(
                        sql.SQL("SELECT coalesce(max(position), 0) FROM {}.ledger").format(
                            sql.Identifier(service)
                        )
                    )
                    found[service] = int((cursor.fetchone() or (0,))[0])
            finally:
                connection.close()
        except psycopg2.Error as error:
            raise translate(error) from error
    return found


def _fill(
    spool: Spool, order: Order, tips: Mapping[str, int], summary: Summary, watch: Watch
) -> None:
    counted: Counter[str] = Counter()
    watch.begins("reading", sum(tips.values()))
    for service, url in order.urls.items():
        counted[service] = 0
        for events in read_log(url, service, 0, tips[service], BATCH):
            counted[service] += spool.add(events)
            watch.step(len(events))
    spool.ready()
    summary.events_of = dict(counted)


def _tell(spool: Spool, form: Format, summary: Summary) -> None:
    summary.objects = spool.objects
    summary.cases = spool.cases
    if form is Format.XES:
        summary.left_out = spool.count("SELECT count(*) FROM event WHERE case_no = ''")
        summary.cases = spool.count("SELECT count(DISTINCT nullif(case_no, '')) FROM event")
    elif form in (Format.CSV, Format.PARQUET):
        summary.cases = spool.count("SELECT count(DISTINCT nullif(case_no, '')) FROM event")
    summary.events = spool.events - summary.left_out


def _name(made: Path, order: Order) -> None:
    """Give the finished file its name, all at once."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    try:
        if order.overwrite:
            os.replace(made, order.out)
        else:
            os.link(made, order.out)  # refuses a file that came in the meantime
    except FileExistsError:
        raise ConflictError(
            f"{order.out} has appeared meanwhile: choose another name, or --force to replace it"
        ) from None
    except OSError as error:
        raise UnavailableError(f"{order.out} cannot be written: {error.strerror}") from None
    folder = os.open(order.out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def formats() -> Sequence[str]:
    """List the formats' names."""
    return [one.value for one in Format]
