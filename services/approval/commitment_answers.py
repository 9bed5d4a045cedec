"""What approval takes and answers about commitment letters and credit records over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from services.approval.domain.commitment_terms import (
    RECTIFY_DAYS,
    CommitmentState,
    PromisedMaterial,
    Scheme,
)
from services.approval.domain.commitments import Commitment
from services.approval.site_answers import Code, Hash, Reference, Short, Why
from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent


class Promised(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper that is to come later."""

    code: Code
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class RequestCommitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which papers are promised for which task, under which scheme."""

    task_id: Reference
    scheme: Scheme
    materials: Annotated[list[Promised], msgspec.Meta(min_length=1, max_length=50)]
    defers: Annotated[list[Reference], msgspec.Meta(max_length=20)] = []
    """Prerequisites of the task whose papers are promised (先办后补)."""

    def papers(self) -> list[PromisedMaterial]:
        """Give the papers as the domain says them."""
        return [PromisedMaterial(one.code, one.title) for one in self.materials]


class CheckEligibility(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the department found; that tasks wait for each other is found in the process."""

    policy_fit: bool
    policy_basis: Why
    higher_authority: Short = ""
    """Code of the authority above this level the papers come from, if it is one."""
    consultation_no: Short = ""
    consulted_authority: Short = ""
    consulted_on: date | None = None


class SignCommitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The letter as signed."""

    due_on: date
    liability: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    signature_ref: Reference
    document_hash: Hash
    rectify_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = RECTIFY_DAYS


class DecideOnCommitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decide before the papers are there."""

    reason: Annotated[str, msgspec.Meta(max_length=64, pattern="^[a-z0-9_]*$")] = ""


class ReceivePromised(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promised paper that came."""

    material_code: Code
    content_hash: Hash


class ExtendCommitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new day, and why."""

    due_on: date
    reason: Why


class RepairCredit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document by which it is repaired."""

    basis: Why


class CommitmentsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the register."""

    department: Short = ""
    state: CommitmentState | None = None
    scheme: Scheme | None = None
    project_no: Short = ""
    process_no: Short = ""
    outcome: Short = ""
    """`running`, `kept` or `broken`."""


class RegisterQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the register's page; an unknown word finds nothing or everything."""

    department: Short = ""
    scheme: Short = ""
    outcome: Short = ""


class CommitmentView(msgspec.Struct, frozen=True):
    """A letter, rebuilt from its events, and how it came to be so."""

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str
    department: str
    scheme: str
    state: str
    materials: list[PromisedMaterial]
    missing: list[str]
    defers: list[str]
    ground: str | None
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    extended: bool
    liability: str
    signature_ref: str
    document_hash: str
    signed_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None
    breached_at: datetime | None
    rectify_due_at: datetime | None
    bar: str | None
    """Why no certificate may be issued because of it."""
    reason: str
    version: int
    history: list[HistoryEvent]


def commitment_view(letter: Commitment, history: list[HistoryEvent]) -> CommitmentView:
    """Show the state of a letter."""
    return CommitmentView(
        commitment_no=letter.commitment_no,
        process_no=letter.process_no,
        project_no=letter.project_no,
        task_id=letter.task_id,
        department=letter.department,
        scheme=letter.scheme.value,
        state=letter.state.value,
        materials=list(letter.materials.values()),
        missing=letter.missing,
        defers=letter.defers,
        ground=letter.ground.value if letter.ground else None,
        due_on=letter.due_on,
        due_at=letter.due_at,
        provisional=letter.provisional,
        extended=letter.extended,
        liability=letter.liability,
        signature_ref=letter.signature_ref,
        document_hash=letter.document_hash,
        signed_at=letter.signed_at,
        decided_at=letter.decided_at,
        ended_at=letter.ended_at,
        breached_at=letter.breached_at,
        rectify_due_at=letter.rectify_due_at,
        bar=letter.bar.value if letter.bar else None,
        reason=letter.reason,
        version=letter.version,
        history=history,
    )


class CertificateBar(msgspec.Struct, frozen=True):
    """Whether a letter keeps the certificate of a task back."""

    task_id: str
    bar: str | None


class CreditView(msgspec.Struct, frozen=True):
    """An applicant's record of broken promises; says nothing about the person."""

    subject_id: str
    flagged: bool
    open: list[str]
    repaired: list[str]
