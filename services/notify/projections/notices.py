"""Rows of notices, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert

RECORDED = "notify.notice-recorded.v1"
COLUMNS = (
    "dedup_key",
    "project_no",
    "notice",
    "template",
    "template_version",
    "channel",
    "subject_id",
    "legal_effect",
    "text",
    "department",
    "occurred_at",
)
_SELECT = "SELECT " + ", ".join(COLUMNS) + " FROM notice"  # noqa: S608 - our own column names


class Notice(msgspec.Struct, frozen=True):
    """One notice on file."""

    dedup_key: str
    project_no: str
    notice: str
    template: str
    template_version: int
    channel: str
    subject_id: str
    legal_effect: bool
    text: str = ""
    department: str = ""
    occurred_at: datetime | None = None


def project(event: Event) -> Iterable[Change]:
    """Give the row of a recorded notice."""
    if event.type == RECORDED:
        said = event.read(Notice)
        values = msgspec.structs.asdict(said)
        values |= {"department": event.body.department, "occurred_at": event.body.occurred_at}
        yield Insert("notice", tuple(values[column] for column in COLUMNS))


def list_notices(
    database: Database,
    *,
    project_no: str = "",
    kind: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[Notice]:
    """List notices, newest first, from behind the key (occurred_at, dedup_key)."""
    moment, key = after or (None, "")
    rows = database.read(
        _SELECT + " WHERE (%(project_no)s = '' OR project_no = %(project_no)s)"
        " AND (%(kind)s = '' OR notice = %(kind)s)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (occurred_at, dedup_key) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY occurred_at DESC, dedup_key DESC LIMIT %(limit)s",
        {
            "project_no": project_no,
            "kind": kind,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [_notice(row) for row in rows]


def get_notice(database: Database, kind: str, project_no: str) -> Notice:
    """Give the last notice of a kind about a case: a reopened case is completed more than once.

    Raises:
        NotFoundError: there is none.
    """
    rows = database.read(
        _SELECT + " WHERE project_no = %s AND notice = %s"
        " ORDER BY occurred_at DESC, length(dedup_key) DESC, dedup_key DESC LIMIT 1",
        (project_no, kind),
    )
    if not rows:
        raise NotFoundError("there is no such notice")
    return _notice(rows[0])


def _notice(row: tuple[object, ...]) -> Notice:
    return msgspec.convert(dict(zip(COLUMNS, row, strict=True)), Notice)
