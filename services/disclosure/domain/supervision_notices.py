"""A rectification notice (问题整改通知): issued, answered, verified, overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from typing import Self
from uuid import UUID

from services.disclosure.domain.entry_terms import check_names_nobody
from services.disclosure.domain.foi_base import midnight
from services.disclosure.domain.supervision_events import (
    RectificationAnswered,
    RectificationNoticeIssued,
    RectificationOverdue,
    RectificationVerified,
    SupervisionRecordRetracted,
)
from services.disclosure.domain.supervision_terms import (
    AlreadyRecordedError,
    EmptyError,
    InTheFutureError,
    NoticeStateError,
    NotTheUnitError,
    RecordKind,
    Retraction,
    UnknownPeriodError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class NoticeState(Enum):
    """Where a notice stands."""

    ISSUED = "issued"
    ANSWERED = "answered"
    VERIFIED = "verified"
    RETRACTED = "retracted"


class RectificationNotice(Aggregate):
    """One notice; stream `stream_id("rectification", notice_no)`."""

    def __init__(self) -> None:
        self.notice_no = ""
        self.unit = ""
        self.state = NoticeState.ISSUED
        self.issues: list[str] = []
        self.issued_on: date | None = None
        self.due_on: date | None = None
        """Last day for the answer; None: nothing is waited for."""
        self.overdue_on: date | None = None
        """The last day that passed without an answer."""
        self.inspection_no: str | None = None

    @classmethod
    def of(cls, notice_no: str) -> Self:
        """Give the notice before it was issued."""
        return cls.begin(notice_stream(notice_no))

    def issue(
        self,
        facts: Facts,
        notice_no: str,
        unit: str,
        issues: Sequence[str],
        due_on: date,
        on: date,
        inspection_no: str | None = None,
    ) -> None:
        """Tell a unit what to put right, and by when."""
        if self.version:
            raise AlreadyRecordedError("there is a notice of this number", "notice_no")
        said = [text.strip() for text in issues if text.strip()]
        if not said:
            raise EmptyError("what is to be put right?", "issues")
        if on > legal_date(facts.occurred_at):
            raise InTheFutureError("that day has not come", "on")
        if due_on <= on:
            raise UnknownPeriodError("the answer is due after the day of the notice", "due_on")
        check_names_nobody(*said)
        self.record(
            RectificationNoticeIssued,
            replace(facts, subject=notice_no),
            notice_no=notice_no,
            unit=unit,
            issues=said,
            due_on=due_on,
            on=on,
            inspection_no=inspection_no,
        )

    def answer(self, facts: Facts, unit: str | None, text: str, on: date) -> None:
        """Say what was done; `unit` is the one that answers, None: somebody answers for it."""
        self._in(NoticeState.ISSUED)
        if unit is not None and unit != self.unit:
            raise NotTheUnitError("another unit has to answer", "unit")
        if not text.strip():
            raise EmptyError("what was done?", "answer")
        self._check_day(facts, on)
        check_names_nobody(text)
        told = {"notice_no": self.notice_no, "unit": self.unit, "answer": text.strip(), "on": on}
        self.record(RectificationAnswered, self._about(facts), **told)

    def verify(
        self,
        facts: Facts,
        accepted: bool,
        on: date,
        remark: str = "",
        due_on: date | None = None,
    ) -> None:
        """Say whether it is put right; when it is not, what is missing and by when (`due_on`)."""
        self._in(NoticeState.ANSWERED)
        self._check_day(facts, on)
        check_names_nobody(remark)
        if not accepted:
            if not remark.strip():
                raise EmptyError("what is still missing?", "remark")
            if due_on is None or due_on <= on:
                raise UnknownPeriodError("by when is it to be put right?", "due_on")
        self.record(
            RectificationVerified,
            self._about(facts),
            notice_no=self.notice_no,
            unit=self.unit,
            accepted=accepted,
            on=on,
            remark=remark.strip() or None,
            due_on=None if accepted else due_on,
        )

    def overrun(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that no answer came in time; without effect when one did."""
        due_on = self.due_on
        if self.state is not NoticeState.ISSUED or due_on is None or self.overdue_on == due_on:
            return
        if detected_at < midnight(date.fromordinal(due_on.toordinal() + 1)):
            return
        told = {"notice_no": self.notice_no, "unit": self.unit, "due_on": due_on}
        self.record(RectificationOverdue, self._about(facts), **told, detected_at=detected_at)

    def retract(self, facts: Facts, reason: Retraction) -> None:
        """Take the notice back: it should not have been."""
        if not self.version or self.state is NoticeState.RETRACTED or self.issued_on is None:
            raise NoticeStateError("there is no such notice any more", "notice_no")
        self.record(
            SupervisionRecordRetracted,
            self._about(facts),
            kind=RecordKind.NOTICE,
            record_no=self.notice_no,
            on=legal_date(facts.occurred_at),
            reason=reason,
            said_on=self.issued_on,
            count=1,
            units=[self.unit],
        )

    def _in(self, state: NoticeState) -> None:
        if self.state is not state or not self.version:
            raise NoticeStateError(f"that cannot be done while it is {self.state.value}")

    def _check_day(self, facts: Facts, on: date) -> None:
        if on > legal_date(facts.occurred_at):
            raise InTheFutureError("that day has not come", "on")
        if self.issued_on is not None and on < self.issued_on:
            raise UnknownPeriodError("the notice was not issued then", "on")

    def _about(self, facts: Facts) -> Facts:
        return replace(facts, subject=self.notice_no)

    @applies(RectificationNoticeIssued)
    def _issued(self, event: RectificationNoticeIssued) -> None:
        self.notice_no, self.unit, self.issues = event.notice_no, event.unit, list(event.issues)
        self.issued_on, self.due_on = event.on, event.due_on
        self.inspection_no = event.inspection_no

    @applies(RectificationAnswered)
    def _answered(self, event: RectificationAnswered) -> None:
        self.state, self.due_on = NoticeState.ANSWERED, None

    @applies(RectificationVerified)
    def _verified(self, event: RectificationVerified) -> None:
        self.state = NoticeState.VERIFIED if event.accepted else NoticeState.ISSUED
        self.due_on = event.due_on

    @applies(RectificationOverdue)
    def _overdue(self, event: RectificationOverdue) -> None:
        self.overdue_on = event.due_on

    @applies(SupervisionRecordRetracted)
    def _retracted(self, event: SupervisionRecordRetracted) -> None:
        self.state, self.due_on = NoticeState.RETRACTED, None


def notice_stream(notice_no: str) -> UUID:
    """Give the stream of a notice."""
    return stream_id("rectification", notice_no)
