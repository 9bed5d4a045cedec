"""Records that were refused, kept as they came: beside every reply stands what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.projection import Statement
from services.chassis.vault import (
    HELD,
    Action,
    BodyTable,
    BodyVault,
    Opening,
    Seal,
    SealError,
    keeping,
    record,
)
from services.intake.domain.refusal import Reply

REFUSED: Final = BodyTable("refused", "project_no", "true", "false", "")
BODIES: Final = (HELD, REFUSED)
"""Where bodies from outside are kept, sealed."""


@dataclass(frozen=True)
class Refused:
    """One refused record, without its body."""

    id: int
    data_source: str
    record: str
    row_guid: str | None
    project_no: str | None
    reason_code: str
    reason: str
    field: str | None
    received_at: datetime
    digest: str
    """SHA-256 of the body, in hex: the sender can tell by it which message this was."""
    size_bytes: int


_COLUMNS = (
    "id, data_source, record, row_guid, project_no, reason_code, reason, field, received_at,"
    " encode(digest, 'hex'), size_bytes"
)


def keep(reply: Reply, body: bytes, received_at: datetime, vault: BodyVault) -> Statement:
    """Give the change that keeps a refused record; the same body of a sender is kept once.

    The body may name persons, so only a holder of the vault key reads it (`open_body`).
    """
    digest = sha256(body).digest()
    sealed, *key = vault.seal_body(body, digest)
    return keeping(
        "INSERT INTO refused (data_source, record, row_guid, project_no, reason_code, reason,"
        " field, received_at, digest, size_bytes, body)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (data_source, digest) DO NOTHING",
        (
            reply.data_source,
            reply.record,
            reply.row_guid,
            reply.project_no,
            reply.reason_code,
            reply.reason,
            reply.field,
            received_at,
            digest,
            len(body),
            sealed,
        ),
        key,
    )


def list_refused(
    database: Database,
    *,
    data_source: str = "",
    reason_code: str = "",
    row_guid: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[Refused]:
    """List refused records in the order they came, those with an id above `after`."""
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
    """Give one refused record.

    Raises:
        NotFoundError: there is none of this number.
    """
    return Refused(*_one(database, number, _COLUMNS))


def open_body(database: Database, number: int, seal: Seal, opening: Opening | None = None) -> bytes:
    """Give the body of a refused record as it came. It may name persons: never log it.

    That a person opens it is written into the log of accesses: `opening` says who.

    Raises:
        NotFoundError: there is none of this number.
        SealError: it was sealed with another key, or changed, or a person in it was erased.
    """
    digest, body = _one(database, number, "digest, body")
    if not body:
        raise SealError("a person in it was erased")
    if opening is not None:
        with database.transaction() as cursor:
            record(cursor.connection, opening, Action.BODY, [None], [f"refused/{number}"])
    return BodyVault(seal, database).open(bytes(body), bytes(digest))


def _one(database: Database, number: int, columns: str) -> tuple[Any, ...]:
    rows = database.read(f"SELECT {columns} FROM refused WHERE id = %s", (number,))  # noqa: S608 - our own column names
    if not rows:
        raise NotFoundError(f"there is no refused record {number}")
    return tuple(rows[0])
