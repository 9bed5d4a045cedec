"""Ratings (好差评) over HTTP: asked, given, followed up, appealed against, listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.identity import Caller
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import HistoryEvent, history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.ratings import Done
from services.intake.domain import Rating
from services.intake.domain.rating_terms import Answer
from services.intake.domain.ratings import rating_stream
from services.intake.projections.ratings import RatingRow, list_ratings
from services.intake.rating_answers import (
    AppealRating,
    FollowUp,
    InviteRating,
    JudgeAppeal,
    Noted,
    PlanRectification,
    RatingsQuery,
    RatingView,
    SubmitRating,
    Told,
    rating_view,
)
from services.kernel.facts import Facts

CLERK: Final = frozenset({"clerk"})
ASKED: Final = frozenset({"clerk", "rating_terminal"})
"""The terminal at a window, or who writes down what an applicant says."""
UNIT: Final = frozenset({"unit"})
SUPERVISOR: Final = frozenset({"supervisor"})
READERS: Final = frozenset({"clerk", "unit", "supervisor"})
TEXT_READERS: Final = UNIT | SUPERVISOR
_PRIVATE: Final = {"Cache-Control": "no-store"}


class RatingRoutes:
    """Routes about ratings; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>/invitation",
        request=InviteRating,
        response=Told,
        roles=CLERK,
        status=201,
        summary="Ask the applicant to rate a stage of their case: 1 acceptance, 2 completion",
    )
    def invite_rating(self, call: Call[InviteRating]) -> Told:
        done = self.cases.invite_rating(
            self._facts_of_rating(call, CLERK),
            *_named(call),
            call.body.channels,
            key=call.idempotency_key or None,
        )
        return self._told(call, done)

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>",
        request=SubmitRating,
        response=Told,
        roles=ASKED,
        status=201,
        summary="Rate a stage of a case, once",
    )
    def submit_rating(self, call: Call[SubmitRating]) -> Told:
        """`scale` says which end is best: `1_best` (GB/T 39046) or `5_best`. Never guessed."""
        said = call.body
        done = self.cases.submit_rating(
            self._facts_of_rating(call, ASKED),
            *_named(call),
            Answer(
                said.value,
                said.scale,
                said.channel,
                said.options,
                said.named,
                said.clerk or None,
                said.window or None,
            ),
            said.note,
            key=call.idempotency_key or None,
        )
        return self._told(call, done)

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>/contact",
        request=Noted,
        response=Told,
        roles=UNIT,
        summary="Say that the unit spoke to who gave a bad rating",
    )
    def contact_rater(self, call: Call[Noted]) -> Told:
        facts, key = self._facts_of_rating(call, UNIT), call.idempotency_key or None
        done = self.cases.contact_rater(facts, *_named(call), call.body.note, key=key)
        return self._told(call, done)

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>/plan",
        request=PlanRectification,
        response=Told,
        roles=UNIT,
        summary="Say what the unit will change, and by when",
    )
    def plan_rectification(self, call: Call[PlanRectification]) -> Told:
        done = self.cases.plan_rectification(
            self._facts_of_rating(call, UNIT),
            *_named(call),
            call.body.measures,
            call.body.finish_by,
            call.body.note,
            key=call.idempotency_key or None,
        )
        return self._told(call, done)

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>/rectification",
        request=Noted,
        response=Told,
        roles=UNIT,
        summary="Say that it is changed",
    )
    def complete_rectification(self, call: Call[Noted]) -> Told:
        facts, key = self._facts_of_rating(call, UNIT), call.idempotency_key or None
        done = self.cases.complete_rectification(facts, *_named(call), call.body.note, key=key)
        return self._told(call, done)

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>/follow-up",
        request=FollowUp,
        response=Told,
        roles=SUPERVISOR,
        summary="Say what the applicant thinks of it now",
    )
    def follow_up_rating(self, call: Call[FollowUp]) -> Told:
        done = self.cases.follow_up_rating(
            self._facts_of_rating(call, SUPERVISOR),
            *_named(call),
            call.body.satisfied,
            call.body.note,
            key=call.idempotency_key or None,
        )
        return self._told(call, done)

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>/appeal",
        request=AppealRating,
        response=Told,
        roles=UNIT,
        summary="Appeal against a bad rating: mistaken or malicious",
    )
    def appeal_rating(self, call: Call[AppealRating]) -> Told:
        done = self.cases.appeal_rating(
            self._facts_of_rating(call, UNIT),
            *_named(call),
            call.body.ground,
            call.body.evidence,
            call.body.note,
            key=call.idempotency_key or None,
        )
        return self._told(call, done)

    @route(
        "POST",
        "/cases/<project_no>/ratings/<int:stage>/ruling",
        request=JudgeAppeal,
        response=Told,
        roles=SUPERVISOR,
        summary="Decide the appeal; not for who handled the case",
    )
    def judge_appeal(self, call: Call[JudgeAppeal]) -> Told:
        done = self.cases.judge_appeal(
            self._facts_of_rating(call, SUPERVISOR),
            *_named(call),
            call.body.excluded,
            call.body.note,
            key=call.idempotency_key or None,
        )
        return self._told(call, done)

    @route(
        "GET",
        "/ratings",
        query=RatingsQuery,
        response=Page[RatingRow],
        roles=READERS,
        summary="List ratings, newest invitation first; a unit sees its own",
    )
    def list_ratings(self, call: Call[None, RatingsQuery]) -> Page[RatingRow]:
        query = call.query
        rows = list_ratings(
            self.cases.database,
            state=query.state.value if query.state else "",
            department=own_unit(call.caller, READERS - UNIT) or query.department,
            project_no=query.project_no,
            level=query.level,
            appeal=query.appeal,
            overdue=query.overdue,
            after=read_cursor(query.cursor, tuple[datetime, str, int]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.invited_at, row.project_no, row.stage))

    @route(
        "GET",
        "/cases/<project_no>/ratings/<int:stage>",
        response=RatingView,
        roles=READERS,
        summary="A rating and its history",
    )
    def get_rating(self, call: Call) -> RatingView:
        rating, history = self._rating_of(call)
        return rating_view(rating, history)

    @route(
        "GET",
        "/cases/<project_no>/ratings/<int:stage>/texts",
        response=dict[str, str],
        roles=TEXT_READERS,
        summary="What was written in a rating and about it; that it is opened is written down",
    )
    def get_rating_texts(self, call: Call) -> Reply:
        rating, _ = self._rating_of(call)
        opening = opening_of(call, TEXT_READERS)
        return Reply(self.cases.rating_texts(rating, opening), headers=_PRIVATE)

    def _rating_of(self, call: Call[Any, Any]) -> tuple[Rating, list[HistoryEvent]]:
        stream = rating_stream(*_named(call))
        rating = self.cases.state_of(Rating, stream)
        if rating is None:
            raise NotFoundError("nobody was asked for this rating")
        unit = own_unit(call.caller, READERS - UNIT)
        if unit and unit != rating.department:
            raise NotAllowedError("this belongs to another department")
        return rating, [history_event(event) for event in self.cases.events_of(stream)]

    def _facts_of_rating(self, call: Call[Any, Any], roles: frozenset[str]) -> Facts:
        return facts_of(self, call, call.path["project_no"], roles)

    def _told(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position)


def facts_of(service: Any, call: Call[Any, Any], subject: str, roles: frozenset[str]) -> Facts:
    """Say of a command who gives it, in which of these roles, now."""
    return Facts(
        occurred_at=service.clock.now(),
        subject=subject,
        actor=call.caller.actor(min(roles & call.caller.roles)),
        correlation_id=call.correlation_id,
        region=service.frame.settings.region,
    )


def opening_of(call: Call[Any, Any], roles: frozenset[str]) -> Opening:
    """Say who opens what people wrote."""
    role = min(roles & call.caller.roles)
    return Opening(call.caller.id, role, Purpose.COMPLAINT, call.correlation_id)


def own_unit(caller: Caller, wider: frozenset[str]) -> str:
    """Give the unit a caller is confined to; empty for a role that sees everything.

    Raises:
        NotAllowedError: the caller belongs to no unit.
    """
    if caller.roles & wider:
        return ""
    if not caller.unit:
        raise NotAllowedError("you belong to no department")
    return caller.unit


def _named(call: Call[Any, Any]) -> tuple[str, int]:
    return call.path["project_no"], int(call.path["stage"])
