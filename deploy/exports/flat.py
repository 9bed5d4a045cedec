"""One row an event, case by case: CSV (RFC 4180, UTF-8 with BOM) and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from deploy.exports.lives import KINDS
from deploy.exports.spool import Row, Spool, spelled
from deploy.exports.vocabulary import LIMITS
from services.chassis.errors import UnavailableError

if TYPE_CHECKING:
    import pyarrow

_OF_EVENT: Final[Mapping[str, str]] = {
    "event_id": "string",
    "case_id": "string",
    "activity": "string",
    "time": "time",
    "recorded_at": "time",
    "service": "string",
    "position": "integer",
    "topic": "string",
    "transition": "string",
    "task_id": "string",
    "department": "string",
    "resource": "string",
    "role": "string",
}
_LIMIT_KINDS: Final = dict(zip(LIMITS, ("integer", "string", "time") * 2, strict=True))
_OF_CASE: Final[Mapping[str, str]] = {
    "item_code": "string",
    "item_name": "string",
    "case_type": "string",
    "channel": "string",
    "department": "string",
    "accepted_at": "time",
    "completed_at": "time",
    **_LIMIT_KINDS,
    "completion_kind": "integer",
    "granted": "boolean",
    "on_time": "boolean",
    **KINDS,
}
_OF_TASK: Final[Mapping[str, str]] = {
    "item_code": "string",
    "department": "string",
    "outcome": "string",
    "decided_at": "time",
    **_LIMIT_KINDS,
    **KINDS,
}
COLUMNS: Final[Mapping[str, str]] = {
    **_OF_EVENT,
    **{f"case_{name}": kind for name, kind in _OF_CASE.items()},
    **{f"task_{name}": kind for name, kind in _OF_TASK.items()},
    "attributes": "string",
}
"""Columns with their types; `attributes` is the event's own, as JSON."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_GROUP: Final = 20_000
"""Rows of a row group of Parquet: what is in memory at once."""
_encode = msgspec.json.Encoder(order="deterministic").encode


def write_csv(spool: Spool, path: Path, step: Callable[[int], None]) -> None:
    """Write the file; text that a spreadsheet would run gets a leading apostrophe."""
    with path.open("w", encoding="utf-8-sig", newline="", buffering=1 << 20) as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in _rows(spool):
            writer.writerow([_cell(value) for value in row])
            step(1)


def write_parquet(spool: Spool, path: Path, step: Callable[[int], None]) -> None:
    """Write the file, typed, compressed with zstd.

    Raises:
        UnavailableError: pyarrow is not installed.
    """
    arrow = arrow_or_refuse()
    from pyarrow import parquet

    types = {
        "string": arrow.string(),
        "time": arrow.timestamp("us", tz="Asia/Shanghai"),
        "integer": arrow.int64(),
        "float": arrow.float64(),
        "boolean": arrow.bool_(),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        waiting: list[list[Any]] = []
        for row in _rows(spool):
            waiting.append(row)
            if len(waiting) == _GROUP:
                writer.write_batch(_batch(arrow, schema, waiting))
                step(len(waiting))
                waiting = []
        writer.write_batch(_batch(arrow, schema, waiting))
        step(len(waiting))


def arrow_or_refuse() -> Any:
    """Give pyarrow.

    Raises:
        UnavailableError: it is not installed; says how to get it.
    """
    try:
        import pyarrow
    except ImportError:
        raise UnavailableError(
            "Parquet needs pyarrow, which is not installed: pip install 'banjian[analysis]', "
            "or export --format csv"
        ) from None
    return pyarrow


def _batch(arrow: Any, schema: pyarrow.Schema, rows: list[list[Any]]) -> pyarrow.RecordBatch:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
    arrays = [
        arrow.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return arrow.RecordBatch.from_arrays(arrays, schema=schema)


def _rows(spool: Spool) -> Iterator[list[Any]]:
    for case, rows in spool.by_case():
        of_case = _typed(spool.thing(f"case:{case}", "case").values if case else {}, _OF_CASE)
        tasks: dict[str, list[Any]] = {"": [None] * len(_OF_TASK)}
        for row in rows:
            if row.task not in tasks:
                if len(tasks) > _GROUP:  # events of no case may name any number of them
                    tasks = {"": tasks[""]}
                found = spool.thing(f"task:{row.task}", "task").values
                tasks[row.task] = _typed(found, _OF_TASK)
            yield [*_of_event(row), *of_case, *tasks[row.task], _encode(row.attributes).decode()]


def _of_event(row: Row) -> list[Any]:
    return [
        row.id,
        row.case or None,
        row.plan.activity,
        row.at,
        row.recorded_at,
        row.source,
        row.position,
        row.plan.topic,
        row.plan.lifecycle,
        row.task or None,
        row.unit or None,
        row.resource or None,
        row.role or None,
    ]


def _typed(values: Mapping[str, Any], kinds: Mapping[str, str]) -> list[Any]:
    return [
        datetime.fromisoformat(value) if kind == "time" and value is not None else value
        for value, kind in ((values.get(name), kind) for name, kind in kinds.items())
    ]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return spelled(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
