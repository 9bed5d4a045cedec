"""What is read of decision documents, seals and certificates: lists, and one by what names it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.approval.domain.decision_terms import Seal
from services.approval.projections.applicants import applicants_of
from services.approval.projections.certificates import CERTIFICATE, DECISION
from services.chassis.eventlog.database import Database


class DecisionRow(msgspec.Struct, frozen=True):
    """One decision document in a list."""

    decision_no: str
    project_no: str
    task_id: str
    item_code: str
    department: str
    document: str
    result: str
    conditional: bool
    issued_at: datetime
    decided_by: str
    document_hash: str
    file_hash: str | None
    seal: str | None
    due_at: datetime | None
    light: str
    """Of the issuing limit: empty, `amber` or `red`; stays red."""
    served_at: datetime | None


class CertificateRow(msgspec.Struct, frozen=True):
    """One certificate in a list."""

    certificate_no: str
    project_no: str
    decision_no: str
    item_code: str
    department: str
    title: str
    issued_at: datetime
    valid_from: date
    valid_to: date | None
    status: str
    due_at: datetime
    dispatched_at: datetime | None
    served_at: datetime | None
    on_time: bool | None
    renewal_open: bool
    superseded_by: str | None
    library_id: str | None
    file_hash: str
    revocation_due_at: datetime | None = None
    """By when its revocation is to be decided; empty: nothing orders it, or it is decided."""
    revocation_letter: str | None = None
    """The broken promise that orders it."""


class Paper(msgspec.Struct, frozen=True):
    """A paper as the public page knows it: what it is and which event log says the rest."""

    kind: str
    """`decision` or `certificate`."""
    key: str


def seal_of(database: Database, seal: str) -> Seal | None:
    """Give a seal as catalog has told of it."""
    rows = database.read(
        "SELECT seal, department, custodian, since, suspended_on FROM seal WHERE seal = %s", (seal,)
    )
    return Seal(*rows[0]) if rows else None


def holder_of(database: Database, project_no: str) -> str:
    """Give the reference of who applied in a case; empty when intake's word has not come."""
    found = applicants_of(database, [project_no])
    return found[0].subject_id if found else ""


def unserved_of(database: Database, project_no: str) -> Sequence[str]:
    """Name the certificates of a case that have not reached their holder."""
    rows = database.read(
        "SELECT certificate_no FROM certificate_row WHERE project_no = %s AND served_at IS NULL"
        " AND status = '01' ORDER BY certificate_no",
        (project_no,),
    )
    return [row[0] for row in rows]


def issued_of(database: Database, project_no: str) -> Sequence[str]:
    """Name the certificates of a case that are not revoked."""
    rows = database.read(
        "SELECT certificate_no FROM certificate_row WHERE project_no = %s AND status <> '03'"
        " ORDER BY certificate_no",
        (project_no,),
    )
    return [row[0] for row in rows]


def paper_of_code(database: Database, code_hash: str) -> Paper | None:
    """Say which paper bears a code, by the code's hash."""
    return _paper(database, "code_hash = %(hash)s", code_hash)


def paper_of_file(database: Database, file_hash: str) -> Paper | None:
    """Say which paper a file is, byte by byte; a decision counts with its seal only."""
    return _paper(database, "file_hash = %(hash)s", file_hash)


def _paper(database: Database, condition: str, digest: str) -> Paper | None:
    rows = database.read(
        f"SELECT 'certificate', certificate_no FROM certificate_row WHERE {condition}"  # noqa: S608 - our own words
        f" UNION ALL SELECT 'decision', decision_no FROM decision_row WHERE {condition} LIMIT 1",
        {"hash": digest},
    )
    return Paper(*rows[0]) if rows else None


def list_decisions(
    database: Database,
    *,
    department: str = "",
    project_no: str = "",
    light: str = "",
    unserved: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[DecisionRow]:
    """List decision documents, newest first, from behind the key; empty filters match all."""
    columns = [name for name in DECISION if name != "code_hash"]
    rows = database.read(
        f"SELECT {', '.join(columns)} FROM decision_row"  # noqa: S608 - our own column names
        + _WHERE
        + " AND (%(light)s = '' OR light = %(light)s)"
        " AND (NOT %(unserved)s OR (due_at IS NOT NULL AND served_at IS NULL))"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (issued_at, decision_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY issued_at DESC, decision_no DESC LIMIT %(limit)s",
        _params(department, project_no, after, limit) | {"light": light, "unserved": unserved},
    )
    return [DecisionRow(*row) for row in rows]


def list_certificates(
    database: Database,
    *,
    department: str = "",
    project_no: str = "",
    status: str = "",
    unserved: bool = False,
    revocation: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CertificateRow]:
    """List certificates, newest first, from behind the key; empty filters match all."""
    columns = [name for name in CERTIFICATE if name != "code_hash"]
    rows = database.read(
        f"SELECT {', '.join(columns)} FROM certificate_row"  # noqa: S608 - our own column names
        + _WHERE
        + " AND (%(status)s = '' OR status = %(status)s)"
        " AND (NOT %(unserved)s OR served_at IS NULL)"
        " AND (NOT %(revocation)s OR revocation_due_at IS NOT NULL)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (issued_at, certificate_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY issued_at DESC, certificate_no DESC LIMIT %(limit)s",
        _params(department, project_no, after, limit)
        | {"status": status, "unserved": unserved, "revocation": revocation},
    )
    return [CertificateRow(*row) for row in rows]


_WHERE: Final = (
    " WHERE (%(department)s = '' OR department = %(department)s)"
    " AND (%(project_no)s = '' OR project_no = %(project_no)s)"
)


def _params(
    department: str, project_no: str, after: tuple[datetime, str] | None, limit: int
) -> dict[str, Any]:
    moment, key = after or (None, "")
    return {
        "department": department,
        "project_no": project_no,
        "moment": moment,
        "key": key,
        "limit": limit,
    }
