"""What events change in the rows of decision documents, seals and certificates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update

DECISION: Final = (
    "decision_no",
    "project_no",
    "task_id",
    "item_code",
    "department",
    "document",
    "result",
    "conditional",
    "issued_at",
    "decided_by",
    "document_hash",
    "code_hash",
    "file_hash",
    "seal",
    "due_at",
    "light",
    "served_at",
)
CERTIFICATE: Final = (
    "certificate_no",
    "project_no",
    "decision_no",
    "item_code",
    "department",
    "title",
    "issued_at",
    "valid_from",
    "valid_to",
    "status",
    "due_at",
    "dispatched_at",
    "served_at",
    "on_time",
    "renewal_open",
    "superseded_by",
    "library_id",
    "file_hash",
    "code_hash",
    "revocation_due_at",
    "revocation_letter",
)


class SealRegistered(msgspec.Struct, frozen=True):
    """A seal, new or in its newest form."""

    seal: str
    department: str
    custodian: str
    since: date


class SealSuspended(msgspec.Struct, frozen=True):
    """From this day on the seal may not be used."""

    seal: str
    on: date


READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "catalog.approval-seal-registered.v1": SealRegistered,
    "catalog.approval-seal-suspended.v1": SealSuspended,
}
"""Of catalog; part of `messages.READS`."""


class _Decision(msgspec.Struct, frozen=True):
    decision_no: str
    project_no: str = ""
    task_id: str = ""
    item_code: str = ""
    department: str = ""
    document: str = ""
    result: str = ""
    conditional: bool = False
    issued_at: datetime | None = None
    decided_by: str = ""
    document_hash: str = ""
    code_hash: str = ""
    file_hash: str = ""
    seal: str = ""
    due_at: datetime | None = None
    new_due_at: datetime | None = None
    served_at: datetime | None = None


class _Certificate(msgspec.Struct, frozen=True):
    certificate_no: str
    project_no: str = ""
    decision_no: str = ""
    item_code: str = ""
    department: str = ""
    title: str = ""
    issued_at: datetime | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    due_at: datetime | None = None
    file_hash: str = ""
    code_hash: str = ""
    dispatched_at: datetime | None = None
    served_at: datetime | None = None
    on_time: bool | None = None
    by: str | None = None
    library_id: str | None = None
    commitment_no: str | None = None


_ENDS: Final[Mapping[str, str]] = {
    "approval.certificate-cancelled.v1": "04",
    "approval.certificate-expired.v1": "05",
    "approval.certificate-transferred.v1": "06",
    "approval.certificate-withdrawn.v1": "07",
}


def project_seals(event: Event) -> Iterable[Change]:
    """Give what an event of catalog changes in the seals."""
    match event.type:
        case "catalog.approval-seal-registered.v1":
            yield Statement(
                "INSERT INTO seal (seal, department, custodian, since) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (seal) DO UPDATE SET department = excluded.department,"
                " custodian = excluded.custodian, since = excluded.since, suspended_on = NULL",
                msgspec.structs.astuple(event.read(SealRegistered)),
            )
        case "catalog.approval-seal-suspended.v1":
            ended = event.read(SealSuspended)
            yield Update("seal", {"seal": ended.seal}, {"suspended_on": ended.on})


def project(event: Event) -> Iterable[Change]:
    """Give what an event of approval changes in the rows."""
    start, _, _ = event.type.removeprefix("approval.").partition("-")
    if start in ("decision", "seal", "issuing"):
        yield from _project_decision(event)
    elif start in ("certificate", "renewal"):
        yield from _project_certificate(event)


def _project_decision(event: Event) -> Iterable[Change]:
    match event.type:
        case "approval.decision-issued.v1":
            said = event.read(_Decision)
            told = tuple(getattr(said, name) for name in DECISION[:12])
            yield Insert("decision_row", (*told, None, None, None, "", None))
        case "approval.seal-applied.v1":
            said = event.read(_Decision)
            yield _decision(said, file_hash=said.file_hash, seal=said.seal)
        case "approval.issuing-limit-started.v1":
            said = event.read(_Decision)
            yield _decision(said, due_at=said.due_at)
        case "approval.issuing-recalculated.v1":
            said = event.read(_Decision)
            yield _decision(said, due_at=said.new_due_at)
        case "approval.issuing-approaching.v1":
            yield _decision(event.read(_Decision), light="amber")
        case "approval.issuing-breached.v1":
            yield _decision(event.read(_Decision), light="red")
        case "approval.issuing-met.v1":
            said = event.read(_Decision)
            yield _decision(said, served_at=said.served_at)


def _project_certificate(event: Event) -> Iterable[Change]:
    match event.type:
        case "approval.certificate-issued.v1":
            said = event.read(_Certificate)
            told = tuple(getattr(said, name) for name in CERTIFICATE[:9])
            rest = (None, None, None, False, None, None, said.file_hash, said.code_hash, None, None)
            yield Insert("certificate_row", (*told, "01", said.due_at, *rest))
        case "approval.certificate-registered.v1":
            said = event.read(_Certificate)
            yield _certificate(said, library_id=said.library_id)
        case "approval.certificate-dispatched.v1":
            said = event.read(_Certificate)
            yield _certificate(said, dispatched_at=said.dispatched_at)
        case "approval.certificate-returned.v1":
            yield _certificate(event.read(_Certificate), dispatched_at=None)
        case "approval.certificate-served.v1":
            said = event.read(_Certificate)
            yield _certificate(said, served_at=said.served_at, on_time=said.on_time)
        case "approval.certificate-superseded.v1":
            said = event.read(_Certificate)
            yield _certificate(said, status="04", renewal_open=False, superseded_by=said.by)
        case "approval.renewal-requested.v1":
            yield _certificate(event.read(_Certificate), renewal_open=True)
        case "approval.renewal-refused.v1":
            yield _certificate(event.read(_Certificate), renewal_open=False)
        case "approval.renewal-granted.v1" | "approval.renewal-deemed-granted.v1":
            said = event.read(_Certificate)
            yield Statement(
                "UPDATE certificate_row SET renewal_open = false, valid_from = valid_to + 1,"
                " valid_to = %s WHERE certificate_no = %s",
                (said.valid_to, said.certificate_no),
            )
        case "approval.certificate-revocation-due.v1":
            said = event.read(_Certificate)
            yield _certificate(
                said, revocation_due_at=said.due_at, revocation_letter=said.commitment_no
            )
        case "approval.certificate-revoked.v1":
            said = event.read(_Certificate)
            yield _certificate(said, status="03", renewal_open=False, revocation_due_at=None)
        case other if other in _ENDS:
            said = event.read(_Certificate)
            yield _certificate(said, status=_ENDS[other], renewal_open=False)


def _decision(said: _Decision, **values: object) -> Change:
    return Update("decision_row", {"decision_no": said.decision_no}, values)


def _certificate(said: _Certificate, **values: object) -> Change:
    return Update("certificate_row", {"certificate_no": said.certificate_no}, values)
