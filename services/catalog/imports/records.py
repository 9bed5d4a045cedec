"""Translates catalog rows of outside systems (contracts/ingress/catalog-*) into rows. Pure.

Routing key `<data_source>.catalog.<kind>`, record `catalog-<kind>`; the fields are those of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from services.catalog.domain.refusal import Reply
from services.catalog.imports.formats import Raw
from services.catalog.imports.implementation import read_implementation
from services.catalog.imports.kinds import READERS
from services.catalog.imports.report import RowError
from services.catalog.imports.rows import Kind, Reader, Row, WrongRowError
from services.chassis.errors import ContractError
from services.kernel.times import TimeTextError, plain, read_time

PREFIX = "catalog-"
OPERATIONS = {"I": "insert", "U": "update", "D": "delete"}
KEYS: Mapping[Kind, str] = {
    Kind.REGION: "region_code",
    Kind.DEPARTMENT: "dept_code",
    Kind.WINDOW: "window_no",
    Kind.STAFF: "staff_no",
    Kind.DELEGATION: "delegation_no",
    Kind.SEAL: "seal_no",
    Kind.CALENDAR: "year",
    Kind.BASIC: "catalog_code",
    Kind.IMPLEMENTATION: "task_code",
    Kind.CLAIM: "catalog_code",
    Kind.SCHEME: "scheme",
    Kind.ADJUSTMENT: "task_code",
}
"""The field that says what a row is about."""
_ENVELOPE = ("record", "row_guid", "cd_operation", "cd_time", "cd_batch", "data_source")


class RefusedError(Exception):
    """A row that cannot be taken; carries the reply to its sender."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.reason_code)
        self.reply = reply


_Refuse = Callable[[str, str, str], RefusedError]


@dataclass(frozen=True)
class Incoming:
    """A row of an outside system. `row` is None exactly for a delete."""

    kind: Kind
    data_source: str
    row_guid: str
    operation: str
    """insert, update or delete."""
    source_time: datetime
    about: str
    digest: bytes
    """Of what it says, without the envelope; the same for the same content."""
    row: Row | None
    body: bytes
    message_id: str = ""
    """The sender's, when it is a UUID."""

    @property
    def record(self) -> str:
        return PREFIX + self.kind.value

    @property
    def key(self) -> tuple[str, str]:
        return self.data_source, self.row_guid

    def refusal(self, code: str, reason: str, field: str = "") -> Reply:
        """Give the reply that refuses it."""
        return Reply(
            self.data_source,
            self.record,
            code,
            reason[:500],
            self.row_guid,
            self.about or None,
            field or None,
        )


def translate(body: bytes, now: datetime, source: str = "", message_id: str = "") -> Incoming:
    """Read one message; `source` is who sent it, for the reply when the row does not say.

    Raises:
        RefusedError: it is JSON, but a field is missing, of a wrong type or impossible.
        ContractError: it is no JSON object.
    """
    try:
        cells = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ContractError("the record is not a JSON object in UTF-8") from None

    def told(name: str, longest: int = 64) -> str:
        value = cells.get(name)
        text = plain(value) if isinstance(value, str) else ""
        return text[:longest] if text.isprintable() else ""

    record = told("record")
    about = ""

    def refuse(code: str, field: str, reason: str) -> RefusedError:
        sender = told("data_source") or source[:64] or "unknown"
        guid = told("row_guid") or None
        named = record if record.startswith(PREFIX) else "catalog"
        return RefusedError(
            Reply(sender, named, code, reason[:500], guid, about or None, field or None)
        )

    try:
        kind = Kind(record.removeprefix(PREFIX)) if record.startswith(PREFIX) else None
    except ValueError:
        kind = None
    if kind is None:
        raise refuse("bad_value", "record", "没有这种记录 (there is no such record)")
    for name in ("row_guid", "data_source", "cd_time", "cd_operation"):
        if not told(name):
            raise refuse("missing_field", name, "缺少必填字段 (a required field is missing)")
    about = told(KEYS[kind]) or (str(cells["year"]) if isinstance(cells.get("year"), int) else "")
    operation = OPERATIONS.get(told("cd_operation"), told("cd_operation"))
    if operation not in OPERATIONS.values():
        raise refuse(
            "bad_value", "cd_operation", "应为 insert、update 或 delete (give one of them)"
        )
    try:
        source_time = read_time(told("cd_time"))
    except TimeTextError as error:
        raise refuse(error.reason, "cd_time", f"cd_time {error}") from None
    said = {name: value for name, value in cells.items() if name not in _ENVELOPE}
    row = None
    if operation != "delete":
        row = _row(said, kind, now, refuse)
        about = row.key
    said = dict(sorted(said.items()))
    return Incoming(
        kind=kind,
        data_source=told("data_source"),
        row_guid=told("row_guid"),
        operation=operation,
        source_time=source_time,
        about=about,
        digest=sha256(msgspec.json.encode(said, order="sorted")).digest(),
        row=row,
        body=body,
        message_id=thread_of(message_id),
    )


def _row(said: dict[str, object], kind: Kind, now: datetime, refuse: _Refuse) -> Row:
    reader = Reader(Raw(0, said, kind.value), kind.value, now)
    try:
        if kind is Kind.IMPLEMENTATION:
            return read_implementation(reader, {})
        return READERS[kind](reader)
    except WrongRowError as wrong:
        first: RowError = wrong.errors[0]
        raise refuse(first.rule, first.field, f"{first.reason}。{first.remedy}") from None


def thread_of(message_id: str) -> str:
    """Give a sender's message id if it is a UUID, else nothing: it can be anything, a name too."""
    try:
        return str(UUID(message_id))
    except ValueError:
        return ""
