"""What intake can be told of ratings (好差评): asked, given, followed up, appealed against."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.chassis.deadlines import Deadline, Due, cancel_deadlines, set_deadlines
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.chassis.projection import Change
from services.chassis.vault import Opening
from services.intake import timers
from services.intake.application.cases import Cases
from services.intake.domain import Case
from services.intake.domain.clocks import breach_at
from services.intake.domain.rating_terms import (
    STAGES,
    Answer,
    AppealGround,
    Measure,
    RatingState,
    TooEarlyToRateError,
)
from services.intake.domain.ratings import Rating, asked_after, rating_stream
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

CONTACT: Final = timers.CONTACT
DEFAULT: Final = "evaluation_default"
"""Both are due in the second after the last one of their limit; the key is project_no/stage."""


@dataclass(frozen=True)
class Done:
    """What became of a rating or a ticket."""

    key: str
    state: str
    stream: str
    version: int


class Ratings(Cases):
    """The ratings of the centre."""

    @command
    def invite_rating(
        self,
        facts: Facts,
        project_no: str,
        stage: int,
        channels: Collection[str],
        *,
        key: str | None = None,
    ) -> Done:
        """Ask the applicant for a rating of a stage the case has reached; asked twice is once."""
        case = self.find(Case, stream_id("case", project_no))
        if case is None or stage not in STAGES:
            raise NotFoundError("there is no such case or stage")
        if (case.accepted_at if stage == 1 else case.completed_at) is None:
            raise TooEarlyToRateError("the case has not reached this stage", "stage")
        found = self.find(Rating, rating_stream(project_no, stage)) or Rating.of(project_no, stage)
        if found.version and found.state is RatingState.INVITED:
            return self._file_rating(found)  # asked already, and nobody has answered yet
        about = self._of_case(facts, project_no, case.department)
        calendar = self._catalog(()).calendar
        found.invite(about, project_no, stage, case.subject_id, channels, calendar)
        return self._file_rating(found)

    @command
    def submit_rating(
        self,
        facts: Facts,
        project_no: str,
        stage: int,
        said: Answer,
        text: str = "",
        *,
        key: str | None = None,
    ) -> Done:
        """Take a rating; the words go to the vault, the event says only that there are some."""
        rating = self._rating(project_no, stage)
        about = self._of_rating(facts, rating)
        rating.submit(about, said, bool(text), self._catalog(()).calendar)
        self._note(rating.subject_id, f"rating_{stage}", text)
        return self._file_rating(rating)

    @command
    def contact_rater(
        self, facts: Facts, project_no: str, stage: int, note: str = "", *, key: str | None = None
    ) -> Done:
        """Say that the unit spoke to who gave a bad rating."""
        rating = self._rating(project_no, stage)
        rating.contact(self._of_rating(facts, rating), bool(note))
        self._note(rating.subject_id, f"rating_{stage}_contact", note)
        return self._file_rating(rating)

    @command
    def plan_rectification(
        self,
        facts: Facts,
        project_no: str,
        stage: int,
        measures: Collection[Measure],
        finish_by: date,
        note: str = "",
        *,
        key: str | None = None,
    ) -> Done:
        """Say what the unit will change, and by when."""
        rating = self._rating(project_no, stage)
        rating.plan(self._of_rating(facts, rating), measures, finish_by, bool(note))
        self._note(rating.subject_id, f"rating_{stage}_plan", note)
        return self._file_rating(rating)

    @command
    def complete_rectification(
        self, facts: Facts, project_no: str, stage: int, note: str = "", *, key: str | None = None
    ) -> Done:
        """Say that it is changed."""
        rating = self._rating(project_no, stage)
        rating.rectify(self._of_rating(facts, rating), bool(note))
        self._note(rating.subject_id, f"rating_{stage}_rectified", note)
        return self._file_rating(rating)

    @command
    def follow_up_rating(
        self,
        facts: Facts,
        project_no: str,
        stage: int,
        satisfied: bool | None,
        note: str = "",
        *,
        key: str | None = None,
    ) -> Done:
        """Say what the applicant thinks of it now."""
        rating = self._rating(project_no, stage)
        rating.follow_up(self._of_rating(facts, rating), satisfied, bool(note))
        self._note(rating.subject_id, f"rating_{stage}_follow_up", note)
        return self._file_rating(rating)

    @command
    def appeal_rating(
        self,
        facts: Facts,
        project_no: str,
        stage: int,
        ground: AppealGround,
        evidence: Collection[str],
        note: str = "",
        *,
        key: str | None = None,
    ) -> Done:
        """Appeal against a bad rating, for the unit."""
        rating = self._rating(project_no, stage)
        rating.contest(self._of_rating(facts, rating), ground, evidence, bool(note))
        self._note(rating.subject_id, f"rating_{stage}_appeal", note)
        return self._file_rating(rating)

    @command
    def judge_appeal(
        self,
        facts: Facts,
        project_no: str,
        stage: int,
        excluded: bool,
        note: str = "",
        *,
        key: str | None = None,
    ) -> Done:
        """Decide the appeal; who had a hand in the case or in the rating does not."""
        rating = self._rating(project_no, stage)
        handlers = self._handlers(project_no)
        rating.judge(self._of_rating(facts, rating), excluded, handlers, bool(note))
        self._note(rating.subject_id, f"rating_{stage}_ruling", note)
        return self._file_rating(rating)

    def rating_texts(self, rating: Rating, opening: Opening) -> dict[str, str]:
        """Give what was written in a rating and about it, by part; the opening is written down."""
        start = f"rating_{rating.stage}"
        parts = ("", "_contact", "_plan", "_rectified", "_follow_up", "_appeal", "_ruling")
        found = self._texts(rating.subject_id, [start + part for part in parts], opening)
        return {name.removeprefix(start).lstrip("_") or "text": found[name] for name in found}

    def recount(self, watched: str, key: str, facts: Facts, calendar: WorkCalendar) -> None:
        """Count the limit again at whose end this deadline is; others go on to theirs."""
        if watched != CONTACT:
            super().recount(watched, key, facts, calendar)
            return
        project_no, _, stage = key.rpartition("/")
        rating = self._rating(project_no, int(stage))
        if rating.recount_limit(self._of_rating(facts, rating), calendar):
            self._file_rating(rating)

    def _file(self, case: Case, calendar: WorkCalendar | None = None, firing: str = "") -> None:
        """Ask for a rating in the unit of work in which a case reaches a stage (DOMAIN.md 2.5)."""
        asked, fresh = asked_after(case), case.version == len(case.pending)
        super()._file(case, calendar, firing)
        for stage, fact in asked:
            stream = rating_stream(case.project_no, stage)
            if not fresh and self.find(Rating, stream) is not None:
                continue
            about = replace(fact.facts, actor=Actor(ActorKind.SYSTEM, "intake"))
            rating = Rating.of(case.project_no, stage)
            days = calendar or self._catalog(()).calendar
            rating.invite(
                self._of_case(about, case.project_no, case.department),
                case.project_no,
                stage,
                case.subject_id,
                [case.channel],
                days,
            )
            self._file_rating(rating)

    def fire(self, due: Due) -> None:
        """Do what a deadline of a rating is for; those of others go on to them."""
        if due.kind not in (CONTACT, DEFAULT):
            super().fire(due)
            return
        project_no, _, stage = due.key.rpartition("/")
        rating = self._rating(project_no, int(stage))
        own = Facts(due.due_at, due.key, Actor(ActorKind.SYSTEM, "intake"), due.id)
        facts = self._of_rating(own, rating)
        if due.kind == CONTACT:
            rating.miss_contact(facts, due.fired_at)
        else:
            rating.default(facts, due.fired_at)
        self.keep(rating)

    def _rating(self, project_no: str, stage: int) -> Rating:
        rating = self.find(Rating, rating_stream(project_no, stage))
        if rating is None:
            raise NotFoundError("nobody was asked for this rating")
        return rating

    def _handlers(self, project_no: str) -> frozenset[str]:
        """Name the accounts that had a hand in the case."""
        events = self.events_of(stream_id("case", project_no))
        return frozenset(
            event.body.actor.id for event in events if event.body.actor.kind is ActorKind.PERSON
        )

    def _of_rating(self, facts: Facts, rating: Rating) -> Facts:
        return self._of_case(facts, rating.project_no, rating.department)

    def _of_case(self, facts: Facts, project_no: str, department: str) -> Facts:
        return replace(facts, subject=project_no, region=self._region, department=department)

    def _file_rating(self, rating: Rating) -> Done:
        self.change(*_deadlines(rating))
        self.keep(rating)
        key, state = rating.key, rating.state.value
        return Done(key, state, str(rating.id), rating.version)


def _deadlines(rating: Rating) -> Iterable[Change]:
    """Bring the deadlines of a rating in line with it."""
    if rating.version > len(rating.pending):
        yield cancel_deadlines((CONTACT, DEFAULT), rating.key)
    wanted = []
    if rating.state is RatingState.INVITED and rating.answer_until:
        wanted.append(Deadline(DEFAULT, rating.key, breach_at(rating.answer_until)))
    if rating.awaits_contact and not rating.overdue and rating.contact_due_at:
        wanted.append(Deadline(CONTACT, rating.key, breach_at(rating.contact_due_at)))
    if wanted:
        yield set_deadlines(wanted)
