"""The materials of a case, for its applicant: upload, hand in, bring what the notice asks for."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import ContractError, NotAllowedError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.chassis.web.spool import Upload
from services.intake.application.materials import own_promise_until
from services.intake.case_answers import Act, Correct
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case import Case
from services.intake.domain.materials import materials_stream
from services.intake.material_answers import PromiseMaterial
from services.intake.pages.portal.papers import asked_for, lacking, papers, since
from services.intake.pages.portal.story import came, noticed_at
from services.intake.portal_answers import CorrectForm, DoneQuery, PromiseForm, SeenForm
from services.intake.projections import catalog_of
from services.intake.service.cases import PAGES
from services.intake.service.portal_desk import (
    MINE,
    OWNERS,
    PRIVATE,
    REFUSED,
    go,
    may,
    own_case,
    said,
    saying,
    version_of,
)
from services.intake.uploads import UPLOAD_BYTES

ROOM: Final = 64 << 10
"""What the form around a file may take, in bytes."""


class PortalMaterialRoutes:
    """Pages of the materials of one case."""

    clock: Clock
    frame: Any
    cases: Any
    post_file: Any
    promise_material: Any
    submit_draft: Any
    take_corrections: Any

    @route(
        "GET",
        "/my/cases/<project_no>/materials",
        html=True,
        roles=OWNERS,
        query=DoneQuery,
        summary="The checklist of my case, with uploads",
    )
    def show_my_materials(self, call: Call[None, DoneQuery]) -> Reply:
        return self._portal_materials(call, own_case(self, call), done=call.query.done)

    @route(
        "POST",
        "/my/cases/<project_no>/materials/<code>",
        html=True,
        roles=OWNERS,
        spooled=True,
        body_bytes=UPLOAD_BYTES + ROOM,
        summary="Upload a material by its form",
    )
    def upload_by_form(self, call: Call[Upload]) -> Reply:
        try:
            case = own_case(self, call)
            code = call.path["code"]
            try:
                self.post_file(call)
            except (*REFUSED, NotAllowedError, ContractError) as error:
                return self._portal_materials(call, case, refused=said(error), about=code)
            return go(call, f"/my/cases/{case.project_no}/materials", done=code)
        finally:
            call.body.discard()

    @route(
        "POST",
        "/my/cases/<project_no>/materials/<code>/promise",
        html=True,
        roles=OWNERS,
        request=PromiseForm,
        summary="Promise a material for later by its form (容缺)",
    )
    def promise_by_form(self, call: Call[PromiseForm]) -> Reply:
        case, code = own_case(self, call), call.path["code"]
        try:
            due_on = date.fromisoformat(call.body.due_on)
        except ValueError:
            refused = "请选择补交的日期。"
            return self._portal_materials(call, case, refused=refused, about=code)
        try:
            self.promise_material(saying(call, PromiseMaterial(due_on=due_on)))
        except (*REFUSED, NotAllowedError) as error:
            return self._portal_materials(call, case, refused=said(error), about=code)
        return go(call, f"/my/cases/{case.project_no}/materials", done=f"promised-{code}")

    @route(
        "POST",
        "/my/cases/<project_no>/submission",
        html=True,
        roles=OWNERS,
        request=SeenForm,
        summary="Hand in a draft by its form",
    )
    def submit_by_form(self, call: Call[SeenForm]) -> Reply:
        case = own_case(self, call)
        try:
            self.submit_draft(saying(call, Act(expected_version=call.body.seen or None)))
        except (*REFUSED, NotAllowedError) as error:
            return self._portal_materials(call, case, refused=said(error))
        return go(call, f"/my/cases/{case.project_no}", done="submitted")

    @route(
        "POST",
        "/my/cases/<project_no>/corrections",
        html=True,
        roles=OWNERS,
        request=CorrectForm,
        summary="Hand in what the notice asks for, by its form",
    )
    def correct_by_form(self, call: Call[CorrectForm]) -> Reply:
        case, form = own_case(self, call), call.body
        if not form.items:
            return self._portal_materials(call, case, refused="请勾选已经补好的项目。")
        wish = Correct(items=list(form.items), expected_version=form.seen or None)
        try:
            self.take_corrections(saying(call, wish))
        except (*REFUSED, NotAllowedError) as error:
            return self._portal_materials(call, case, refused=said(error))
        return go(call, f"/my/cases/{case.project_no}", done="corrected")

    def _portal_materials(
        self,
        call: Call[Any, Any],
        case: Case,
        *,
        done: str = "",
        refused: str = "",
        about: str = "",
    ) -> Reply:
        number, now = case.project_no, self.clock.now()
        found = self.cases.checklist(number, now)
        case = found.case
        events = self.cases.events_of(materials_stream(number))
        fresh = since(came(events), noticed_at(self.cases.events_of(case.id)))
        listed = papers(found, fresh)
        version = version_of(self, case)
        names = {one.code: one.name for one in listed}
        text = PAGES.render(
            "portal/materials.html",
            call,
            title="申请材料",
            english="Papers",
            crumbs=[MINE, Crumb(version.name if version else number, f"/my/cases/{number}")],
            case=case,
            name=version.name if version else case.item_code,
            papers=listed,
            lacking=lacking(listed),
            asked=asked_for(case.outstanding, listed),
            uploaded=names.get(done, ""),
            promised=names.get(done.removeprefix("promised-"), "") if done not in names else "",
            promise_until=own_promise_until(now, catalog_of(self.cases.database)(()).calendar),
            drafted=done == "draft",
            refused=f"{names[about]}：{refused}" if about in names else refused,
            acting=may(self, call, case, AgencyScope.MATERIALS),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)
