"""Joint site surveys over HTTP: asked for, arranged, held, spoken of."""

from __future__ import annotations

from typing import Any

from services.approval.domain import Notice
from services.approval.domain.survey_terms import Party, Slot
from services.approval.service.site_room import (
    APPLICANT,
    ASKERS,
    CLERK,
    OFFICER,
    SUPERVISOR,
    SurveyRoom,
    site_facts,
    site_told,
)
from services.approval.site_answers import SiteTold
from services.approval.survey_answers import (
    AcceptSlot,
    AskToRectify,
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
    Time,
    Waive,
)
from services.chassis.errors import NotAllowedError
from services.chassis.web import Call, route


class SurveyRoutes(SurveyRoom):
    """Routes about surveys; a part of approval's service."""

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

    def _on_survey(
        self, call: Call[Any, Any], roles: frozenset[str], act: str, *said: object
    ) -> SiteTold:
        number = call.path["survey_no"]
        facts = site_facts(self, call, number, roles)
        key = call.idempotency_key or None
        return site_told(self, call, self.tasks.act_on_survey(facts, number, act, *said, key=key))


def _slots(times: list[Time]) -> list[Slot]:
    return [Slot(one.starts_at, one.ends_at) for one in times]
