"""The rating of one stage of a case (好差评), and what follows a bad one (DOMAIN.md 2.5, 3.3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Self
from uuid import UUID

from services.intake.domain.case import Case
from services.intake.domain.channels import at_counter
from services.intake.domain.clocks import count, in_time
from services.intake.domain.events import CaseAccepted, CaseCompleted
from services.intake.domain.rating_events import (
    BadReviewAppealed,
    BadReviewContacted,
    BadReviewContactOverdue,
    BadReviewExcluded,
    BadReviewFollowedUp,
    BadReviewOpened,
    BadReviewUpheld,
    EvaluationDefaulted,
    EvaluationInvited,
    EvaluationSubmitted,
    RectificationCompleted,
    RectificationPlanned,
)
from services.intake.domain.rating_terms import (
    ANSWER_WITHIN,
    BAD,
    CONTACT_WITHIN,
    DECIDED,
    AlreadyAppealedError,
    AlreadyInvitedError,
    AlreadyRatedError,
    Answer,
    AnsweredTooLateError,
    AppealGround,
    FinishInPastError,
    JudgeInOwnCaseError,
    Measure,
    NoAppealError,
    OtherUnitError,
    RatingState,
    WrongRatingStateError,
    level_of,
)
from services.intake.domain.recounts import LimitKind, OpenLimit, Recounted
from services.kernel.aggregate import Fact, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Kind, legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = RatingState
_APPEALABLE = frozenset({_S.BAD, _S.CONTACTED, _S.RECTIFYING, _S.RECTIFIED})


class Rating(Recounted):
    """One rating; stream `stream_id("rating", f"{project_no}/{stage}")`."""

    def __init__(self) -> None:
        self.project_no = ""
        self.stage = 0
        self.subject_id = ""
        self.department = ""
        """The unit that is rated and has to set right what was bad."""
        self.state = RatingState.INVITED
        self.answer_until: datetime | None = None
        self.level: int | None = None
        self.named = False
        self.has_text = False
        self._bad_since: datetime | None = None
        self.contact_due_at: datetime | None = None
        self.overdue = False
        """The limit for the contact passed without one."""
        self.finish_by: date | None = None
        self.appeal: AppealGround | None = None
        """Of an appeal that is not judged yet."""
        self.appealed = False
        self.hands: frozenset[str] = frozenset()
        """Accounts that are rated, or had a hand in the rating: none of them judges it."""

    @classmethod
    def of(cls, project_no: str, stage: int) -> Self:
        """Give the rating before anybody was asked for it."""
        return cls.begin(rating_stream(project_no, stage))

    @property
    def key(self) -> str:
        """Name it in a deadline."""
        return f"{self.project_no}/{self.stage}"

    @property
    def counts(self) -> bool:
        """Whether it counts in statistics: somebody answered, and no appeal took it out."""
        return self.level is not None and self.state is not RatingState.EXCLUDED

    @property
    def good(self) -> bool | None:
        """None when it does not count; no answer is not counted as good."""
        return None if self.level is None or not self.counts else self.level < BAD

    @property
    def awaits_contact(self) -> bool:
        """Whether somebody has to be contacted still."""
        return self.state is _S.BAD and self.contact_due_at is not None

    def open_limit(self) -> OpenLimit | None:
        """Give the day in which a bad rating is followed by a contact."""
        if not self.awaits_contact or self._bad_since is None or self.contact_due_at is None:
            return None
        clock = Clock(Kind.STEP, CONTACT_WITHIN, self._bad_since)
        return OpenLimit(LimitKind.BAD_REVIEW_CONTACT, self.key, clock, self.contact_due_at)

    def move_limit(self, due_at: datetime) -> None:
        """Remember another end."""
        self.contact_due_at = due_at

    def invite(
        self,
        facts: Facts,
        project_no: str,
        stage: int,
        subject_id: str,
        channels: Collection[str],
        calendar: WorkCalendar,
    ) -> None:
        """Ask for it; once a case and stage."""
        if self.version:
            raise AlreadyInvitedError("this stage of the case has its rating already")
        due = count(Kind.STEP, ANSWER_WITHIN, facts.occurred_at, calendar)
        self.record(
            EvaluationInvited,
            facts,
            project_no=project_no,
            stage=stage,
            channels=sorted(set(channels)),
            invited_at=facts.occurred_at,
            answer_until=due.at,
            calendar_version=due.calendar,
            subject_id=subject_id,
        )

    def submit(self, facts: Facts, said: Answer, has_text: bool, calendar: WorkCalendar) -> None:
        """Take the answer; a bad one is followed up from this moment on."""
        level = level_of(said.value, said.scale)
        if self.level is not None:
            raise AlreadyRatedError("this stage of the case has been rated")
        if self.state is _S.DEFAULTED or not _by(facts.occurred_at, self.answer_until):
            raise AnsweredTooLateError("the invitation has run out")
        self.record(
            EvaluationSubmitted,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            level=level,
            scale=said.scale,
            value=said.value,
            channel=said.channel,
            options=sorted(set(said.options)),
            named=said.named,
            has_text=has_text,
            submitted_at=facts.occurred_at,
            clerk=said.clerk,
            window=said.window,
        )
        if level < BAD:
            return
        due = count(Kind.STEP, CONTACT_WITHIN, facts.occurred_at, calendar) if said.named else None
        self.record(
            BadReviewOpened,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            level=level,
            contact_due_at=due.at if due else None,
            calendar_version=due.calendar if due else None,
            provisional=(due.provisional or None) if due else None,
        )

    def default(self, facts: Facts, noticed_at: datetime) -> None:
        """Say once that nobody answered; without effect when somebody has, or still may."""
        if self.state is not _S.INVITED or _by(noticed_at, self.answer_until):
            return
        self.record(
            EvaluationDefaulted,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            answer_until=self.answer_until,
        )

    def contact(self, facts: Facts, has_note: bool) -> None:
        """The unit has spoken to the applicant; late is late, and better than never."""
        self._of_the_unit(facts)
        self._in(_S.BAD)
        if not self.named:
            raise WrongRatingStateError("an anonymous rating has nobody to contact")
        self.record(
            BadReviewContacted,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            contacted_at=facts.occurred_at,
            on_time=_by(facts.occurred_at, self.contact_due_at),
            has_note=has_note,
        )

    def miss_contact(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that the limit for the contact passed; without effect when nobody waits."""
        if not self.awaits_contact or self.overdue or _by(detected_at, self.contact_due_at):
            return
        self.record(
            BadReviewContactOverdue,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            due_at=self.contact_due_at,
            detected_at=detected_at,
        )

    def plan(
        self, facts: Facts, measures: Collection[Measure], finish_by: date, has_note: bool
    ) -> None:
        """The unit says what it will change; a named applicant is contacted before."""
        self._of_the_unit(facts)
        self._in(_S.CONTACTED if self.named else _S.BAD)
        if finish_by < legal_date(facts.occurred_at):
            raise FinishInPastError("a plan ends on a day to come", "finish_by")
        self.record(
            RectificationPlanned,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            measures=sorted(set(measures), key=lambda one: one.value),
            finish_by=finish_by,
            has_note=has_note,
        )

    def rectify(self, facts: Facts, has_note: bool) -> None:
        """The unit has changed what it said."""
        self._of_the_unit(facts)
        self._in(_S.RECTIFYING)
        day = legal_date(facts.occurred_at)
        self.record(
            RectificationCompleted,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            completed_at=facts.occurred_at,
            on_time=self.finish_by is not None and day <= self.finish_by,
            has_note=has_note,
        )

    def follow_up(self, facts: Facts, satisfied: bool | None, has_note: bool) -> None:
        """Close it: somebody else than the unit has asked whether it is better now."""
        if facts.actor.unit == self.department:
            raise OtherUnitError("the unit that was rated does not follow itself up")
        self._in(_S.RECTIFIED)
        self.record(
            BadReviewFollowedUp,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            followed_up_at=facts.occurred_at,
            has_note=has_note,
            satisfied=satisfied,
        )

    def contest(
        self, facts: Facts, ground: AppealGround, evidence: Collection[str], has_note: bool
    ) -> None:
        """The unit appeals against it, once; meanwhile everything else goes on."""
        self._of_the_unit(facts)
        if self.appealed:
            raise AlreadyAppealedError("it has been appealed against; that is judged once")
        self._in(*_APPEALABLE)
        self.record(
            BadReviewAppealed,
            facts,
            project_no=self.project_no,
            stage=self.stage,
            ground=ground,
            evidence=sorted(set(evidence)),
            has_note=has_note,
        )

    def judge(
        self, facts: Facts, excluded: bool, handlers: Collection[str], has_note: bool
    ) -> None:
        """Decide the appeal.

        Args:
            handlers: accounts that had a hand in the case.
        """
        if self.appeal is None:
            raise NoAppealError("there is no appeal to judge")
        if facts.actor.id in self.hands or facts.actor.id in handlers:
            raise JudgeInOwnCaseError("who handled the case does not judge the appeal")
        if facts.actor.unit and facts.actor.unit == self.department:
            raise JudgeInOwnCaseError("the unit that was rated does not judge its appeal")
        told = {"project_no": self.project_no, "stage": self.stage, "has_note": has_note}
        if excluded:
            self.record(BadReviewExcluded, facts, ground=self.appeal, **told)
        else:
            self.record(BadReviewUpheld, facts, **told)

    def _in(self, *states: RatingState) -> None:
        if self.state not in states:
            raise WrongRatingStateError(f"that cannot be done while it is {self.state.value}")

    def _of_the_unit(self, facts: Facts) -> None:
        if not self.department or facts.actor.unit != self.department:
            raise OtherUnitError("the unit that was rated does this")

    def _hand(self, facts: Facts) -> None:
        self.hands |= {facts.actor.id}

    @applies(EvaluationInvited)
    def _invited(self, event: EvaluationInvited) -> None:
        self.project_no, self.stage = event.project_no, event.stage
        self.subject_id = event.subject_id
        self.department = event.facts.department
        self.answer_until = event.answer_until
        self._hand(event.facts)

    @applies(EvaluationSubmitted)
    def _submitted(self, event: EvaluationSubmitted) -> None:
        self.state = _S.SUBMITTED
        self.level, self.named, self.has_text = event.level, event.named, event.has_text
        self._hand(event.facts)
        self.hands |= {event.clerk} if event.clerk else set()

    @applies(EvaluationDefaulted)
    def _defaulted(self, event: EvaluationDefaulted) -> None:
        self.state = _S.DEFAULTED

    @applies(BadReviewOpened)
    def _opened(self, event: BadReviewOpened) -> None:
        self.state = _S.BAD
        self._bad_since, self.contact_due_at = event.facts.occurred_at, event.contact_due_at

    @applies(BadReviewContacted)
    def _contacted(self, event: BadReviewContacted) -> None:
        self.state = _S.CONTACTED
        self._hand(event.facts)

    @applies(BadReviewContactOverdue)
    def _overdue(self, event: BadReviewContactOverdue) -> None:
        self.overdue = True

    @applies(RectificationPlanned)
    def _planned(self, event: RectificationPlanned) -> None:
        self.state, self.finish_by = _S.RECTIFYING, event.finish_by
        self._hand(event.facts)

    @applies(RectificationCompleted)
    def _rectified(self, event: RectificationCompleted) -> None:
        self.state = _S.RECTIFIED
        self._hand(event.facts)

    @applies(BadReviewFollowedUp)
    def _followed_up(self, event: BadReviewFollowedUp) -> None:
        self.state = _S.FOLLOWED_UP

    @applies(BadReviewAppealed)
    def _appealed(self, event: BadReviewAppealed) -> None:
        self.appeal, self.appealed = event.ground, True
        self._hand(event.facts)

    @applies(BadReviewExcluded)
    def _excluded(self, event: BadReviewExcluded) -> None:
        self.state, self.appeal = _S.EXCLUDED, None

    @applies(BadReviewUpheld)
    def _upheld(self, event: BadReviewUpheld) -> None:
        self.appeal = None


def asked_after(case: Case) -> list[tuple[int, Fact]]:
    """Give the stages of which the applicant is asked by what is pending in a case, and by what.

    At a counter each visit is rated, online the matter as a whole (现场一次一评，网上一事一评): so
    the acceptance where somebody stood at a counter, and every decision. Whom another system
    serves, that one asks.
    """
    found: list[tuple[int, Fact]] = []
    if case.rows.owner:
        return found
    for fact in case.pending:
        if isinstance(fact, CaseAccepted) and at_counter(fact.channel):
            found.append((1, fact))
        if isinstance(fact, CaseCompleted) and fact.completion_kind in DECIDED:
            found.append((2, fact))
    return found


def rating_stream(project_no: str, stage: int) -> UUID:
    """Give the stream of a rating."""
    return stream_id("rating", f"{project_no}/{stage}")


def _by(moment: datetime, due_at: datetime | None) -> bool:
    return due_at is None or in_time(moment, due_at)
