"""What intake takes and answers about village certificates (一站通) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.answers import Code, Short
from services.intake.application.villages import TEXT
from services.intake.domain.village_terms import (
    CertificateKind,
    CertificateRefusal,
    CertificateState,
)
from services.intake.domain.villages import VillageCertificate
from services.intake.rating_answers import NotedAct

Region = Annotated[str, msgspec.Meta(max_length=12, pattern="^[0-9X]*$")]


class RequestCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request. Who it is about, and what is to be certified, goes to the vault alone."""

    kind: CertificateKind
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    id_number: Short = ""
    phone: Short = ""
    village: Region = ""
    """Twelve characters; the clerk's own village when absent."""
    channel: Code = "village_point"

    def told(self) -> dict[str, str]:
        """Give what goes to the vault, by field."""
        said = {
            "name": self.name,
            "document_no": self.id_number,
            "phone": self.phone,
            TEXT: self.text,
        }
        return {name: text for name, text in said.items() if text}

    def __repr__(self) -> str:
        return "RequestCertificate(...)"

    __str__ = __repr__


class RefuseCertificate(NotedAct, frozen=True, kw_only=True):
    """Why there is none; `note` is what the applicant is told besides."""

    reason: CertificateRefusal


class CheckCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is printed on a certificate. In a body, so that the code stands in no access log."""

    certificate_no: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]

    def __repr__(self) -> str:
        return "CheckCertificate(...)"

    __str__ = __repr__


class CheckedCertificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a certificate is one of ours and still to be relied on. Nothing about the person."""

    genuine: bool
    valid: bool = False
    kind: str = ""
    township: str = ""
    issued_at: datetime | None = None
    valid_until: datetime | None = None


class CertificatesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    state: CertificateState | None = None
    kind: CertificateKind | None = None
    village: Region = ""
    overdue: bool = False


class CertificatesPageQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the page; an unknown state finds nothing. `done` names what was just done."""

    state: Short | None = None
    kind: Short = ""
    done: Annotated[str, msgspec.Meta(max_length=50)] = ""


class CertificateView(msgspec.Struct, frozen=True):
    """A request, rebuilt from its events, and how it came to be so."""

    request_no: str
    state: str
    kind: str
    village: str
    township: str
    channel: str
    subject_id: str
    has_text: bool
    requested_at: datetime | None
    due_at: datetime | None
    provisional: bool
    verified_at: datetime | None
    issued_at: datetime | None
    certificate_no: str
    valid_until: datetime | None
    reason: str | None
    overdue: list[str]
    version: int
    history: list[HistoryEvent]


def certificate_view(asked: VillageCertificate, history: list[HistoryEvent]) -> CertificateView:
    """Show the state of a request."""
    return CertificateView(
        request_no=asked.request_no,
        state=asked.state.value,
        kind=asked.kind.value,
        village=asked.village,
        township=asked.township,
        channel=asked.channel,
        subject_id=asked.subject_id,
        has_text=asked.has_text,
        requested_at=asked.requested_at,
        due_at=asked.due_at,
        provisional=asked.provisional,
        verified_at=asked.verified_at,
        issued_at=asked.issued_at,
        certificate_no=asked.certificate_no,
        valid_until=asked.valid_until,
        reason=asked.reason.value if asked.reason else None,
        overdue=[stage.value for stage in asked.overdue],
        version=asked.version,
        history=history,
    )
