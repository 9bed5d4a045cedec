"""The log of who opened what about whom, for which purpose. Appended to, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from services.chassis.eventlog.database import Database
from services.chassis.projection import Statement


class Purpose(Enum):
    """What personal data is opened for. A closed list: nobody writes a name into it."""

    CASE_HANDLING = "case_handling"
    """办件办理."""
    CONTACT = "contact"
    """联系当事人."""
    DELIVERY = "delivery"
    """送达."""
    COMPLAINT = "complaint"
    """投诉、差评处理."""
    SUPERVISION = "supervision"
    """监督检查."""
    LEGAL = "legal"
    """复议、诉讼."""
    ARCHIVE = "archive"
    """归档."""
    SUBJECT_REQUEST = "subject_request"
    """个人行使查阅、复制、更正、删除权."""
    FAULT = "fault"
    """报文差错处理."""


class Action(Enum):
    """What was done."""

    VIEW = "view"
    SEARCH = "search"
    EXPORT = "export"
    ERASE = "erase"
    BODY = "body"
    """A parked or refused message was opened."""


@dataclass(frozen=True)
class Opening:
    """Who opens, in which role, what for. `who` is an account."""

    who: str
    role: str
    purpose: Purpose
    correlation_id: str = ""


@dataclass(frozen=True)
class Access:
    """One line of the log."""

    id: int
    at: datetime
    action: str
    who: str
    role: str
    purpose: str
    subject_id: str | None
    fields: list[str]
    """Names; those that were shown masked end in `*`."""
    correlation_id: str


_COLUMNS = "id, at, action, who, role, purpose, subject_id, fields, correlation_id"


def recording(
    opening: Opening,
    action: Action,
    subject_ids: Iterable[str | None],
    fields: Collection[str] = (),
) -> Statement:
    """Give the change that does what `record` does, for a unit of work to write."""
    return Statement(
        "INSERT INTO vault_access (action, who, role, purpose, subject_id, fields, correlation_id)"
        " SELECT %s, %s, %s, %s, subject_id, %s::text[], %s"
        " FROM unnest(%s::text[]) AS person (subject_id)",
        (
            action.value,
            opening.who,
            opening.role,
            opening.purpose.value,
            sorted(fields),
            opening.correlation_id,
            list(subject_ids),
        ),
    )


def record(
    connection: Any,
    opening: Opening,
    action: Action,
    subject_ids: Iterable[str | None],
    fields: Collection[str] = (),
) -> None:
    """Write a line for each person, in the transaction that opens: no line, nothing is opened."""
    with connection.cursor() as cursor:
        cursor.execute(*recording(opening, action, subject_ids, fields))


def list_accesses(
    database: Database, subject_ids: Collection[str], *, before: int = 0, limit: int = 50
) -> list[Access]:
    """List who opened what about these persons, newest first, from before an id on."""
    rows = database.read(
        f"SELECT {_COLUMNS} FROM vault_access WHERE subject_id = ANY(%s)"  # noqa: S608 - our own column names
        " AND (%s = 0 OR id < %s) ORDER BY id DESC LIMIT %s",
        (list(subject_ids), before, before, limit),
    )
    return [Access(*row) for row in rows]
