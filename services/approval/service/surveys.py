"""Joint site surveys over HTTP: arranged, held, spoken of; their list, calendar and pages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.approval.application.surveys import SiteDone
from services.approval.domain import Notice
from services.approval.domain.survey_terms import Party, Slot
from services.approval.domain.surveys import Survey, survey_stream
from services.approval.pages.surveys import calendar_of, calendar_page, survey_page
from services.approval.projections.applicants import applicants_of
from services.approval.projections.surveys import SurveyRow, list_surveys
from services.approval.site_answers import SiteTold
from services.approval.survey_answers import (
    AcceptSlot,
    AskToRectify,
    CalendarQuery,
    Confirm,
    HoldSurvey,
    NotHeld,
    OfDepartment,
    OfDepartments,
    PassSite,
    ProposeTimes,
    Reasoned,
    RequestSurvey,
    Reschedule,
    StopClock,
    SurveysQuery,
    SurveyView,
    Time,
    Waive,
    survey_view,
)
from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.events import Event
from services.chassis.web import Call, Page, Pages, route
from services.chassis.web.histories import history_event, page_reply, wants_page, written
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.kernel.facts import Facts

PAGES: Final = Pages("approval", Path(__file__).parents[1] / "pages")
CLERK: Final = frozenset({"clerk"})
"""The central window organises."""
OFFICER: Final = frozenset({"officer"})
APPLICANT: Final = frozenset({"applicant"})
ASKERS: Final = CLERK | OFFICER
SUPERVISOR: Final = frozenset({"supervisor"})
READERS: Final = ASKERS | SUPERVISOR | frozenset({"department_head"})


class SurveyRoutes:
    """Routes about surveys; a part of approval's service."""

    name: str
    clock: Clock
    frame: Any
    tasks: Any

    @route(
        "POST",
        "/processes/<process_no>/surveys",
        request=RequestSurvey,
        response=SiteTold,
        roles=ASKERS,
        status=201,
        summary="Ask for a joint survey of departments of a process",
    )
    def request_survey(self, call: Call[RequestSurvey]) -> SiteTold:
        said, process_no = call.body, call.path["process_no"]
        done = self.tasks.request_survey(
            site_facts(self, call, process_no, ASKERS),
            process_no,
            [one.participant() for one in said.participants],
            said.place,
            key=call.idempotency_key or None,
        )
        return site_told(self, call, done)

    @route(
        "POST",
        "/surveys/<survey_no>/times",
        request=ProposeTimes,
        response=SiteTold,
        roles=CLERK,
        summary="Propose times",
    )
    def propose_times(self, call: Call[ProposeTimes]) -> SiteTold:
        return self._on_survey(call, CLERK, "propose", _slots(call.body.slots))

    @route(
        "POST",
        "/surveys/<survey_no>/acceptance",
        request=AcceptSlot,
        response=SiteTold,
        roles=CLERK | APPLICANT,
        summary="Take a time for one side; agreed when window and applicant took the same",
    )
    def accept_slot(self, call: Call[AcceptSlot]) -> SiteTold:
        """The applicant takes it by their own account, or a clerk writes down what they said."""
        clerk = "clerk" in call.caller.roles
        party = call.body.party or (Party.CENTRAL_WINDOW if clerk else Party.APPLICANT)
        if not clerk:
            if party is not Party.APPLICANT:
                raise NotAllowedError("an applicant speaks for themselves")
            self._check_applicant(call)
        roles = CLERK if clerk else APPLICANT
        return self._on_survey(call, roles, "accept_slot", party, call.body.starts_at)

    @route(
        "POST",
        "/surveys/<survey_no>/rescheduling",
        request=Reschedule,
        response=SiteTold,
        roles=CLERK,
        summary="Give the agreed time up for others, also after it was not held",
    )
    def reschedule(self, call: Call[Reschedule]) -> SiteTold:
        said = call.body
        return self._on_survey(call, CLERK, "reschedule", said.reason, _slots(said.slots))

    @route(
        "POST",
        "/surveys/<survey_no>/cancellation",
        request=Reasoned,
        response=SiteTold,
        roles=CLERK,
        summary="Give the survey up",
    )
    def cancel_survey(self, call: Call[Reasoned]) -> SiteTold:
        return self._on_survey(call, CLERK, "cancel", call.body.reason)

    @route(
        "POST",
        "/surveys/<survey_no>/participants",
        request=Confirm,
        response=SiteTold,
        roles=ASKERS,
        summary="Say who will come: two officials of a department at least",
    )
    def confirm_participant(self, call: Call[Confirm]) -> SiteTold:
        said = call.body
        if "clerk" not in call.caller.roles:
            call.caller.require_unit(said.code)
        return self._on_survey(call, ASKERS, "confirm", said.code, said.officials)

    @route(
        "POST",
        "/surveys/<survey_no>/waivers",
        request=Waive,
        response=SiteTold,
        roles=CLERK | SUPERVISOR,
        summary="Let it be held without a required utility or intermediary",
    )
    def waive_participant(self, call: Call[Waive]) -> SiteTold:
        said = call.body
        return self._on_survey(call, CLERK | SUPERVISOR, "waive", said.code, said.reason)

    @route(
        "POST",
        "/surveys/<survey_no>/holding",
        request=HoldSurvey,
        response=SiteTold,
        roles=CLERK,
        summary="Record that it took place, and who was there",
    )
    def hold_survey(self, call: Call[HoldSurvey]) -> SiteTold:
        said = call.body
        times = (said.started_at, said.ended_at)
        return self._on_survey(
            call, CLERK, "hold", *times, said.came(), said.applicant_came, said.place
        )

    @route(
        "POST",
        "/surveys/<survey_no>/absence",
        request=NotHeld,
        response=SiteTold,
        roles=CLERK,
        summary="Record that the agreed time came and it was not held",
    )
    def survey_not_held(self, call: Call[NotHeld]) -> SiteTold:
        """By the applicant's absence the promised clocks stand still from here on."""
        said = call.body
        return self._on_survey(call, CLERK, "fail_to_hold", said.cause, said.absent)

    @route(
        "POST",
        "/surveys/<survey_no>/passes",
        request=PassSite,
        response=SiteTold,
        roles=OFFICER,
        summary="Find the requirements of the officer's department met, under its seal",
    )
    def pass_site(self, call: Call[PassSite]) -> SiteTold:
        said, unit = call.body, call.caller.unit
        rest = (said.seal_use_no, said.document_hash, said.on_the_spot)
        return self._on_survey(call, OFFICER, "pass_site", unit, *rest)

    @route(
        "POST",
        "/surveys/<survey_no>/rectifications",
        request=AskToRectify,
        response=SiteTold,
        roles=OFFICER,
        summary="Say in writing, the same day, what is to be put right",
    )
    def ask_to_rectify(self, call: Call[AskToRectify]) -> SiteTold:
        said, unit = call.body, call.caller.unit
        rest = (said.wanted(), said.delivered_by, said.document_hash)
        return self._on_survey(call, OFFICER, "ask_to_rectify", unit, *rest)

    @route(
        "POST",
        "/surveys/<survey_no>/reports",
        request=OfDepartment,
        response=SiteTold,
        roles=CLERK | APPLICANT,
        summary="Say that what a department asked for is put right",
    )
    def report_rectified(self, call: Call[OfDepartment]) -> SiteTold:
        clerk = "clerk" in call.caller.roles
        if not clerk:
            self._check_applicant(call)
        roles = CLERK if clerk else APPLICANT
        return self._on_survey(call, roles, "report_rectified", call.body.department)

    @route(
        "POST",
        "/surveys/<survey_no>/resurvey",
        request=OfDepartments,
        response=SiteTold,
        roles=ASKERS,
        status=201,
        summary="Have what was put right looked at again; answers with the new survey",
    )
    def request_resurvey(self, call: Call[OfDepartments]) -> SiteTold:
        done = self.tasks.request_resurvey(
            site_facts(self, call, call.path["survey_no"], ASKERS),
            call.path["survey_no"],
            call.body.departments,
            key=call.idempotency_key or None,
        )
        return site_told(self, call, done)

    @route(
        "POST",
        "/surveys/<survey_no>/suspension",
        request=StopClock,
        response=SiteTold,
        roles=OFFICER,
        summary="Let a clock stand still until the survey is over, where the item says so",
    )
    def suspend_for_survey(self, call: Call[StopClock]) -> SiteTold:
        """By law a survey stops no statutory limit (行政许可法 art. 45)."""
        said = call.body
        done = self.tasks.suspend_for_survey(
            site_facts(self, call, call.path["survey_no"], OFFICER),
            call.path["survey_no"],
            said.clock,
            Notice(said.notice_no, said.expected_days),
            key=call.idempotency_key or None,
        )
        return site_told(self, call, done)

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

    def _survey_of(self, call: Call[Any, Any]) -> tuple[Survey, list[Event]]:
        stream = survey_stream(call.path["survey_no"])
        survey = self.tasks.state_of(Survey, stream)
        if survey is None:
            raise NotFoundError("there is no such survey")
        return survey, self.tasks.events_of(stream)

    def _check_applicant(self, call: Call[Any, Any]) -> None:
        survey, _ = self._survey_of(call)
        check_applicant(self, call, survey.process_no)

    def _on_survey(
        self, call: Call[Any, Any], roles: frozenset[str], act: str, *said: object
    ) -> SiteTold:
        number = call.path["survey_no"]
        facts = site_facts(self, call, number, roles)
        key = call.idempotency_key or None
        return site_told(self, call, self.tasks.act_on_survey(facts, number, act, *said, key=key))


def site_facts(service: Any, call: Call[Any, Any], subject: str, roles: frozenset[str]) -> Facts:
    """Say of a command who gives it, in which of these roles; when is when the database got it."""
    return Facts(
        occurred_at=service.tasks.received_now(),
        subject=subject,
        actor=call.caller.actor(min(roles & call.caller.roles)),
        correlation_id=call.correlation_id,
        region=service.frame.settings.region,
        department=call.caller.unit,
    )


def site_told(service: Any, call: Call[Any, Any], done: SiteDone) -> SiteTold:
    """Answer a command."""
    place = written(call, service.tasks.database, service.name, done.stream, done.version)
    return SiteTold(done.key, done.state, place.event, place.position)


def check_applicant(service: Any, call: Call[Any, Any], process_no: str) -> None:
    """Refuse a caller whose account did not apply in one of the cases of this process.

    Raises:
        NotAllowedError: see there.
    """
    process = service.tasks.process_of(process_no)
    numbers = {task.project_no for task in process.tasks.values()}
    accounts = {one.account for one in applicants_of(service.tasks.database, numbers)}
    if call.caller.id not in accounts:
        raise NotAllowedError("only who applied may do this, or the window for them")


def _slots(times: list[Time]) -> list[Slot]:
    return [Slot(one.starts_at, one.ends_at) for one in times]
