"""What the departments say of a survey, and what follows (DOMAIN.md 1.4, 3.4; P10, P11, P14).

If the site meets the requirements, on the spot and under seal; if not, in writing the same day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from services.approval.domain.survey_events import (
    RectificationOpinionIssued,
    RectificationReported,
    ResurveyRequested,
    SurveyConcluded,
    SurveyOpinionIssued,
    SurveyOpinionOverdue,
    SurveyParticipantAbsent,
)
from services.approval.domain.survey_terms import (
    OFFICIALS,
    DeliveredBy,
    NothingToRectifyError,
    NotParticipantError,
    OpinionGivenError,
    OpinionUnwantedError,
    OtherDepartmentError,
    Participant,
    ParticipantKind,
    Rectification,
    SurveyState,
    TooFewOfficialsError,
    WrongSurveyStateError,
    WrongSurveyTimeError,
    distinct,
)
from services.approval.domain.terms import in_time
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts

_S = SurveyState


class SpokenSurvey(Aggregate):
    """The part of a survey the departments speak in; it is arranged by `Survey`."""

    def __init__(self) -> None:
        self.survey_no = ""
        self.process_no = ""
        self.state = SurveyState.REQUESTED
        self.participants: dict[str, Participant] = {}
        self.attended: dict[str, list[str]] = {}
        """Accounts of the officials who came, by participant."""
        self.absent: dict[str, bool] = {}
        """Who did not come, and whether that is agreement by rule."""
        self.day_ends_at: datetime | None = None
        self.opinions: dict[str, bool] = {}
        """By department: the site meets its requirements."""
        self.asked_for: dict[str, list[Rectification]] = {}
        """What each department wants put right."""
        self.overdue: list[str] = []
        self.reported: list[str] = []
        """Departments whose requirements are reported as met."""
        self.resurveyed: dict[str, str] = {}
        """The later survey, by department."""

    @property
    def departments(self) -> list[str]:
        """Those that are asked for an opinion."""
        return [
            code
            for code, one in self.participants.items()
            if one.kind is ParticipantKind.DEPARTMENT
        ]

    @property
    def awaited(self) -> list[str]:
        """Departments that came and have said nothing."""
        if self.state is not _S.HELD:
            return []
        return [
            code for code in self.departments if code in self.attended and code not in self.opinions
        ]

    def participant(self, code: str) -> Participant:
        """Give who takes part under this code.

        Raises:
            NotParticipantError: nobody.
        """
        found = self.participants.get(code)
        if found is None:
            raise NotParticipantError("who is named does not take part in this survey", "code")
        return found

    def pass_site(
        self,
        facts: Facts,
        department: str,
        seal_use_no: str,
        document_hash: str,
        on_the_spot: bool = True,
    ) -> None:
        """Issue the opinion that the site meets the requirements, under the approval seal.

        Raises:
            TooFewOfficialsError: fewer than two officials were there (P14).
            WrongSurveyTimeError: said to be on the spot, on another day.
            OpinionGivenError, OpinionUnwantedError, OtherDepartmentError, WrongSurveyStateError.
        """
        officials = self._speaks(facts, department)
        if on_the_spot and not self._same_day(facts.occurred_at):
            raise WrongSurveyTimeError(
                "what is issued on the spot is issued on the survey's day", "on_the_spot"
            )
        self._say(
            SurveyOpinionIssued,
            facts,
            department,
            officials,
            passed=True,
            on_the_spot=on_the_spot,
            seal_use_no=seal_use_no,
            document_hash=document_hash,
        )

    def ask_to_rectify(
        self,
        facts: Facts,
        department: str,
        items: Sequence[Rectification],
        delivered_by: DeliveredBy,
        document_hash: str,
    ) -> None:
        """Issue the written opinion on what is to be put right; late is late, and recorded so."""
        officials = self._speaks(facts, department)
        if not items:
            raise NothingToRectifyError("name what is to be put right", "items")
        self._say(
            RectificationOpinionIssued,
            facts,
            department,
            officials,
            items=list(items),
            delivered_by=delivered_by,
            document_hash=document_hash,
        )

    def end_day(self, facts: Facts, detected_at: datetime) -> None:
        """Say once of each department that came that its word is overdue (P10)."""
        due_at = self.day_ends_at
        if due_at is None or in_time(detected_at, due_at):
            return
        for code in self.awaited:
            if code not in self.overdue:
                self.record(
                    SurveyOpinionOverdue,
                    facts,
                    survey_no=self.survey_no,
                    process_no=self.process_no,
                    department=code,
                    due_at=due_at,
                    detected_at=detected_at,
                    task_id=self.participants[code].task_id,
                )

    def report_rectified(self, facts: Facts, department: str) -> None:
        """Take the applicant's word that what a department asked for is put right."""
        if department not in self.asked_for or department in self.reported:
            raise NothingToRectifyError("nothing is left to be put right for it", "department")
        self.record(
            RectificationReported,
            facts,
            survey_no=self.survey_no,
            process_no=self.process_no,
            department=department,
            reported_at=facts.occurred_at,
            item_nos=[one.item_no for one in self.asked_for[department]],
        )

    def ask_again(self, facts: Facts, departments: Collection[str], resurvey_no: str) -> None:
        """Have what was put right looked at again, by another survey."""
        again = distinct(departments)
        if not again or any(code not in self.reported or code in self.resurveyed for code in again):
            raise NothingToRectifyError(
                "a resurvey is for what is reported as put right", "departments"
            )
        self.record(
            ResurveyRequested,
            facts,
            survey_no=self.survey_no,
            process_no=self.process_no,
            resurvey_no=resurvey_no,
            departments=again,
        )

    def _speaks(self, facts: Facts, department: str) -> list[str]:
        self._in(_S.HELD)
        if self.participant(department).kind is not ParticipantKind.DEPARTMENT:
            raise NotParticipantError("only departments issue opinions", "department")
        if facts.actor.unit != department:
            raise OtherDepartmentError("a department speaks for itself", "department")
        if department in self.opinions:
            raise OpinionGivenError("it has given its opinion", "department")
        if department not in self.attended:
            raise OpinionUnwantedError("it did not attend; ask for a survey of its own")
        officials = self.attended[department]
        if len(officials) < OFFICIALS:
            raise TooFewOfficialsError("one official is no check: two or more attend (art. 34)")
        return officials

    def _say(
        self, event: Any, facts: Facts, department: str, officials: list[str], **fields: Any
    ) -> None:
        due_at = self.day_ends_at
        self.record(
            event,
            facts,
            survey_no=self.survey_no,
            process_no=self.process_no,
            department=department,
            officials=officials,
            issued_at=facts.occurred_at,
            on_time=due_at is not None and self._same_day(facts.occurred_at),
            task_id=self.participants[department].task_id,
            **fields,
        )
        self._conclude(facts)

    def _conclude(self, facts: Facts) -> None:
        if self.state is _S.HELD and not self.awaited:
            failed = sorted(self.asked_for)
            self.record(
                SurveyConcluded,
                facts,
                survey_no=self.survey_no,
                process_no=self.process_no,
                passed=not failed,
                failed=failed,
                absent=sorted(
                    code
                    for code, agrees in self.absent.items()
                    if code in self.departments and not agrees
                ),
            )

    def _same_day(self, moment: datetime) -> bool:
        due_at = self.day_ends_at
        return due_at is not None and legal_date(moment) == legal_date(due_at)

    def _in(self, *states: SurveyState) -> None:
        if self.state not in states:
            raise WrongSurveyStateError(f"that cannot be done while it is {self.state.value}")

    @applies(SurveyParticipantAbsent)
    def _absent(self, event: SurveyParticipantAbsent) -> None:
        self.absent[event.participant] = event.deemed_agreement

    @applies(SurveyOpinionIssued)
    def _opinion_issued(self, event: SurveyOpinionIssued) -> None:
        self.opinions[event.department] = event.passed

    @applies(RectificationOpinionIssued)
    def _rectification_issued(self, event: RectificationOpinionIssued) -> None:
        self.opinions[event.department] = False
        self.asked_for[event.department] = event.items

    @applies(SurveyOpinionOverdue)
    def _opinion_overdue(self, event: SurveyOpinionOverdue) -> None:
        self.overdue.append(event.department)

    @applies(SurveyConcluded)
    def _concluded(self, event: SurveyConcluded) -> None:
        self.state = _S.PASSED if event.passed else _S.FAILED_WITH_NOTICE

    @applies(RectificationReported)
    def _rectification_reported(self, event: RectificationReported) -> None:
        self.reported.append(event.department)

    @applies(ResurveyRequested)
    def _resurvey_requested(self, event: ResurveyRequested) -> None:
        self.resurveyed |= dict.fromkeys(event.departments, event.resurvey_no)
