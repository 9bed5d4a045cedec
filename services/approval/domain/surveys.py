"""A joint site survey (联合踏勘), from the request to the opinions (DOMAIN.md 3.4, P10-P16).

`Survey` judges who came; how a time is agreed is `survey_arranging`, what the departments say
afterwards is `survey_opinions`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from services.approval.domain.survey_arranging import ArrangedSurvey, survey_stream
from services.approval.domain.survey_events import (
    JointSurveyHeld,
    SurveyNotHeld,
    SurveyParticipantAbsent,
)
from services.approval.domain.survey_terms import (
    ApplicantAbsentError,
    Attendance,
    NotHeldCause,
    ParticipantKind,
    QuorumError,
    SurveyState,
    WrongSurveyTimeError,
    distinct,
)
from services.kernel.aggregate import applies
from services.kernel.clock.due import LAST_SECOND
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

_S = SurveyState


class Survey(ArrangedSurvey):
    """One survey; stream `stream_id("survey", survey_no)`."""

    def __init__(self) -> None:
        super().__init__()
        self.started_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.not_held: NotHeldCause | None = None
        self.not_held_at: datetime | None = None

    def hold(
        self,
        facts: Facts,
        started_at: datetime,
        ended_at: datetime,
        attendance: Sequence[Attendance],
        applicant_came: bool = True,
        place: str = "",
    ) -> None:
        """Record that it took place, and who was absent.

        An absent department has its liability and has said nothing (P13). The opinions are due by
        the end of the day on which it ended, whatever day that is (P11).

        Raises:
            ApplicantAbsentError, QuorumError, WrongSurveyTimeError, NotParticipantError.
        """
        self._in(_S.AGREED)
        if not applicant_came:
            raise ApplicantAbsentError("without the applicant it is not held; record that")
        if not started_at <= ended_at <= facts.occurred_at:
            raise WrongSurveyTimeError("it begins before it ends, and both are over", "ended_at")
        came = {one.code: distinct(one.officials) for one in attendance}
        for code in came:
            self.participant(code)
        self._check_quorum(came)
        due_at = datetime.combine(ended_at.astimezone(SHANGHAI).date(), LAST_SECOND, SHANGHAI)
        self._tell(
            JointSurveyHeld,
            facts,
            started_at=started_at,
            ended_at=ended_at,
            place=place or self.place,
            attendance=[Attendance(code, names) for code, names in sorted(came.items()) if names],
            day_ends_at=due_at,
        )
        for code, one in self.participants.items():
            if not came.get(code):
                self._tell(
                    SurveyParticipantAbsent,
                    facts,
                    participant=code,
                    kind=one.kind,
                    liable=one.kind is ParticipantKind.DEPARTMENT,
                    deemed_agreement=bool(one.absence_agrees),
                    task_id=one.task_id,
                )
        self._conclude(facts)

    def fail_to_hold(self, facts: Facts, cause: NotHeldCause, absent: Collection[str]) -> None:
        """Record that the agreed time came and it was not held.

        Raises:
            WrongSurveyTimeError: the agreed time has not come.
        """
        self._in(_S.AGREED)
        if self.agreed is None or facts.occurred_at < self.agreed.starts_at:
            raise WrongSurveyTimeError("the agreed time has not come yet")
        for code in absent:
            self.participant(code)
        self._tell(
            SurveyNotHeld,
            facts,
            cause=cause,
            agreed_start=self.agreed.starts_at,
            noted_at=facts.occurred_at,
            absent=distinct(absent),
        )

    def _check_quorum(self, came: dict[str, list[str]]) -> None:
        missing = [
            code
            for code, one in self.participants.items()
            if one.required
            and one.kind is not ParticipantKind.DEPARTMENT
            and not came.get(code)
            and code not in self.waived
        ]
        if missing:
            raise QuorumError(f"required and absent: {', '.join(missing)}; waive it with a reason")
        if not any(came.get(code) for code in self.departments):
            raise QuorumError("no department came; record that it was not held")

    @applies(JointSurveyHeld)
    def _held(self, event: JointSurveyHeld) -> None:
        self.state, self.place = _S.HELD, event.place
        self.started_at, self.ended_at = event.started_at, event.ended_at
        self.day_ends_at = event.day_ends_at
        self.attended = {one.code: one.officials for one in event.attendance}

    @applies(SurveyNotHeld)
    def _not_held(self, event: SurveyNotHeld) -> None:
        self.state, self.not_held = _S.NOT_HELD, event.cause
        self.not_held_at = event.noted_at
        self.waits_for_applicant = event.cause is NotHeldCause.APPLICANT


__all__ = ["Survey", "survey_stream"]
