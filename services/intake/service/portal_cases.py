"""One case as its applicant sees it: where it is, what to do next, and what can be done."""

from __future__ import annotations

from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.reference import Reference
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import shown_time
from services.intake.case_answers import Act, Withdraw
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case import Case
from services.intake.domain.materials import materials_stream
from services.intake.domain.terms import OPEN, CaseState
from services.intake.pages import clocks
from services.intake.pages.offers import reviewable
from services.intake.pages.portal import words
from services.intake.pages.portal.journey import Standing, holder, next_step, stops
from services.intake.pages.portal.papers import asked_for, lacking, papers, since
from services.intake.pages.portal.story import came, noticed_at, story
from services.intake.portal_answers import CodeForm, DoneQuery, SeenForm
from services.intake.projections.fees import list_fees
from services.intake.projections.issuing import list_results
from services.intake.service.cases import PAGES
from services.intake.service.portal_desk import (
    MINE,
    OWNERS,
    PRIVATE,
    REFUSED,
    crumb_of,
    go,
    may,
    own_case,
    said,
    saying,
    version_of,
)
from services.intake.service.portal_ratings import ratable_stages
from services.kernel.clock import Kind
from services.kernel.money import yuan

DONE: Final = {
    "draft": "已存为草稿。",
    "submitted": "申请已经提交，请记下办件编号。",
    "corrected": "补正已经交回。",
    "withdrawn": "申请已经撤回。",
    "review": "已经要求人工复核，会有工作人员重新查看。",
    "rated": "感谢您的评价。",
}


TOLD_BEFORE: Final = "刚才已经告知过；没有记下的，请再取一个，之前的作废。"


class PortalCaseRoutes:
    """Pages of one case."""

    clock: Clock
    frame: Any
    cases: Any
    withdraw_case: Any
    request_review: Any
    issue_pickup_code: Any

    @route(
        "GET",
        "/my/cases/<project_no>",
        html=True,
        roles=OWNERS,
        query=DoneQuery,
        summary="Where my case is, who has it, and what I do next",
    )
    def show_my_case(self, call: Call[None, DoneQuery]) -> Reply:
        query = call.query
        case = own_case(self, call)
        told = bool(query.told) and may(self, call, case, AgencyScope.FULL)
        return self._portal_case(call, case, done=query.done, told=told)

    @route(
        "GET",
        "/my/cases/<project_no>/withdrawal",
        html=True,
        roles=OWNERS,
        summary="What it means to take the application back",
    )
    def confirm_withdrawal(self, call: Call) -> Reply:
        return self._portal_withdrawal(call, own_case(self, call))

    @route(
        "POST",
        "/my/cases/<project_no>/withdrawal",
        html=True,
        roles=OWNERS,
        request=SeenForm,
        summary="Take the application back",
    )
    def withdraw_by_form(self, call: Call[SeenForm]) -> Reply:
        case = own_case(self, call)
        try:
            self.withdraw_case(saying(call, Withdraw(expected_version=call.body.seen or None)))
        except (*REFUSED, NotAllowedError) as error:
            return self._portal_withdrawal(call, case, said(error))
        return go(call, f"/my/cases/{case.project_no}", done="withdrawn")

    @route(
        "POST",
        "/my/cases/<project_no>/human-review",
        html=True,
        roles=OWNERS,
        request=SeenForm,
        summary="Ask for a person to look at what a rule decided",
    )
    def review_by_form(self, call: Call[SeenForm]) -> Reply:
        case = own_case(self, call)
        try:
            self.request_review(saying(call, Act()))
        except REFUSED as error:
            return self._portal_case(call, case, refused=said(error))
        return go(call, f"/my/cases/{case.project_no}", done="review")

    @route(
        "POST",
        "/my/cases/<project_no>/pickup-code",
        html=True,
        roles=OWNERS,
        request=CodeForm,
        summary="Be shown a new pick-up code, this once; no message carries it",
    )
    def show_my_code(self, call: Call[CodeForm]) -> Reply:
        case, form = own_case(self, call), call.body
        key = f"form/intake/{call.caller.id}/{form.key}" if form.key else ""
        try:
            told = self.issue_pickup_code(saying(call, None, key)).value
        except (*REFUSED, NotAllowedError, NotFoundError) as error:
            return self._portal_case(call, case, refused=said(error))
        return self._portal_case(call, case, code=told.code or TOLD_BEFORE)

    def _portal_case(
        self,
        call: Call[Any, Any],
        case: Case,
        *,
        done: str = "",
        refused: str = "",
        code: str = "",
        told: bool = False,
    ) -> Reply:
        now, number, database = self.clock.now(), case.project_no, self.cases.database
        events = self.cases.events_of(case.id)
        materials = self.cases.events_of(materials_stream(number))
        fresh = since(came(materials), noticed_at(events))
        listed = papers(self.cases.checklist(number, now), fresh)
        asked = asked_for(case.outstanding, listed)
        fees = list_fees(database, project_no=number)
        ratable = ratable_stages(self, call, case)
        version = version_of(self, case)
        department = version.department_name if version else case.department
        result = next(iter(list_results(database, numbers=[number])), None)
        standing = Standing(
            waiting=result is not None and result.state == "shelved",
            lacking=len(lacking(listed)),
            rejected=sum(one.light == "red" and bool(one.upload) for one in listed),
            asked=len(asked),
            brought=sum(one.ready for one in asked),
            fees=fees,
            ratable=ratable[0] if ratable else 0,
            department=department,
        )
        editions = Reference(database).editions() if case.counts else ()
        state, light = words.STATES[case.state.value]
        text = PAGES.render(
            "portal/case.html",
            call,
            title=version.name if version else case.item_name or case.item_code,
            crumbs=[MINE],
            case=case,
            state=state,
            light=light,
            step=next_step(case, now, standing),
            stops=stops(case),
            holder=holder(case, department),
            refused=refused,
            done=DONE.get(done, ""),
            promised=clocks.strip(case, Kind.PROMISED, editions, now),
            statutory=clocks.strip(case, Kind.STATUTORY, editions, now),
            moments=story(events, materials, call.caller.id, department),
            papers=listed,
            fees=fees,
            fee_words=words.FEES,
            yuan=yuan,
            person=self._portal_person(call, case) if told else {},
            trusted=may(self, call, case, AgencyScope.FULL),
            reviewable=reviewable(case),
            withdrawable=case.state in OPEN | {CaseState.DRAFT}
            and may(self, call, case, AgencyScope.WITHDRAW),
            ratable=ratable,
            stages=words.STAGES,
            result=result,
            collecting=may(self, call, case, AgencyScope.COLLECT),
            code=code,
            key=token_hex(16),
            shown_time=shown_time,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _portal_withdrawal(self, call: Call[Any, Any], case: Case, refused: str = "") -> Reply:
        if case.state not in OPEN | {CaseState.DRAFT} and not refused:
            return go(call, f"/my/cases/{case.project_no}")
        fees = list_fees(self.cases.database, project_no=case.project_no)
        text = PAGES.render(
            "portal/withdraw.html",
            call,
            title="撤回申请",
            english="Withdraw",
            crumbs=[MINE, crumb_of(case)],
            case=case,
            refused=refused,
            paid=any(one.state == "paid" for one in fees),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _portal_person(self, call: Call[Any, Any], case: Case) -> dict[str, str]:
        """Give what was filled in, masked; that it was looked at is written down."""
        if not case.subject_id:
            return {}
        role = min(OWNERS & call.caller.roles)
        opening = Opening(call.caller.id, role, Purpose.SUBJECT_REQUEST, call.correlation_id)
        try:
            shown = self.cases.openings.view(case.subject_id, opening)
        except NotFoundError:
            return {}
        named = {
            "name": "姓名或名称",
            "document_no": "证件号码",
            "phone": "电话",
            "address": "地址",
        }
        return {
            label: shown.fields[field] for field, label in named.items() if field in shown.fields
        }
