"""A joint review meeting (并联审批会议): scheduled for several projects, held, with its minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from services.approval.domain.rules import ApprovalRuleError
from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class ReviewMeetingScheduled(Fact):
    """Departments are asked to review projects together."""

    TOPIC = "approval.review-meeting-scheduled.v1"

    meeting_no: str
    projects: list[str]
    departments: list[str]
    scheduled_at: datetime
    place: str


class ReviewMeetingHeld(Fact):
    """It took place; who was asked and did not come is named."""

    TOPIC = "approval.review-meeting-held.v1"

    meeting_no: str
    projects: list[str]
    held_at: datetime
    attended: list[str]
    absent: list[str]
    minutes_hash: str


class MeetingError(ApprovalRuleError):
    """A meeting is held once, by those who were asked, after it was scheduled."""


class ReviewMeeting(Aggregate):
    """One meeting. Stream: `stream_id("meeting", meeting_no)`."""

    def __init__(self) -> None:
        self.meeting_no = ""
        self.projects: list[str] = []
        self.departments: list[str] = []
        self.scheduled_at: datetime | None = None
        self.held_at: datetime | None = None
        self.absent: list[str] = []
        self.minutes_hash = ""

    @classmethod
    def schedule(
        cls,
        facts: Facts,
        meeting_no: str,
        projects: Sequence[str],
        departments: Sequence[str],
        scheduled_at: datetime,
        place: str,
    ) -> Self:
        """Call a meeting.

        Raises:
            MeetingError: about nothing, of nobody, or in the past.
        """
        if not projects or not departments:
            raise MeetingError("a meeting is about projects, and departments are asked to it")
        if scheduled_at < facts.occurred_at:
            raise MeetingError("a meeting is scheduled ahead")
        meeting = cls.begin(stream_id("meeting", meeting_no))
        meeting.record(
            ReviewMeetingScheduled,
            facts,
            meeting_no=meeting_no,
            projects=list(dict.fromkeys(projects)),
            departments=list(dict.fromkeys(departments)),
            scheduled_at=scheduled_at,
            place=place,
        )
        return meeting

    def hold(self, facts: Facts, attended: Sequence[str], minutes_hash: str) -> None:
        """File that it took place; who was asked and is not among these was absent.

        Raises:
            MeetingError: it was held already, or before its time.
        """
        if self.held_at is not None:
            raise MeetingError("the meeting has been held")
        if self.scheduled_at is not None and facts.occurred_at < self.scheduled_at:
            raise MeetingError("the meeting has not begun")
        self.record(
            ReviewMeetingHeld,
            facts,
            meeting_no=self.meeting_no,
            projects=self.projects,
            held_at=facts.occurred_at,
            attended=list(dict.fromkeys(attended)),
            absent=[one for one in self.departments if one not in attended],
            minutes_hash=minutes_hash,
        )

    @applies(ReviewMeetingScheduled)
    def _scheduled(self, event: ReviewMeetingScheduled) -> None:
        self.meeting_no = event.meeting_no
        self.projects = event.projects
        self.departments = event.departments
        self.scheduled_at = event.scheduled_at

    @applies(ReviewMeetingHeld)
    def _held(self, event: ReviewMeetingHeld) -> None:
        self.held_at = event.held_at
        self.absent = event.absent
        self.minutes_hash = event.minutes_hash
