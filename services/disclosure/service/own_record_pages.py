"""Pages about records somebody wants corrected: the form, the desk's list, and its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec

from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Crumb, Table
from services.disclosure.domain.foi_terms import OFFICER
from services.disclosure.domain.own_records import (
    ELSEWHERE,
    RecordCorrection,
    RecordOutcome,
    record_stream,
)
from services.disclosure.domain.rules import DisclosureRuleError
from services.disclosure.pages import record_words as words
from services.disclosure.projections.own_records import CorrectionRow
from services.disclosure.record_answers import (
    AskOwnCorrection,
    CorrectionsQuery,
    DecideCorrection,
    RegisterOwnCorrection,
)
from services.disclosure.service.asked_pages import (
    HERE,
    OFFICE,
    Sheet,
    form_page,
    private,
    take_form,
)
from services.disclosure.service.foi import OFFICERS, READERS
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.own_records import OwnRecordRoutes
from services.disclosure.service.screens import PAGES
from services.disclosure.service.turns import AskedForm, Typed

DESK: Final = Crumb("更正本人信息", "/foi-desk/corrections")
ASK: Final = Sheet(
    shape=AskOwnCorrection,
    template="record_new.html",
    receipt="record_receipt.html",
    title="更正本人信息",
    english="Correct my own record",
    crumbs=[HERE],
    missing=words.MISSING,
    wrong="有一项填写得不对：请检查号码，并写明哪一条信息不准确（至少五个字）。",
    words=words,
)
REGISTER: Final = replace(
    ASK,
    shape=RegisterOwnCorrection,
    title="登记书面更正申请",
    english="Enter a paper application",
    crumbs=[OFFICE, DESK],
    missing=words.ASKED_ON_PAPER,
    day="received_on",
)


class AskRecordForm(AskedForm, frozen=True, kw_only=True):
    """A record about oneself that is wrong; by internet or on paper."""

    evidence: Typed = ""
    received_on: Typed = ""
    """Of an application on paper."""


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk's form sends: an answer, or that the application is to be opened."""

    act: Annotated[str, msgspec.Meta(max_length=16)] = ""
    outcome: Annotated[str, msgspec.Meta(max_length=16)] = ""
    letter_no: Typed = ""
    authority: Typed = ""


class OwnRecordPages(OwnRecordRoutes):
    """Pages of those who ask, and of the desk that answers."""

    @route("GET", "/corrections/new", html=True, public=True, summary="The application's form")
    def begin_record(self, call: Call) -> Reply:
        return form_page(call, ASK, AskRecordForm(), self.clock.now())

    @route(
        "POST",
        "/corrections/new",
        html=True,
        request=AskRecordForm,
        public=True,
        summary="Say that a record about oneself is wrong, by the form",
    )
    def ask_record_by_form(self, call: Call[AskRecordForm]) -> Reply:
        return take_form(call, ASK, self.clock.now(), self._take_record)

    @route(
        "GET",
        "/foi-desk/corrections/new",
        html=True,
        roles=OFFICERS,
        summary="Enter an application that came on paper",
    )
    def begin_record_register(self, call: Call) -> Reply:
        return form_page(call, REGISTER, AskRecordForm(), self.clock.now())

    @route(
        "POST",
        "/foi-desk/corrections/new",
        html=True,
        request=AskRecordForm,
        roles=OFFICERS,
        summary="Enter an application that came on paper, by the form",
    )
    def register_record_by_form(self, call: Call[AskRecordForm]) -> Reply:
        return take_form(call, REGISTER, self.clock.now(), self._take_record)

    @route(
        "GET",
        "/foi-desk/corrections",
        html=True,
        roles=READERS,
        query=CorrectionsQuery,
        summary="Records somebody wants corrected",
    )
    def show_records(self, call: Call[None, CorrectionsQuery]) -> str:
        page = self._page_of_records(call.query)
        kept = "all=true&" if call.query.all else ""
        here = "/foi-desk/corrections"
        table = Table(
            caption="全部申请，最近的在前" if call.query.all else "待答复的申请，先收到的在前",
            columns=[
                Column("申请编号", "Application"),
                Column("收到", "Received", numeric=True),
                Column("结果", "Outcome"),
                Column("答复", "Answered", numeric=True),
            ],
            rows=[_row(row) for row in page.items],
            next_href=f"{here}?{kept}cursor={page.next}" if page.next else "",
            first_href=f"{here}?{kept}" if call.query.cursor else "",
            empty="没有待答复的申请" if not call.query.all else "还没有收到过申请",
            empty_hint="Nobody waits for an answer.",
        )
        return PAGES.render(
            "record_desk.html",
            call,
            title="更正本人信息",
            english="Own records",
            crumbs=[OFFICE],
            table=table,
            all=call.query.all,
            officer=OFFICER in call.caller.roles,
        )

    @route(
        "GET",
        "/foi-desk/corrections/<correction_no>",
        html=True,
        roles=READERS,
        summary="An application's page, with its answer's form",
    )
    def show_record(self, call: Call) -> Reply:
        return self._record_page(call)

    @route(
        "POST",
        "/foi-desk/corrections/<correction_no>",
        html=True,
        request=RecordForm,
        roles=OFFICERS,
        summary="Open an application, or answer it, by the form",
    )
    def answer_record(self, call: Call[RecordForm]) -> Reply:
        said = call.body
        if said.act == "open":
            return self._record_page(call, opened=True)
        fields = {name: getattr(said, name).strip() for name in DecideCorrection.__struct_fields__}
        try:
            wish = msgspec.convert(
                {**fields, "authority": said.authority.strip()}, DecideCorrection
            )
        except msgspec.ValidationError:
            return self._record_page(
                call, refused="请选择审核结果，并填写答复文书编号（字母、数字和 . _ -）。"
            )
        try:
            self._decide(call, wish)
        except DisclosureRuleError as error:
            return self._record_page(call, refused=words.REFUSED.get(error.code, str(error)))
        place = f"{call.base}/foi-desk/corrections/{call.path['correction_no']}"
        return Reply("", status=303, headers={"Location": place})

    def _record_page(
        self, call: Call[Any, Any], *, refused: str = "", opened: bool = False
    ) -> Reply:
        number = call.path["correction_no"]
        record: RecordCorrection = self.figures.record_correction(number)
        typed = call.body if isinstance(call.body, RecordForm) else RecordForm()
        return private(
            call,
            "record_page.html",
            status=422 if refused else 200,
            title=f"更正申请 {number}",
            english="Application",
            crumbs=[OFFICE, DESK],
            record=record,
            state=words.state(record.outcome),
            outcomes=words.OUTCOMES,
            elsewhere=[one.value for one in ELSEWHERE],
            typed=typed,
            refused=refused,
            texts=self._record_texts(call) if opened else {},
            labels=words.TEXTS,
            opened=opened,
            officer=OFFICER in call.caller.roles,
            moments=timeline(self.figures.events_of(record_stream(number)), words.TITLES),
            shown_day=shown_day,
            shown_time=shown_time,
        )


def _row(row: CorrectionRow) -> list[Cell | str | int]:
    text, light = words.state(RecordOutcome(row.outcome) if row.outcome else None)
    return [
        Cell(row.correction_no, f"/foi-desk/corrections/{row.correction_no}"),
        shown_day(row.received_on),
        Cell(text, light=light),
        shown_day(row.decided_on) or "–",
    ]
