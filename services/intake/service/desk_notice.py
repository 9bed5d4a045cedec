"""The one notice (一次性告知): composed from the checklist, looked at, and sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import RuleError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.intake.case_answers import Notify
from services.intake.desk_answers import NoticeForm, said
from services.intake.domain import Case, NoticeItem
from services.intake.domain.clocks import count
from services.intake.domain.terms import WAITING
from services.intake.pages.desk import item_name
from services.intake.pages.desk_case import Asked, asked_for, lines_of
from services.intake.projections import catalog_of
from services.intake.service.cases import PAGES
from services.intake.service.desk import CLERK, PRIVATE, QUEUE
from services.intake.service.desk_cases import DeskCasePages, turned
from services.kernel.clock import Due, Kind
from services.kernel.limits import Limit

_DAYS: Final = 365


class DeskNoticePages(DeskCasePages):
    """The pages of the one notice; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any
    notify_case: Any

    @route(
        "GET",
        "/desk/cases/<project_no>/notice",
        html=True,
        roles=CLERK,
        summary="Compose the one notice from the checklist",
    )
    def compose_notice(self, call: Call) -> Reply:
        case, _ = self._case_at_desk(call.path["project_no"])
        lines = lines_of(self.checklist_at_desk(case, self.clock.now()))
        form = NoticeForm(version=case.version, key=token_hex(16))
        return self._notice_form(call, case, lines, form)

    @route(
        "POST",
        "/desk/cases/<project_no>/notice",
        html=True,
        roles=CLERK,
        request=NoticeForm,
        summary="Look at the notice, then send it; a second one is a recorded fault",
    )
    def notice_by_form(self, call: Call[NoticeForm]) -> Reply:
        form, now = call.body, self.clock.now()
        case, _ = self._case_at_desk(call.path["project_no"])
        lines = lines_of(self.checklist_at_desk(case, now), form)
        items, wrong = asked_for(lines, form)
        days = int(form.days) if form.days.isdigit() and 1 <= int(form.days) <= _DAYS else 0
        if form.step == "edit" or wrong or not days:
            told = wrong or ("" if days else "补正期限是 1 到 365 个工作日。")
            return self._notice_form(call, case, lines, form, "" if form.step == "edit" else told)
        if form.step != "send":
            return self._notice_letter(call, case, items, form, self._notice_due(days, now))
        if case.notices and not form.again:
            told = "已经告知过一次：要再次告知，请勾选知道这是过错。"
            return self._notice_letter(call, case, items, form, self._notice_due(days, now), told)

        def send() -> None:
            lacking = [
                {"code": one.code, "material": one.material, "wrong": one.wrong} for one in items
            ]
            version = form.version or None
            body = said(Notify, expected_version=version, items=lacking, days=days)
            self.notify_case(turned(call, form, body))

        return self.done_at_desk(
            call, "notice", send, lambda told, _: self._notice_form(call, case, lines, form, told)
        )

    def _notice_form(
        self,
        call: Call[Any, Any],
        case: Case,
        lines: Sequence[Asked],
        form: NoticeForm,
        refused: str = "",
    ) -> Reply:
        if case.state not in WAITING:
            raise RuleError("办件已经受理或者结束，不再告知补正", rule="case_state")
        text = PAGES.render(
            "desk_notice.html",
            call,
            title="一次性告知",
            english="The one notice",
            crumbs=_crumbs(case),
            case=case,
            lines=lines,
            form=form,
            refused=refused,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _notice_letter(
        self,
        call: Call[Any, Any],
        case: Case,
        items: Sequence[NoticeItem],
        form: NoticeForm,
        due: Due,
        refused: str = "",
    ) -> Reply:
        known = catalog_of(self.cases.database)([case.item_code])
        text = PAGES.render(
            "desk_notice_letter.html",
            call,
            title="补正通知书（预览）",
            english="The notice, a preview",
            crumbs=_crumbs(case),
            case=case,
            items=items,
            form=form,
            due_on=due.day,
            item_name=item_name(known, case.item_code, self.clock.now()),
            refused=refused,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _notice_due(self, days: int, now: datetime) -> Due:
        calendar = catalog_of(self.cases.database)(()).calendar
        return count(Kind.NOTICE, Limit(days), now, calendar)


def _crumbs(case: Case) -> list[Crumb]:
    return [QUEUE, Crumb(f"办件 {case.project_no}", f"/desk/cases/{case.project_no}")]
