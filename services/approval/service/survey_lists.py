"""Surveys to look at: their list, one of them, the calendar; answers and pages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.approval.domain.surveys import Survey
from services.approval.pages.surveys import calendar_of, calendar_page, survey_page
from services.approval.projections.surveys import SurveyRow, list_surveys
from services.approval.service.site_room import APPLICANT, READERS, SurveyRoom
from services.approval.survey_answers import CalendarQuery, SurveysQuery, SurveyView, survey_view
from services.chassis.clock import Clock
from services.chassis.events import Event
from services.chassis.web import Call, Page, Pages, route
from services.chassis.web.histories import history_event, page_reply, wants_page
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb

PAGES: Final = Pages("approval", Path(__file__).parents[1] / "pages")


class SurveyLists(SurveyRoom):
    """Routes about surveys that change nothing."""

    clock: Clock

    @route(
        "GET",
        "/surveys",
        query=SurveysQuery,
        response=Page[SurveyRow],
        roles=READERS,
        summary="List surveys, newest request first",
    )
    def list_surveys(self, call: Call[None, SurveysQuery]) -> Page[SurveyRow]:
        query = call.query
        rows = list_surveys(
            self.tasks.database,
            process_no=query.process_no,
            department=query.department,
            state=query.state.value if query.state else "",
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.requested_at, row.survey_no))

    @route(
        "GET",
        "/surveys/<survey_no>",
        response=SurveyView,
        roles=READERS | APPLICANT,
        summary="A survey and its history",
    )
    def get_survey(self, call: Call) -> Any:
        survey, events = self._survey_of(call)
        if not call.caller.roles & READERS:
            self._check_applicant(call)
        if wants_page(call):
            return page_reply(self._survey_page(call, survey, events))
        return survey_view(survey, [history_event(event) for event in events])

    @route(
        "GET",
        "/survey-calendar",
        html=True,
        query=CalendarQuery,
        roles=READERS,
        summary="The surveys of a week or a month: who, where, how they stand",
    )
    def show_calendar(self, call: Call[None, CalendarQuery]) -> str:
        shown = calendar_of(call.query, self.clock.now())
        rows = list_surveys(
            self.tasks.database,
            department=call.query.department,
            since=shown.since,
            until=shown.until,
            limit=1000,
        )
        waiting = list_surveys(
            self.tasks.database, department=call.query.department, state="requested", limit=50
        )
        return PAGES.render(
            "survey_calendar.html",
            call,
            title="联合踏勘日历",
            english="Joint site surveys",
            **calendar_page(call.query, shown, rows, waiting),
        )

    def _survey_page(self, call: Call, survey: Survey, events: list[Event]) -> str:
        return PAGES.render(
            "survey.html",
            call,
            title=f"联合踏勘 {survey.survey_no}",
            english="Joint site survey",
            crumbs=[Crumb("联合踏勘日历", "/survey-calendar")],
            **survey_page(survey, events),
        )
