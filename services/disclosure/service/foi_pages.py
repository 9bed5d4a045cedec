"""Public pages about requests for information: how to ask, the form, how far it is, the table."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Column, Table, chart_of
from services.disclosure.domain.own_records import ELSEWHERE
from services.disclosure.foi_answers import (
    AskRequest,
    RegisterRequest,
    annual_view,
    progress_of,
)
from services.disclosure.pages import asked_words as words
from services.disclosure.pages import record_words
from services.disclosure.service.asked_pages import (
    HERE,
    OFFICE,
    Sheet,
    form_page,
    private,
    take_form,
)
from services.disclosure.service.foi import OFFICERS, FoiRoutes, year_of
from services.disclosure.service.screens import PAGES
from services.disclosure.service.turns import RECORD, AskedForm, Typed
from services.kernel.times import SHANGHAI

MISSING: Final = {
    "name": "请填写姓名或者单位名称。",
    "id_number": "请填写身份证件号码或者统一社会信用代码。",
    "phone": "请填写联系方式。",
    "text": "请写明所需政府信息的名称、文号或者便于查询的特征。",
}
ASK: Final = Sheet(
    shape=AskRequest,
    template="foi_new.html",
    receipt="foi_receipt.html",
    title="申请公开政府信息",
    english="Request form",
    crumbs=[HERE],
    missing=MISSING,
    wrong="有一项填写得不对：请检查号码、日期和所需信息的描述（至少五个字）。",
    words=words,
)
REGISTER: Final = replace(
    ASK,
    shape=RegisterRequest,
    title="登记书面申请",
    english="Enter a request",
    crumbs=[OFFICE],
    missing={**MISSING, "raw_on": "请填写收到的日期。"},
    day="raw_on",
)


class AskForm(AskedForm, frozen=True, kw_only=True):
    """A request for information, by internet or on paper."""

    email: Typed = ""
    address: Typed = ""
    category: Typed = "natural"
    form_wanted: Typed = "electronic"
    delivery: Typed = "online"
    channel: Typed = ""
    raw_on: Typed = ""


class QueryForm(msgspec.Struct, frozen=True, kw_only=True):
    """Number and code of a receipt as they were typed."""

    request_no: Annotated[str, msgspec.Meta(max_length=60)] = ""
    code: Annotated[str, msgspec.Meta(max_length=60)] = ""

    def __repr__(self) -> str:
        return "QueryForm(...)"

    __str__ = __repr__


class FoiPages(FoiRoutes):
    """Pages anybody reads."""

    @route("GET", "/foi", html=True, public=True, summary="How to ask for information")
    def show_foi(self, call: Call) -> str:
        year = self.clock.now().astimezone(SHANGHAI).year
        return PAGES.render(
            "foi.html",
            call,
            title="依申请公开",
            english="Ask for information",
            year=year - 1,
            query=QueryForm(),
            wrong="",
        )

    @route("GET", "/foi/new", html=True, public=True, summary="The form of a request")
    def begin_request(self, call: Call) -> Reply:
        return form_page(call, ASK, AskForm(), self.clock.now())

    @route(
        "POST",
        "/foi/new",
        html=True,
        request=AskForm,
        public=True,
        summary="Ask for information, by the form",
    )
    def ask_by_form(self, call: Call[AskForm]) -> Reply:
        return take_form(call, ASK, self.clock.now(), self._receive)

    @route("GET", "/foi-desk/new", html=True, roles=OFFICERS, summary="Enter a paper request")
    def begin_register(self, call: Call) -> Reply:
        return form_page(call, REGISTER, AskForm(channel="in_person"), self.clock.now())

    @route(
        "POST",
        "/foi-desk/new",
        html=True,
        request=AskForm,
        roles=OFFICERS,
        summary="Enter a request that came in person or by post, by the form",
    )
    def register_by_form(self, call: Call[AskForm]) -> Reply:
        return take_form(call, REGISTER, self.clock.now(), self._receive)

    @route(
        "POST",
        "/foi/query",
        html=True,
        request=QueryForm,
        public=True,
        summary="How far a request is, by its number and code",
    )
    def show_progress(self, call: Call[QueryForm]) -> Reply:
        said = call.body
        try:
            if said.request_no.strip().startswith(RECORD):
                return self._record_progress(call)
            request = self.figures.request_by_code(said.request_no.strip(), said.code)
        except NotFoundError:
            return private(
                call,
                "foi.html",
                status=404,
                title="依申请公开",
                english="Ask for information",
                year=self.clock.now().astimezone(SHANGHAI).year - 1,
                query=said,
                wrong="没有找到这件申请：请核对申请编号和查询码。",
            )
        shown = progress_of(request)
        return private(
            call,
            "foi_progress.html",
            title=f"申请 {shown.request_no}",
            english="Progress",
            crumbs=[HERE],
            shown=shown,
            state=words.STATES[shown.state],
            steps=words.steps(shown.state),
            waits=words.WAITS[shown.waits_for],
            reply=words.REPLIES.get(shown.reply or "", ""),
            shown_day=shown_day,
        )

    @route(
        "GET",
        "/foi/report/<int:year>",
        html=True,
        public=True,
        summary="The table of the annual report, as a page",
    )
    def show_annual(self, call: Call) -> str:
        year = year_of(call)
        view = annual_view(self.figures.annual_table(year))
        columns = [words.CATEGORIES.get(name, "总计") for name in view.columns]
        table = Table(
            caption=f"{year} 年收到和处理政府信息公开申请情况（件）",
            columns=[Column("项目"), *(Column(name, numeric=True) for name in columns)],
            rows=[
                [words.ROWS[name], *(row[column] for column in view.columns)]
                for name, row in view.rows.items()
            ],
            csv_href=f"/foi/annual/{year}/table.csv",
        )
        fought = Table(
            caption=f"{year} 年因政府信息公开工作被申请行政复议、提起行政诉讼情况（件）",
            columns=[
                Column("途径"),
                *(Column(text, numeric=True) for text in words.OUTCOMES.values()),
            ],
            rows=[
                [words.LINES[name], *(row[outcome] for outcome in words.OUTCOMES)]
                for name, row in view.remedies.items()
            ],
        )
        came = view.rows["new"]["total"] + view.rows["carried_over"]["total"]
        return PAGES.render(
            "foi_annual.html",
            call,
            title=f"{year} 年政府信息公开申请情况",
            english="Annual table",
            crumbs=[HERE],
            chart=chart_of(
                "foi-answers",
                "办理结果",
                [
                    (name, sum(view.rows[row]["total"] for row in rows))
                    for name, rows in words.SUMMED.items()
                ],
                unit="件",
                column="结果",
            ),
            table=table,
            fought=fought,
            year=year,
            came=came,
            rows=view.rows,
        )

    def _record_progress(self, call: Call[QueryForm]) -> Reply:
        said = call.body
        record = self.figures.record_correction_by_code(said.request_no.strip(), said.code)
        return private(
            call,
            "record_progress.html",
            title=f"更正申请 {record.correction_no}",
            english="Progress",
            crumbs=[HERE],
            record=record,
            state=record_words.state(record.outcome),
            elsewhere=record.outcome in ELSEWHERE,
            shown_day=shown_day,
        )


def shown_day(day: Any) -> str:
    """Write a day for a page; "" for none."""
    if day is None:
        return ""
    if hasattr(day, "astimezone"):
        day = day.astimezone(SHANGHAI).date()
    return f"{day.year}年{day.month}月{day.day}日"
