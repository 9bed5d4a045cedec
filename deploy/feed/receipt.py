"""Read a permit log (one CSV row a step) as the records its office would have sent.

The format is that of a flattened XES log: attributes of the case repeat on each of its rows, the
row itself is one finished step. UTF-8 with or without a byte order mark, UTF-16 with one, and GBK
are read. A bad row is refused with its line number and its reason; the rest goes on.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from deploy.feed.exchange import Acceptance, Exchange, Step
from deploy.feed.records import Item, Record, in_time_order
from services.chassis.errors import ContractError

CASE = "case:concept:name"
CASE_FIELDS = (
    "case:startdate",
    "case:enddate",
    "case:deadline",
    "case:channel",
    "case:department",
    "case:responsible",
)
STEP_FIELDS = ("concept:instance", "concept:name", "time:timestamp", "org:resource", "org:group")
COLUMNS = (CASE, *CASE_FIELDS, *STEP_FIELDS)
MUST_HAVE = (CASE, "case:startdate", "case:department", "concept:name", "time:timestamp")
"""Columns that may not be empty in any row."""

_CASE_NUMBER = re.compile(r"[0-9A-Za-z._-]{1,50}", re.ASCII)
"""Of `project_no` in contracts/ingress."""

DATA_SOURCE = "permit-log"
ITEM_CODE = "113412XXMB0000001X4000100001000"
"""The one item of such a log. Invented: region and body are placeholders, never a real office."""

ITEM = Item(
    {
        "item_code": ITEM_CODE,
        "item_version": 1,
        "name": "环境许可(受理阶段)",
        "item_type": "01",
        "case_type": "PROMISED",
        "department": "General",
        "department_name": "General",
        "statutory_limit_days": 40,
        "promised_limit_days": 40,
        "lists": ["POWER"],
        # One date for every log: publishing it again must say the same.
        "effective_from": "2000-01-01T00:00:00+08:00",
    }
)


@dataclass(frozen=True)
class Refusal:
    """A row that is not sent, and why."""

    line: int
    reason: str


@dataclass
class Log:
    """A permit log, read."""

    items: list[Item] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    batch: str = ""


def read(path: Path) -> Log:
    """Read the log at `path`.

    Raises:
        ContractError: the file is missing, is not text, or lacks columns (all of them are named).
    """
    try:
        stored = path.read_bytes()
    except OSError as problem:
        raise ContractError(f"Cannot read {path}: {problem.strerror}.") from problem
    return parse(stored, str(path))


def parse(stored: bytes, name: str = "the file") -> Log:
    """Turn the bytes of a log into records in time order; see `read`."""
    batch = sha256(stored).hexdigest()[:16]
    log = Log(batch=batch)
    exchange = Exchange(DATA_SOURCE, batch)
    cases: dict[str, tuple[int, dict[str, str]]] = {}
    seen: dict[str, int] = {}
    for line, row in _rows(stored, name, log):
        try:
            step = _step(row)
            said = {column: row[column] for column in CASE_FIELDS}
            first, known = cases.get(row[CASE], (line, said))
            for column, value in said.items():
                if value != known[column]:
                    raise ValueError(f"{column} differs from line {first} of the same case")
            made = [] if row[CASE] in cases else _case(exchange, row, line)
            record = exchange.process(step, line)
            if record.row_guid in seen:
                raise ValueError(f"it repeats line {seen[record.row_guid]}")
        except ValueError as problem:
            log.refused.append(Refusal(line, str(problem)))
            continue
        cases.setdefault(row[CASE], (line, said))
        seen[record.row_guid] = line
        log.records += [*made, record]
    log.records = in_time_order(log.records)
    if log.records:
        log.items = [ITEM]
    return log


def decode(stored: bytes, name: str) -> str:
    """Decode UTF-8, UTF-16 with its mark, or GBK (as GB 18030, which contains it)."""
    marked = stored[:2] in (b"\xff\xfe", b"\xfe\xff")
    for spelling in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = stored.decode(spelling)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ContractError(f"{name} is not text in UTF-8, UTF-16 or GBK.")


def moment(column: str, said: str) -> datetime:
    """Read an ISO 8601 time that carries an offset; full-width digits are read as digits.

    Raises:
        ValueError: not a time, not a possible date, or without an offset.
    """
    try:
        at = datetime.fromisoformat(unicodedata.normalize("NFKC", said).strip())
    except ValueError as problem:
        raise ValueError(f"{column} {said!r} is not a date and time ({problem})") from None
    if at.tzinfo is None:
        raise ValueError(f"{column} {said!r} has no offset from UTC")
    return at


def department_code(name: str) -> str:
    """Give the routing-safe code of a department that the log only names."""
    return "-".join(name.replace(".", " ").split())


def _rows(stored: bytes, name: str, log: Log) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(decode(stored, name), newline=""))
    header = [column.strip() for column in next(reader, [])]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise ContractError(f"{name} lacks the columns {', '.join(missing)}.", missing=missing)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            log.refused.append(Refusal(line, f"not a CSV row: {problem}"))
            continue
        if not values:
            continue
        if len(values) != len(header):
            reason = f"it has {len(values)} fields, the header has {len(header)}"
            log.refused.append(Refusal(line, reason))
            continue
        yield line, dict(zip(header, (value.strip() for value in values), strict=True))


def _step(row: dict[str, str]) -> Step:
    for column in MUST_HAVE:
        if not row[column]:
            raise ValueError(f"{column} is empty")
    if not _CASE_NUMBER.fullmatch(row[CASE]):
        raise ValueError(f"{CASE} {row[CASE]!r} cannot be a case number (letters, digits, . _ -)")
    at = moment("time:timestamp", row["time:timestamp"])
    return Step(
        project_no=row[CASE],
        key=tuple(row[column] for column in STEP_FIELDS),
        name=row["concept:name"],
        started_at=at,
        ended_at=at,
        handler=row["org:resource"],
        unit=row["org:group"],
    )


def _case(exchange: Exchange, row: dict[str, str], line: int) -> list[Record]:
    accepted_at = moment("case:startdate", row["case:startdate"])
    deadline, end = row["case:deadline"], row["case:enddate"]
    records = [
        exchange.accept(
            Acceptance(
                project_no=row[CASE],
                task_code=ITEM_CODE,
                task_version=1,
                accepted_at=accepted_at,
                promise_at=moment("case:deadline", deadline) if deadline else None,
                channel=row["case:channel"],
                org_code=department_code(row["case:department"]),
                org_name=row["case:department"],
                immediate=False,
                handler=row["case:responsible"],
            ),
            line,
        )
    ]
    if end:
        records.append(exchange.result(row[CASE], moment("case:enddate", end), line=line))
    return records
