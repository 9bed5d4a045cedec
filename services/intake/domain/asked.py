"""The part of a case before its acceptance: drafted, handed in, asked for more, turned away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Self

from services.intake.domain.case_events import (
    CaseAbandoned,
    CaseDrafted,
    CorrectionFaultRecorded,
    CorrectionLapsed,
    CorrectionNoticeIssued,
    CorrectionReceived,
)
from services.intake.domain.case_rules import (
    CaseStateError,
    EmptyNoticeError,
    SilenceAcceptedError,
    UnknownCorrectionError,
)
from services.intake.domain.channels import as_of, counts_for
from services.intake.domain.clocks import in_time, notice_due
from services.intake.domain.events import CaseSubmitted
from services.intake.domain.records import Row
from services.intake.domain.recounts import LimitKind, OpenLimit
from services.intake.domain.reported import ReportedCase
from services.intake.domain.rules import InFutureError
from services.intake.domain.terms import OPEN, WAITING, Application, CaseState, NoticeItem
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Due, Kind, legal_date
from services.kernel.clock.due import LAST_SECOND
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI

LAPSED = "correction_lapsed"


class AskedCase(ReportedCase):
    """What is known of an application until somebody, or the law, accepts it."""

    def __init__(self) -> None:
        super().__init__()
        self.account: str | None = None
        self.project_code: str | None = None
        self.declared_trust = False
        self.version_seen: int | None = None
        self.handling_form: str | None = None
        self.legal_date: date | None = None
        """The day its materials count as received."""
        self.received_at: datetime | None = None
        """The moment on that day from which a deemed acceptance counts."""
        self.notice_due_at: datetime | None = None
        """End of the five working days; silence beyond it accepts the case."""
        self.notices = 0
        self.first_notice_no = ""
        self.correction_due: date | None = None
        self.correction_clock: Clock | None = None
        """By which `correction_due` was counted; older notices do not say."""
        self.outstanding: tuple[NoticeItem, ...] = ()
        """What the one-time notice asks for and has not come."""
        self.faults = 0
        self.ended_at: datetime | None = None
        """When it came to nothing; None while it stands, and when it was completed."""

    @classmethod
    def draft(cls, facts: Facts, said: Application) -> Self:
        """Begin an application that is handed in later."""
        case = cls.begin(stream_id("case", said.project_no))
        case.record(
            CaseDrafted,
            facts,
            project_no=said.project_no,
            item_code=said.item_code,
            channel=said.channel,
            subject_id=said.subject_id,
            account=said.account,
            item_version_seen=said.item_version_seen,
            handling_form=said.handling_form,
            window=said.window,
            declared_trust=said.declared_trust,
        )
        return case

    @classmethod
    def submit(
        cls,
        facts: Facts,
        said: Application,
        row: Row | None = None,
        calendar: WorkCalendar | None = None,
    ) -> Self:
        """Take in an application; by `calendar` its legal date and the five days are counted.

        Raises:
            InFutureError: it claims to be handed in later than now (A02).
        """
        case = cls.begin(stream_id("case", said.project_no))
        case._hand_in(facts, said, row, calendar)
        return case

    def hand_in(self, facts: Facts, calendar: WorkCalendar) -> None:
        """Hand in a draft, as it is.

        Raises:
            CaseStateError: it is no draft any more.
        """
        self._must({CaseState.DRAFT}, "only a draft is handed in")
        said = Application(
            self.project_no,
            self.item_code,
            self.channel,
            self.subject_id,
            item_version_seen=self.version_seen,
            handling_form=self.handling_form,
            window=self.window,
            account=self.account,
            declared_trust=self.declared_trust or None,
        )
        self._hand_in(facts, said, None, calendar, drafted=True)

    def _hand_in(
        self,
        facts: Facts,
        said: Application,
        row: Row | None,
        calendar: WorkCalendar | None,
        drafted: bool | None = None,
    ) -> None:
        submitted_at = said.submitted_at or facts.occurred_at
        if submitted_at > facts.occurred_at:
            raise InFutureError("an application cannot be handed in later than now", "submitted_at")
        day = counts_for(said.channel, submitted_at, calendar) if calendar else None
        told = {name: value for name, value in vars(said).items() if name != "at_once"}
        self.record(
            CaseSubmitted,
            facts,
            **told | {"submitted_at": submitted_at},
            data_source=row.data_source if row else None,
            row_guid=row.row_guid if row else None,
            legal_date=day,
            notice_due_at=notice_due(day, calendar) if day and calendar else None,
            drafted=drafted,
        )

    def notify(
        self,
        facts: Facts,
        items: Sequence[NoticeItem],
        due: Due,
        clerk: str,
        window: str | None,
        days: int | None = None,
    ) -> None:
        """Tell the applicant all that is missing, once; `due` is until when to bring it.

        `days`: the working days it was counted from, by which it is counted again.

        A second list is a fault of the centre: it is told and recorded as one, binds the applicant
        to nothing and gives the centre no other five days (K25).

        Raises:
            CaseStateError: it is not waiting for acceptance.
            SilenceAcceptedError: the five working days are over (art. 32 (4)).
            EmptyNoticeError: it lists nothing, or something twice.
        """
        self._must(WAITING, "a notice is for an application that waits for acceptance")
        codes = [one.code for one in items]
        if not codes or len(set(codes)) != len(codes):
            raise EmptyNoticeError("a notice lists at least one thing, each once", "items")
        if not self.notices:
            self._must_be_early(facts.occurred_at)
        number = f"{self.project_no}-B{self.notices + 1}"
        self.record(
            CorrectionNoticeIssued,
            facts,
            project_no=self.project_no,
            notice_no=number,
            is_first=not self.notices,
            items=list(items),
            due_on=due.day,
            limit_days=days,
            subject_id=self.subject_id or None,
        )
        if self.notices > 1:
            self.record(
                CorrectionFaultRecorded,
                facts,
                project_no=self.project_no,
                notice_no=number,
                first_notice_no=self.first_notice_no,
                items=codes,
                clerk=clerk,
                window=window,
            )

    def take_corrections(
        self, facts: Facts, codes: Collection[str], calendar: WorkCalendar
    ) -> None:
        """Take what the applicant brings: all that was asked for, or part.

        Raises:
            CaseStateError: nothing was asked for; or silence has accepted it meanwhile, and the
                acceptance stands (D16): what comes then are materials of an accepted case.
            UnknownCorrectionError: the notice asks for no such thing.
        """
        self._must({CaseState.CORRECTION_PENDING}, "nothing was asked for")
        asked = {one.code for one in self.outstanding}
        if unknown := sorted(set(codes) - asked):
            raise UnknownCorrectionError(f"the notice does not ask for {unknown[0]}", "items")
        full = asked <= set(codes)
        day = counts_for(self.channel, facts.occurred_at, calendar)
        self.record(
            CorrectionReceived,
            facts,
            project_no=self.project_no,
            full=full,
            items=sorted(set(codes)),
            received_at=facts.occurred_at,
            legal_date=day,
            notice_due_at=notice_due(day, calendar) if full else None,
        )

    def open_limit(self) -> OpenLimit | None:
        """Give the applicant's days to bring the corrections."""
        due, clock = self.correction_due, self.correction_clock
        if self.state is not CaseState.CORRECTION_PENDING or due is None or clock is None:
            return None
        end = datetime.combine(due, LAST_SECOND, SHANGHAI)
        return OpenLimit(LimitKind.CORRECTION, self.project_no, clock, end)

    def move_limit(self, due_at: datetime) -> None:
        """Remember another last day."""
        self.correction_due = legal_date(due_at)

    def lapse_corrections(self, facts: Facts, detected_at: datetime) -> None:
        """End an application whose corrections did not come; without effect when they did."""
        if self.state is not CaseState.CORRECTION_PENDING or self.correction_due is None:
            return
        self.record(
            CorrectionLapsed,
            facts,
            project_no=self.project_no,
            notice_no=self.first_notice_no,
            due_on=self.correction_due,
            items=[one.code for one in self.outstanding],
            detected_at=detected_at,
        )
        self.record(
            CaseAbandoned,
            facts,
            project_no=self.project_no,
            reason_code=LAPSED,
            abandoned_at=facts.occurred_at,
            subject_id=self.subject_id or None,
        )

    def _must(self, states: Collection[CaseState], rule: str) -> None:
        if self.state not in states:
            raise CaseStateError(f"{rule}; this one is {self.state.value}")

    def _must_be_early(self, moment: datetime) -> None:
        due_at = self.notice_due_at
        if due_at is not None and not in_time(moment, due_at):
            raise SilenceAcceptedError(
                "自收到材料之日起五个工作日内未告知，依行政许可法第三十二条视为受理。"
            )

    @property
    def is_open(self) -> bool:
        """Whether something is still to be decided; as long, its applicant is not erased."""
        return self.state in OPEN

    @applies(CaseDrafted)
    def _drafted(self, event: CaseDrafted) -> None:
        self.state = CaseState.DRAFT
        self.project_no = event.project_no
        self.item_code = event.item_code
        self.channel = event.channel
        self.window = event.window
        self.subject_id = event.subject_id
        self.account = event.account
        self.version_seen = event.item_version_seen
        self.handling_form = event.handling_form
        self.declared_trust = bool(event.declared_trust)

    @applies(CaseSubmitted)
    def _submitted(self, event: CaseSubmitted) -> None:
        self.state = CaseState.SUBMITTED
        self.project_no = event.project_no
        self.item_code = event.item_code
        self.channel = event.channel
        self.window = event.window
        self.subject_id = event.subject_id
        self.submitted_at = event.submitted_at
        self.project_code = event.project_code
        self.account = event.account
        self.declared_trust = bool(event.declared_trust)
        if event.legal_date is not None:  # logs of before there was one stay as they were
            self.version_seen = event.item_version_seen
            self._received(event.legal_date, event.submitted_at, event.notice_due_at)

    @applies(CorrectionNoticeIssued)
    def _notified(self, event: CorrectionNoticeIssued) -> None:
        self.notices += 1
        if event.is_first:
            self.state = CaseState.CORRECTION_PENDING
            self.first_notice_no = event.notice_no
            self.correction_due = event.due_on
            if event.limit_days is not None:
                limit, start = Limit(event.limit_days), event.facts.occurred_at
                self.correction_clock = Clock(Kind.NOTICE, limit, start)
            self.outstanding = tuple(event.items)
            self.notice_due_at = None

    @applies(CorrectionFaultRecorded)
    def _fault(self, event: CorrectionFaultRecorded) -> None:
        self.faults += 1

    @applies(CorrectionReceived)
    def _corrected_by_applicant(self, event: CorrectionReceived) -> None:
        brought = set(event.items)
        self.outstanding = tuple(one for one in self.outstanding if one.code not in brought)
        if event.full and self.state is CaseState.CORRECTION_PENDING:
            self.state = CaseState.SUBMITTED
            self.correction_due = None
            self._received(event.legal_date, event.received_at, event.notice_due_at)

    @applies(CaseAbandoned)
    def _abandoned(self, event: CaseAbandoned) -> None:
        self.state = CaseState.ABANDONED
        self.ended_at = event.abandoned_at

    def _received(self, day: date, moment: datetime, notice_due_at: datetime | None) -> None:
        self.legal_date = day
        self.received_at = as_of(day, moment)
        self.notice_due_at = notice_due_at
