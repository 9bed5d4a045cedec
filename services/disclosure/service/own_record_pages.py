"""Pages about records somebody wants corrected: the form, the desk's list, and its answer."""

from __future__ import annotations

from secrets import token_hex
from typing import Annotated, Any, Final

import msgspec

from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Crumb, Table
from services.disclosure.domain.foi_errors import ReceiptDateError
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
from services.disclosure.service.foi import OFFICERS, PRIVATE, READERS
from services.disclosure.service.foi_pages import HERE, OFFICE, shown_day
from services.disclosure.service.own_records import OwnRecordRoutes
from services.disclosure.service.screens import PAGES
from services.disclosure.service.turns import AskedForm, Typed, sent
from services.kernel.clock import legal_date

DESK: Final = Crumb("更正本人信息", "/foi-desk/corrections")


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
        return self._record_form(call, AskRecordForm(), register=False)

    @route(
        "POST",
        "/corrections/new",
        html=True,
        request=AskRecordForm,
        public=True,
        summary="Say that a record about oneself is wrong, by the form",
    )
    def ask_record_by_form(self, call: Call[AskRecordForm]) -> Reply:
        return self._take_record_form(call, AskOwnCorrection)

    @route(
        "GET",
        "/foi-desk/corrections/new",
        html=True,
        roles=OFFICERS,
        summary="Enter an application that came on paper",
    )
    def begin_record_register(self, call: Call) -> Reply:
        return self._record_form(call, AskRecordForm(), register=True)

    @route(
        "POST",
        "/foi-desk/corrections/new",
        html=True,
        request=AskRecordForm,
        roles=OFFICERS,
        summary="Enter an application that came on paper, by the form",
    )
    def register_record_by_form(self, call: Call[AskRecordForm]) -> Reply:
        return self._take_record_form(call, RegisterOwnCorrection)

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

    def _take_record_form(self, call: Call[AskRecordForm], shape: type[AskOwnCorrection]) -> Reply:
        typed, register = call.body, shape is RegisterOwnCorrection
        for name, missing in (words.ASKED_ON_PAPER if register else words.MISSING).items():
            if not getattr(typed, name).strip():
                return self._record_form(call, typed, missing, name, register=register)
        known = shape.__struct_fields__
        said = {name: value for name in known if (value := getattr(typed, name))}
        try:
            wish = msgspec.convert(said, shape)
        except msgspec.ValidationError:
            wrong = "有一项填写得不对：请检查号码，并写明哪一条信息不准确（至少五个字）。"
            return self._record_form(call, typed, wrong, register=register)
        try:
            receipt = self._take_record(sent(call, typed), wish)
        except ReceiptDateError:
            wrong = "日期不对：不能晚于今天。"
            return self._record_form(call, typed, wrong, "received_on", register=True)
        text = PAGES.render(
            "record_receipt.html",
            call,
            title="申请已登记" if register else "申请已提交",
            english="Received",
            crumbs=_crumbs(register),
            receipt=receipt,
            register=register,
        )
        return Reply(text, status=201, headers=PRIVATE)

    def _record_form(
        self,
        call: Call[Any, Any],
        typed: AskRecordForm,
        refused: str = "",
        wrong: str = "",
        *,
        register: bool,
    ) -> Reply:
        text = PAGES.render(
            "record_new.html",
            call,
            title="登记书面更正申请" if register else "更正本人信息",
            english="Enter a paper application" if register else "Correct my own record",
            crumbs=_crumbs(register),
            register=register,
            today=legal_date(self.clock.now()).isoformat(),
            said=msgspec.structs.asdict(typed),
            turn=typed.turn or token_hex(16),
            refused=refused,
            wrong=wrong,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _record_page(
        self, call: Call[Any, Any], *, refused: str = "", opened: bool = False
    ) -> Reply:
        number = call.path["correction_no"]
        record: RecordCorrection = self.figures.record_correction(number)
        typed = call.body if isinstance(call.body, RecordForm) else RecordForm()
        text = PAGES.render(
            "record_page.html",
            call,
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
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)


def _crumbs(register: bool) -> list[Crumb]:
    return [OFFICE, DESK] if register else [HERE]


def _row(row: CorrectionRow) -> list[Cell | str | int]:
    text, light = words.state(RecordOutcome(row.outcome) if row.outcome else None)
    return [
        Cell(row.correction_no, f"/foi-desk/corrections/{row.correction_no}"),
        shown_day(row.received_on),
        Cell(text, light=light),
        shown_day(row.decided_on) or "–",
    ]
