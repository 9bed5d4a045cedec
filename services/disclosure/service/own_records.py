"""Corrections of one's own record (条例 art. 41): asked for by anybody, answered at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from secrets import token_hex
from typing import Annotated, Any, Final

import msgspec

from services.chassis.clock import SystemClock
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event, shown_time, timeline, written
from services.chassis.web.paging import page_of, read_cursor
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
from services.disclosure.projections.own_records import CorrectionRow, list_records
from services.disclosure.record_answers import (
    AskOwnCorrection,
    CorrectionReceipt,
    CorrectionsQuery,
    CorrectionTold,
    DecideCorrection,
    OwnRecordView,
    record_view,
)
from services.disclosure.service.foi import (
    OFFICERS,
    PRIVATE,
    READERS,
    RECORD,
    actor_of,
    code_of,
    number_of,
    shown_code,
)
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.screens import PAGES
from services.kernel.facts import Facts

Typed = Annotated[str, msgspec.Meta(max_length=5000)]
HERE: Final = Crumb("依申请公开", "/foi")
DESK: Final = Crumb("更正本人信息", "/foi-desk/corrections")


class AskRecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """An application as it was typed; `turn` makes a form that is sent twice one application."""

    name: Typed = ""
    id_number: Typed = ""
    phone: Typed = ""
    text: Typed = ""
    evidence: Typed = ""
    turn: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9a-f]*$")] = ""

    def __repr__(self) -> str:
        return "AskRecordForm(...)"

    __str__ = __repr__


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk's form sends: an answer, or that the application is to be opened."""

    act: Annotated[str, msgspec.Meta(max_length=16)] = ""
    outcome: Annotated[str, msgspec.Meta(max_length=16)] = ""
    letter_no: Typed = ""
    authority: Typed = ""


class OwnRecordRoutes:
    """Routes and pages about records somebody wants corrected; a part of disclosure's service."""

    name: str
    clock: SystemClock
    figures: Any

    @route(
        "POST",
        "/corrections",
        request=AskOwnCorrection,
        response=CorrectionReceipt,
        public=True,
        status=201,
        summary="Say that a record about oneself is wrong, with what shows it",
    )
    def ask_record_correction(self, call: Call[AskOwnCorrection]) -> CorrectionReceipt:
        """Keep number and code: they alone show how far it is."""
        return self._take_record(call, call.body)

    @route(
        "GET",
        "/corrections",
        query=CorrectionsQuery,
        response=Page[CorrectionRow],
        roles=READERS,
        summary="List such applications: those that wait, the oldest first; or all",
    )
    def list_record_corrections(self, call: Call[None, CorrectionsQuery]) -> Page[CorrectionRow]:
        return self._page_of_records(call.query)

    @route(
        "GET",
        "/corrections/<correction_no>",
        response=OwnRecordView,
        roles=READERS,
        summary="An application and its history",
    )
    def get_record_correction(self, call: Call) -> OwnRecordView:
        number = call.path["correction_no"]
        record = self.figures.record_correction(number)
        events = self.figures.events_of(record_stream(number))
        return record_view(record, [history_event(event) for event in events])

    @route(
        "GET",
        "/corrections/<correction_no>/texts",
        response=dict[str, str],
        roles=OFFICERS,
        summary="Who asks, and for what; that it is opened is written down",
    )
    def get_record_texts(self, call: Call) -> Reply:
        return Reply(self._record_texts(call), headers=PRIVATE)

    @route(
        "POST",
        "/corrections/<correction_no>/decision",
        request=DecideCorrection,
        response=CorrectionTold,
        roles=OFFICERS,
        summary="Answer: corrected, unfounded, transferred, or referred to another authority",
    )
    def decide_record_correction(self, call: Call[DecideCorrection]) -> CorrectionTold:
        done = self._decide(call, call.body)
        place = written(call, self.figures.database, self.name, done.stream, done.version)
        return CorrectionTold(done.key, done.state, place.event, place.position)

    @route("GET", "/corrections/new", html=True, public=True, summary="The application's form")
    def begin_record(self, call: Call) -> Reply:
        return self._record_form(call, AskRecordForm())

    @route(
        "POST",
        "/corrections/new",
        html=True,
        request=AskRecordForm,
        public=True,
        summary="Say that a record about oneself is wrong, by the form",
    )
    def ask_record_by_form(self, call: Call[AskRecordForm]) -> Reply:
        typed = call.body
        for name, missing in words.MISSING.items():
            if not getattr(typed, name).strip():
                return self._record_form(call, typed, missing, name)
        said = {name: value for name, value in msgspec.structs.asdict(typed).items() if value}
        said.pop("turn", None)
        try:
            wish = msgspec.convert(said, AskOwnCorrection)
        except msgspec.ValidationError:
            wrong = "有一项填写得不对：请检查号码，并写明哪一条信息不准确（至少五个字）。"
            return self._record_form(call, typed, wrong)
        key = f"form/{call.caller.id}/{typed.turn}" if typed.turn else ""
        asked: Call[Any, Any] = replace(call, idempotency_key=key)
        receipt = self._take_record(asked, wish)
        text = PAGES.render(
            "record_receipt.html",
            call,
            title="申请已提交",
            english="Received",
            crumbs=[HERE],
            receipt=receipt,
        )
        return Reply(text, status=201, headers=PRIVATE)

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
            crumbs=[Crumb("公开申请办理", "/foi-desk")],
            table=table,
            all=call.query.all,
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

    def _take_record(self, call: Call[Any, Any], said: AskOwnCorrection) -> CorrectionReceipt:
        key = call.idempotency_key or None
        now = self.clock.now()
        seed = f"record/{key or token_hex(16)}"
        number, code = number_of(now, seed, RECORD), code_of(seed)
        facts = Facts(now, number, actor_of(call.caller, ""), call.correlation_id)
        done = self.figures.ask_record_correction(
            facts, number, code, said.told(), account=call.caller.id, key=key
        )
        return CorrectionReceipt(
            done.key, shown_code(code), done.state, f"{done.stream}/{done.version}"
        )

    def _decide(self, call: Call[Any, Any], said: DecideCorrection) -> Any:
        number = call.path["correction_no"]
        facts = Facts(self.clock.now(), number, call.caller.actor(OFFICER), call.correlation_id)
        return self.figures.decide_record_correction(
            facts,
            number,
            said.outcome,
            said.letter_no,
            said.authority,
            key=call.idempotency_key or None,
        )

    def _record_texts(self, call: Call[Any, Any]) -> dict[str, str]:
        opening = Opening(call.caller.id, OFFICER, Purpose.CASE_HANDLING, call.correlation_id)
        record = self.figures.record_correction(call.path["correction_no"])
        return dict(self.figures.record_texts(record, opening))

    def _page_of_records(self, query: CorrectionsQuery) -> Page[CorrectionRow]:
        rows = list_records(
            self.figures.database,
            waiting=not query.all,
            after=read_cursor(query.cursor, tuple[date, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.received_on, row.correction_no))

    def _record_form(
        self, call: Call[Any, Any], typed: AskRecordForm, refused: str = "", wrong: str = ""
    ) -> Reply:
        text = PAGES.render(
            "record_new.html",
            call,
            title="更正本人信息",
            english="Correct my own record",
            crumbs=[HERE],
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
            crumbs=[Crumb("公开申请办理", "/foi-desk"), DESK],
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


def _row(row: CorrectionRow) -> list[Cell | str | int]:
    text, light = words.state(RecordOutcome(row.outcome) if row.outcome else None)
    return [
        Cell(row.correction_no, f"/foi-desk/corrections/{row.correction_no}"),
        shown_day(row.received_on),
        Cell(text, light=light),
        shown_day(row.decided_on) or "–",
    ]
