"""Materials of cases in a row each, and the certificates approval has told of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update
from services.intake.domain.material_terms import Certificate
from services.intake.messages.certificates import (
    CERTIFICATE_ISSUED,
    CERTIFICATE_READS,
    CertificateEnded,
    CertificateIssued,
)

MATERIAL: Final = (
    "project_no",
    "material_code",
    "name",
    "state",
    "department",
    "changed_at",
    "form",
    "copies",
    "content_hash",
    "size_bytes",
    "media_type",
    "certificate_id",
    "reason",
    "due_on",
    "lapsed",
)
CERTIFICATE: Final = ("certificate_no", "item_code", "subject_id", "valid_to", "ended")
TABLES: Final[Mapping[str, Sequence[str]]] = {
    "material_row": MATERIAL,
    "certificate_row": CERTIFICATE,
}


class MaterialRow(msgspec.Struct, frozen=True):
    """One material that came, or was promised."""

    project_no: str
    material_code: str
    name: str
    state: str
    department: str
    changed_at: datetime
    form: str | None
    copies: int
    content_hash: str | None
    size_bytes: int | None
    media_type: str | None
    certificate_id: str | None
    reason: str | None
    due_on: date | None
    lapsed: bool


class _Gone(msgspec.Struct, frozen=True):
    project_no: str
    material_code: str


class _Said(msgspec.Struct, frozen=True):
    project_no: str
    material_code: str
    name: str
    form: str | None = None
    copies: int = 0
    content_hash: str | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    certificate_id: str | None = None
    reason: str | None = None
    due_on: date | None = None


_UPSERT: Final = (
    "INSERT INTO material_row (project_no, material_code, name, state, department, changed_at,"
    " form, copies, content_hash, size_bytes, media_type, certificate_id, due_on)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (project_no, material_code) DO UPDATE SET name = excluded.name,"
    " state = excluded.state, department = excluded.department,"
    " changed_at = excluded.changed_at, form = excluded.form, copies = excluded.copies,"
    " content_hash = excluded.content_hash, size_bytes = excluded.size_bytes,"
    " media_type = excluded.media_type, certificate_id = excluded.certificate_id, reason = NULL,"
    " due_on = coalesce(excluded.due_on, material_row.due_on)"
)
_MOVE: Final = (
    "UPDATE material_row SET state = %s, changed_at = %s, reason = coalesce(%s, reason)"
    " WHERE project_no = %s AND material_code = %s"
)
_STATES: Final = {
    "intake.material-received.v1": "received",
    "intake.material-reused-from-library.v1": "reused",
    "intake.material-promised.v1": "promised",
    "intake.material-rejected.v1": "rejected",
    "intake.material-returned.v1": "returned",
}
_MOVES: Final = frozenset({"rejected", "returned"})
_RETRACTED: Final = "intake.material-retracted.v1"
_LAPSED: Final = "intake.material-promise-lapsed.v1"


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    if event.type == _LAPSED:
        said = event.read(_Said)
        yield Update(
            "material_row",
            {"project_no": said.project_no, "material_code": said.material_code},
            {"lapsed": True, "changed_at": event.body.occurred_at},
        )
    elif event.type == _RETRACTED:
        gone = event.read(_Gone)
        yield Statement(
            "UPDATE material_row SET state = 'promised', changed_at = %s, form = NULL"
            " WHERE project_no = %s AND material_code = %s AND due_on IS NOT NULL",
            (event.body.occurred_at, gone.project_no, gone.material_code),
        )
        yield Statement(
            "DELETE FROM material_row WHERE project_no = %s AND material_code = %s"
            " AND due_on IS NULL",
            (gone.project_no, gone.material_code),
        )
    elif event.type in _STATES:
        yield _moved(event, event.read(_Said), _STATES[event.type])
    elif event.type == CERTIFICATE_ISSUED:
        yield _issued(event.read(CertificateIssued))
    elif event.type in CERTIFICATE_READS:
        ended = event.read(CertificateEnded)
        yield Update("certificate_row", {"certificate_no": ended.certificate_no}, {"ended": True})


def _moved(event: Event, said: _Said, state: str) -> Change:
    at = event.body.occurred_at
    if state in _MOVES:
        return Statement(_MOVE, (state, at, said.reason, said.project_no, said.material_code))
    return Statement(
        _UPSERT,
        (
            said.project_no,
            said.material_code,
            said.name,
            state,
            event.body.department,
            at,
            "library" if state == "reused" else said.form,
            said.copies,
            said.content_hash,
            said.size_bytes,
            said.media_type,
            said.certificate_id,
            said.due_on,
        ),
    )


def _issued(said: CertificateIssued) -> Change:
    return Statement(
        "INSERT INTO certificate_row (certificate_no, item_code, subject_id, valid_to)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (certificate_no) DO NOTHING",
        (said.certificate_no, said.item_code, said.subject_id, said.valid_to),
    )


def list_materials(
    database: Database,
    *,
    state: str = "",
    department: str = "",
    project_no: str = "",
    after: tuple[datetime, str, str] | None = None,
    limit: int = 50,
) -> list[MaterialRow]:
    """List materials, the last changed first; empty filters match all."""
    at, number, code = after or (None, "", "")
    columns = ", ".join(MATERIAL)
    rows = database.read(
        f"SELECT {columns} FROM material_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(department)s = '' OR department = %(department)s)"
        " AND (%(project_no)s = '' OR project_no = %(project_no)s)"
        " AND (%(at)s::timestamptz IS NULL"
        " OR (changed_at, project_no, material_code) < (%(at)s, %(number)s, %(code)s))"
        " ORDER BY changed_at DESC, project_no DESC, material_code DESC LIMIT %(limit)s",
        {
            "state": state,
            "department": department,
            "project_no": project_no,
            "at": at,
            "number": number,
            "code": code,
            "limit": limit,
        },
    )
    return [MaterialRow(*row) for row in rows]


class CertificateLibrary:
    """The certificate library as approval's events tell it (`material_terms.Library`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, subject_ids: Collection[str]) -> list[Certificate]:
        rows = self._database.read(
            "SELECT certificate_no, item_code, subject_id, valid_to, ended FROM certificate_row"
            " WHERE subject_id = ANY(%s) ORDER BY certificate_no",
            (list(subject_ids),),
        )
        return [Certificate(*row) for row in rows]
