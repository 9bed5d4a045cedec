"""A certificate a village verifies and its township seals (一站通, DOMAIN.md 1.3, 3.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from services.intake.domain.clocks import count, in_time
from services.intake.domain.recounts import LimitKind, OpenLimit, Recounted
from services.intake.domain.village_events import (
    VillageCertificateIssued,
    VillageCertificateOverdue,
    VillageCertificateRefused,
    VillageCertificateRequested,
    VillageCertificateVerified,
    VillageCertificateWithdrawn,
)
from services.intake.domain.village_terms import (
    STAGE_WITHIN,
    VALID_FOR,
    VILLAGE_CHARACTERS,
    CertificateKind,
    CertificateNoTakenError,
    CertificateRefusal,
    CertificateState,
    CertificateWish,
    OthersCertificateError,
    OtherVillageError,
    OwnCertificateError,
    Stage,
    UnknownVillageError,
    WrongCertificateStateError,
    township_of,
)
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = CertificateState
_STAGES: Final = {_S.REQUESTED: Stage.VILLAGE, _S.VERIFIED: Stage.TOWNSHIP}


class VillageCertificate(Recounted):
    """One request; stream `stream_id("village-certificate", request_no)`."""

    def __init__(self) -> None:
        self.request_no = ""
        self.kind = CertificateKind.RESIDENCE
        self.village = ""
        self.channel = ""
        self.subject_id = ""
        self.account: str | None = None
        self.has_text = False
        self.state = CertificateState.REQUESTED
        self.requested_at: datetime | None = None
        self.due_at: datetime | None = None
        """End of the stage under way; None when it is over."""
        self.provisional = False
        self.verified_at: datetime | None = None
        self.verified_by = ""
        self.certificate_no = ""
        self.code_digest = ""
        self.issued_at: datetime | None = None
        self.valid_until: datetime | None = None
        self.reason: CertificateRefusal | None = None
        self.overdue: list[Stage] = []
        """The stages that were not done in time, said by the clock."""

    @classmethod
    def of(cls, request_no: str) -> Self:
        """Give the request before anybody asked."""
        return cls.begin(village_stream(request_no))

    @property
    def township(self) -> str:
        """Who seals it."""
        return township_of(self.village)

    @property
    def stage(self) -> Stage | None:
        """Who has to act now; None when it is over."""
        return _STAGES.get(self.state)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to act."""
        return self.state in _STAGES

    def open_limit(self) -> OpenLimit | None:
        """Give the day of the stage under way."""
        start = self.verified_at if self.stage is Stage.TOWNSHIP else self.requested_at
        if self.stage is None or start is None or self.due_at is None:
            return None
        clock = Clock(Kind.STEP, STAGE_WITHIN, start)
        return OpenLimit(LimitKind.VILLAGE_CERTIFICATE, self.request_no, clock, self.due_at)

    def move_limit(self, due_at: datetime) -> None:
        """Remember another end."""
        self.due_at = due_at

    def request(
        self, facts: Facts, wish: CertificateWish, county: str, place: str, calendar: WorkCalendar
    ) -> None:
        """Ask for it: oneself, or the village for one of its villagers.

        Args:
            county: code every village of the county begins with.
            place: region of who asks for a villager.
        """
        if self.version:
            raise CertificateNoTakenError("another request has this number", "request_no")
        if len(wish.village) != VILLAGE_CHARACTERS or not wish.village.startswith(county):
            raise UnknownVillageError("this code names no village of the county", "village")
        if wish.account is None and place != wish.village:
            raise OtherVillageError("a village asks for its own villagers", "village")
        self.record(
            VillageCertificateRequested,
            facts,
            **vars(wish),
            township=township_of(wish.village),
            requested_at=facts.occurred_at,
            **_until(facts.occurred_at, calendar),
        )

    def verify(self, facts: Facts, place: str, has_text: bool, calendar: WorkCalendar) -> None:
        """The village says that it is so."""
        self._in(_S.REQUESTED)
        self._of_its_place(facts, place)
        self.record(
            VillageCertificateVerified,
            facts,
            request_no=self.request_no,
            village=self.village,
            verified_at=facts.occurred_at,
            on_time=self._in_time(facts.occurred_at),
            has_text=has_text,
            **_until(facts.occurred_at, calendar),
        )

    def seal(self, facts: Facts, place: str, certificate_no: str, code_digest: str) -> None:
        """The township seals it: it is issued."""
        self._in(_S.VERIFIED)
        self._of_its_place(facts, place)
        if facts.actor.id == self.verified_by:
            raise OwnCertificateError("who verified a certificate does not seal it")
        self.record(
            VillageCertificateIssued,
            facts,
            request_no=self.request_no,
            certificate_no=certificate_no,
            kind=self.kind,
            village=self.village,
            township=self.township,
            issued_at=facts.occurred_at,
            valid_until=facts.occurred_at + VALID_FOR[self.kind],
            on_time=self._in_time(facts.occurred_at),
            code_digest=code_digest,
        )

    def refuse(self, facts: Facts, place: str, reason: CertificateRefusal, has_text: bool) -> None:
        """Whoever has to act gives none."""
        self._in(_S.REQUESTED, _S.VERIFIED)
        self._of_its_place(facts, place)
        self.record(
            VillageCertificateRefused,
            facts,
            request_no=self.request_no,
            stage=self.stage,
            reason=reason,
            refused_at=facts.occurred_at,
            on_time=self._in_time(facts.occurred_at),
            has_text=has_text,
        )

    def withdraw(self, facts: Facts, place: str) -> None:
        """Whoever asked does not need it any more."""
        self._in(_S.REQUESTED, _S.VERIFIED)
        if facts.actor.id != self.account and (self.account or place != self.village):
            raise OthersCertificateError("whoever asked withdraws")
        self.record(
            VillageCertificateWithdrawn,
            facts,
            request_no=self.request_no,
            stage=self.stage,
            withdrawn_at=facts.occurred_at,
        )

    def pass_due(self, facts: Facts, detected_at: datetime) -> None:
        """Say once a stage that its day has passed; without effect when it was done."""
        stage, due_at = self.stage, self.due_at
        if stage is None or due_at is None or stage in self.overdue:
            return
        if in_time(detected_at, due_at):
            return
        self.record(
            VillageCertificateOverdue,
            facts,
            request_no=self.request_no,
            stage=stage,
            due_at=due_at,
            detected_at=detected_at,
        )

    def _in(self, *states: CertificateState) -> None:
        if self.state not in states:
            raise WrongCertificateStateError(f"that cannot be done while it is {self.state.value}")

    def _of_its_place(self, facts: Facts, place: str) -> None:
        wanted = self.village if self.stage is Stage.VILLAGE else self.township
        if place != wanted:
            raise OtherVillageError("this belongs to another village or township")
        if facts.actor.id == self.account:
            raise OwnCertificateError("nobody acts on their own request")

    def _in_time(self, at: datetime) -> bool:
        return self.due_at is not None and in_time(at, self.due_at)

    @applies(VillageCertificateRequested)
    def _requested(self, event: VillageCertificateRequested) -> None:
        self.request_no, self.kind, self.village = event.request_no, event.kind, event.village
        self.channel, self.subject_id = event.channel, event.subject_id
        self.account, self.has_text = event.account, event.has_text
        self.requested_at = event.requested_at
        self.due_at, self.provisional = event.due_at, bool(event.provisional)

    @applies(VillageCertificateVerified)
    def _verified(self, event: VillageCertificateVerified) -> None:
        self.state, self.verified_at = _S.VERIFIED, event.verified_at
        self.verified_by = event.facts.actor.id
        self.due_at, self.provisional = event.due_at, bool(event.provisional)

    @applies(VillageCertificateIssued)
    def _issued(self, event: VillageCertificateIssued) -> None:
        self.state, self.due_at = _S.ISSUED, None
        self.certificate_no, self.code_digest = event.certificate_no, event.code_digest
        self.issued_at, self.valid_until = event.issued_at, event.valid_until

    @applies(VillageCertificateRefused)
    def _refused(self, event: VillageCertificateRefused) -> None:
        self.state, self.due_at, self.reason = _S.REFUSED, None, event.reason

    @applies(VillageCertificateWithdrawn)
    def _withdrawn(self, event: VillageCertificateWithdrawn) -> None:
        self.state, self.due_at = _S.WITHDRAWN, None

    @applies(VillageCertificateOverdue)
    def _overdue(self, event: VillageCertificateOverdue) -> None:
        self.overdue = [*self.overdue, event.stage]


def village_stream(request_no: str) -> UUID:
    """Give the stream of a request."""
    return stream_id("village-certificate", request_no)


def _until(start: datetime, calendar: WorkCalendar) -> dict[str, Any]:
    due = count(Kind.STEP, STAGE_WITHIN, start, calendar)
    return {
        "due_at": due.at,
        "limit_days": STAGE_WITHIN.value,
        "calendar_version": due.calendar,
        "provisional": due.provisional or None,
    }
