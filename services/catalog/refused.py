"""Rows of outside systems that were refused, as they are kept beside the replies; bodies sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database

_COLUMNS = (
    "id, data_source, record, row_guid, subject, reason_code, reason, field, received_at,"
    " encode(digest, 'hex')"
)


@dataclass(frozen=True)
class Refused:
    """One refused row, without its body."""

    id: int
    data_source: str
    record: str
    row_guid: str | None
    subject: str | None
    """Business key of what the row is about, as far as it could be read."""
    reason_code: str
    reason: str
    field: str | None
    received_at: datetime
    digest: str
    """SHA-256 of the body, in hex: the sender can tell by it which message this was."""


def list_refused(
    database: Database,
    *,
    data_source: str = "",
    reason_code: str = "",
    row_guid: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[Refused]:
    """List refused rows in the order they came, those with an id above `after`."""
    rows = database.read(
        f"SELECT {_COLUMNS} FROM refused WHERE id > %(after)s"  # noqa: S608 - our own column names
        " AND (%(data_source)s = '' OR data_source = %(data_source)s)"
        " AND (%(reason_code)s = '' OR reason_code = %(reason_code)s)"
        " AND (%(row_guid)s = '' OR row_guid = %(row_guid)s) ORDER BY id LIMIT %(limit)s",
        {
            "after": after,
            "data_source": data_source,
            "reason_code": reason_code,
            "row_guid": row_guid,
            "limit": limit,
        },
    )
    return [Refused(*row) for row in rows]


def show(database: Database, number: int) -> Refused:
    """Give one refused row.

    Raises:
        NotFoundError: there is none of this number.
    """
    rows = database.read(f"SELECT {_COLUMNS} FROM refused WHERE id = %s", (number,))  # noqa: S608 - our own column names
    if not rows:
        raise NotFoundError(f"there is no refused record {number}")
    return Refused(*rows[0])
