"""Rows of village certificates, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Update

VILLAGE = (
    "request_no",
    "state",
    "kind",
    "village",
    "township",
    "account",
    "channel",
    "requested_at",
    "due_at",
    "verified_at",
    "issued_at",
    "certificate_no",
    "valid_until",
    "reason",
    "overdue",
    "code_digest",
)
_SHOWN = VILLAGE[:-1]


class CertificateRow(msgspec.Struct, frozen=True):
    """One village certificate in a list."""

    request_no: str
    state: str
    kind: str
    village: str
    township: str
    account: str | None
    channel: str
    requested_at: datetime
    due_at: datetime | None
    """End of the stage under way."""
    verified_at: datetime | None
    issued_at: datetime | None
    certificate_no: str | None
    valid_until: datetime | None
    reason: str | None
    overdue: bool
    """A stage was not done on its promised day."""


class Sealed(msgspec.Struct, frozen=True):
    """What a certificate is checked against."""

    kind: str
    township: str
    issued_at: datetime
    valid_until: datetime
    code_digest: str


class _Said(msgspec.Struct, frozen=True):
    request_no: str
    kind: str = ""
    village: str = ""
    township: str = ""
    account: str | None = None
    channel: str = ""
    requested_at: datetime | None = None
    due_at: datetime | None = None
    verified_at: datetime | None = None
    issued_at: datetime | None = None
    certificate_no: str | None = None
    valid_until: datetime | None = None
    reason: str | None = None
    code_digest: str | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.village-certificate-requested.v1":
            said = event.read(_Said)
            row = (said.request_no, "requested", said.kind, said.village, said.township)
            asked = (said.account, said.channel, said.requested_at, said.due_at)
            yield Insert("village_row", (*row, *asked, None, None, None, None, None, False, None))
        case "intake.village-certificate-verified.v1":
            said = event.read(_Said)
            yield _set(said, state="verified", verified_at=said.verified_at, due_at=said.due_at)
        case "intake.village-certificate-issued.v1":
            said = event.read(_Said)
            yield _set(
                said,
                state="issued",
                due_at=None,
                issued_at=said.issued_at,
                certificate_no=said.certificate_no,
                valid_until=said.valid_until,
                code_digest=said.code_digest,
            )
        case "intake.village-certificate-refused.v1":
            said = event.read(_Said)
            yield _set(said, state="refused", due_at=None, reason=said.reason)
        case "intake.village-certificate-withdrawn.v1":
            yield _set(event.read(_Said), state="withdrawn", due_at=None)
        case "intake.village-certificate-overdue.v1":
            yield _set(event.read(_Said), overdue=True)


def _set(said: _Said, **values: object) -> Change:
    return Update("village_row", {"request_no": said.request_no}, values)


def list_certificates(
    database: Database,
    *,
    state: str = "",
    kind: str = "",
    village: str = "",
    township: str = "",
    account: str = "",
    overdue: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CertificateRow]:
    """List requests, newest first, from behind the key (requested_at, request_no)."""
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(_SHOWN)} FROM village_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(kind)s = '' OR kind = %(kind)s)"
        " AND (%(village)s = '' OR village = %(village)s)"
        " AND (%(township)s = '' OR township = %(township)s)"
        " AND (%(account)s = '' OR account = %(account)s)"
        " AND (NOT %(overdue)s OR overdue)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (requested_at, request_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY requested_at DESC, request_no DESC LIMIT %(limit)s",
        {
            "state": state,
            "kind": kind,
            "village": village,
            "township": township,
            "account": account,
            "overdue": overdue,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [CertificateRow(*row) for row in rows]


def sealed_certificate(database: Database, certificate_no: str) -> Sealed | None:
    """Give what a certificate is checked against; None when there is no such certificate."""
    rows = database.read(
        "SELECT kind, township, issued_at, valid_until, code_digest FROM village_row"
        " WHERE certificate_no = %s",
        (certificate_no,),
    )
    return Sealed(*rows[0]) if rows else None
