"""Home visits (上门服务) and extended hours (延时服务) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import ContractError, NotAllowedError, NotFoundError
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.ratings import Done
from services.intake.application.visits import Order
from services.intake.domain import HomeVisit
from services.intake.domain.visit_terms import VisitCancelReason
from services.intake.domain.visits import visit_stream
from services.intake.projections.visits import (
    ExtendedRow,
    VisitRow,
    list_extended,
    list_visits,
)
from services.intake.rating_answers import Told
from services.intake.service.appointments import APPLICANT, BOOKERS, DESK, number_of
from services.intake.service.case_desk import seen_by
from services.intake.service.ratings import facts_of
from services.intake.visit_answers import (
    CancelVisit,
    CompleteVisit,
    OrderVisit,
    ScheduleVisit,
    TellExtendedHours,
    Text,
    VisitsQuery,
    VisitView,
    visit_view,
)
from services.kernel.facts import Facts

_CLERK: Final = frozenset({"clerk"})
_READERS: Final = DESK | APPLICANT
_PRIVATE: Final = {"Cache-Control": "no-store"}


class VisitRoutes:
    """Routes about visits and extended hours; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/visits",
        request=OrderVisit,
        response=Told,
        roles=BOOKERS,
        status=201,
        summary="Ask that a clerk comes; the place goes to the vault",
    )
    def order_home_visit(self, call: Call[OrderVisit]) -> Told:
        said, key = call.body, call.idempotency_key or None
        online = "clerk" not in call.caller.roles
        if online and said.subject_id:
            raise NotAllowedError("only a clerk names a person by subject_id")
        number = said.visit_no or number_of("V", self.clock.now(), key)
        order = Order(
            number,
            said.reason,
            account=call.caller.id if online else "",
            subject_id=said.subject_id,
            item_code=said.item_code or None,
            project_no=said.project_no or None,
        )
        facts = facts_of(self, call, number, APPLICANT if online else _CLERK)
        done = self.cases.order_home_visit(facts, order, said.place, said.told(), key=key)
        return self._told_of_visit(call, done)

    @route(
        "POST",
        "/visits/<visit_no>/schedule",
        request=ScheduleVisit,
        response=Told,
        roles=DESK,
        summary="Say which clerk goes, and when; may be said again",
    )
    def schedule_home_visit(self, call: Call[ScheduleVisit]) -> Told:
        said = call.body
        _with_offset("starts_at", said.starts_at)
        facts, number, key = self._visiting(call, DESK)
        done = self.cases.schedule_home_visit(
            facts, number, said.clerk, said.starts_at, seen=seen_by(call), key=key
        )
        return self._told_of_visit(call, done)

    @route(
        "POST",
        "/visits/<visit_no>/completion",
        request=CompleteVisit,
        response=Told,
        roles=_CLERK,
        summary="Say what came of the visit: the clerk who went",
    )
    def complete_home_visit(self, call: Call[CompleteVisit]) -> Told:
        said = call.body
        facts, number, key = self._visiting(call, _CLERK)
        done = self.cases.complete_home_visit(
            facts, number, said.outcome, said.project_no or None, seen=seen_by(call), key=key
        )
        return self._told_of_visit(call, done)

    @route(
        "POST",
        "/visits/<visit_no>/cancellation",
        request=CancelVisit,
        response=Told,
        roles=BOOKERS,
        summary="Call a visit off",
    )
    def cancel_home_visit(self, call: Call[CancelVisit]) -> Told:
        visit, reason = self._visit_of(call), call.body.reason
        online = "clerk" not in call.caller.roles
        if online and reason is VisitCancelReason.CENTRE:
            raise NotAllowedError("only a clerk cancels for the centre")
        facts, _, key = self._visiting(call, APPLICANT if online else _CLERK)
        done = self.cases.cancel_home_visit(
            facts, visit.visit_no, reason, seen=seen_by(call), key=key
        )
        return self._told_of_visit(call, done)

    @route(
        "GET",
        "/visits",
        query=VisitsQuery,
        response=Page[VisitRow],
        roles=_READERS,
        summary="Home visits, newest first; an applicant sees the own ones",
    )
    def list_visits(self, call: Call[None, VisitsQuery]) -> Page[VisitRow]:
        query = call.query
        rows = list_visits(
            self.cases.database,
            state=query.state.value if query.state else "",
            clerk=query.clerk,
            account="" if call.caller.roles & DESK else call.caller.id,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.ordered_at, row.visit_no))

    @route(
        "GET",
        "/visits/<visit_no>",
        response=VisitView,
        roles=_READERS,
        summary="A visit and its history",
    )
    def get_visit(self, call: Call) -> VisitView:
        visit = self._visit_of(call)
        events = self.cases.events_of(visit_stream(visit.visit_no))
        return visit_view(visit, [history_event(event) for event in events])

    @route(
        "GET",
        "/visits/<visit_no>/place",
        response=Text,
        roles=DESK,
        summary="Where to go: for the clerk who goes and the supervisor; it is written down",
    )
    def get_visit_place(self, call: Call) -> Reply:
        visit = self._visit_of(call)
        if call.caller.id != visit.clerk and "supervisor" not in call.caller.roles:
            raise NotAllowedError("the clerk who goes sees where to")
        opening = Opening(
            call.caller.id,
            min(DESK & call.caller.roles),
            Purpose.CONTACT,
            call.correlation_id,
        )
        return Reply(Text(self.cases.visit_place(visit, opening)), headers=_PRIVATE)

    @route(
        "POST",
        "/cases/<project_no>/extended-hours",
        request=TellExtendedHours,
        response=Told,
        roles=_CLERK,
        status=201,
        summary="Record that a case was handled outside of hours; no deadline changes",
    )
    def record_extended_hours(self, call: Call[TellExtendedHours]) -> Told:
        said, number = call.body, call.path["project_no"]
        _with_offset("began_at", said.began_at)
        _with_offset("ended_at", said.ended_at)
        window = said.window or call.caller.window
        if not window:
            raise ContractError("name the window", field="window")
        done = self.cases.record_extended_hours(
            facts_of(self, call, number, _CLERK),
            number,
            window,
            said.began_at,
            said.ended_at,
            said.hours,
            key=call.idempotency_key or None,
        )
        return self._told_of_visit(call, done)

    @route(
        "GET",
        "/cases/<project_no>/extended-hours",
        response=list[ExtendedRow],
        roles=DESK,
        summary="When a case was handled outside of hours",
    )
    def list_extended_hours(self, call: Call) -> list[ExtendedRow]:
        return list_extended(self.cases.database, call.path["project_no"])

    def _visit_of(self, call: Call[Any, Any]) -> HomeVisit:
        visit: HomeVisit | None = self.cases.state_of(
            HomeVisit, visit_stream(call.path["visit_no"])
        )
        if visit is None:
            raise NotFoundError("there is no such visit")
        if not call.caller.roles & DESK and visit.account != call.caller.id:
            raise NotAllowedError("this visit is another account's")
        return visit

    def _visiting(
        self, call: Call[Any, Any], roles: frozenset[str]
    ) -> tuple[Facts, str, str | None]:
        number = call.path["visit_no"]
        return facts_of(self, call, number, roles), number, call.idempotency_key or None

    def _told_of_visit(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position, done.version)


def _with_offset(name: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ContractError(f"{name} needs an offset", field=name)
