"""The officer's desk for requests for information: what is due, and every act as a form."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlencode

import msgspec

from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.disclosure.application.foi_acts import FoiAct
from services.disclosure.domain.foi import FoiRequest, foi_stream
from services.disclosure.domain.foi_base import after
from services.disclosure.domain.foi_terms import Ground, Point
from services.disclosure.domain.rules import DisclosureRuleError
from services.disclosure.foi_answers import RequestsQuery, waits_for
from services.disclosure.pages import asked_words as words
from services.disclosure.projections.foi import FoiRow, assigned_units, matters
from services.disclosure.projections.names import department_codes, unit_names
from services.disclosure.service.asked_pages import OFFICE, private
from services.disclosure.service.foi import ACTORS, READERS, FoiRoutes
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.screens import PAGES
from services.kernel.clock import ClockRuleError

Typed = Annotated[str, msgspec.Meta(max_length=20_000)]
HERE: Final = OFFICE
SHAPES: Final = {str(one.__struct_config__.tag): one for one in get_args(FoiAct)}


class DeskForm(msgspec.Struct, frozen=True, kw_only=True):
    """What an act's form sends; the act takes what is its own."""

    act: Annotated[str, msgspec.Meta(max_length=32)] = ""
    note: Typed = ""
    received_on: Typed = ""
    unit: Typed = ""
    matter: Typed = ""
    notice_no: Typed = ""
    points: list[Point] = []
    due_on: Typed = ""
    party_no: Typed = ""
    authority: Typed = ""
    asked_on: Typed = ""
    party: Typed = ""
    consents: Typed = ""
    replied_on: Typed = ""
    days: Typed = ""
    given_on: Typed = ""
    reasonable: Typed = ""
    scale: Typed = ""
    pages: Typed = ""
    fee_fen: Typed = ""
    paid_on: Typed = ""
    reply: Typed = ""
    grounds: list[Ground] = []
    letter_no: Typed = ""
    sealed_by: Typed = ""
    form: Typed = ""
    where: Typed = ""
    earlier_request_no: Typed = ""
    public_interest: Typed = ""
    served_on: Typed = ""
    delivery: Typed = ""
    supplement_no: Typed = ""
    route: Typed = ""
    docket_no: Typed = ""
    filed_on: Typed = ""
    outcome: Typed = ""
    decided_on: Typed = ""

    def __repr__(self) -> str:
        return "DeskForm(...)"

    __str__ = __repr__


class DeskQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which act's form is open, and what was just done."""

    act: Annotated[str, msgspec.Meta(max_length=32)] = ""
    done: Annotated[str, msgspec.Meta(max_length=32)] = ""


class FoiDesk(FoiRoutes):
    """Pages of those who answer requests."""

    @route(
        "GET",
        "/foi-desk",
        html=True,
        roles=READERS,
        query=RequestsQuery,
        summary="Requests: what is due first",
    )
    def show_foi_desk(self, call: Call[None, RequestsQuery]) -> str:
        page = self._page_of_requests(call.query)
        now = self.clock.now()
        database, query = self.figures.database, call.query
        names = unit_names(database)
        kept = urlencode({"state": query.state, "unit": query.unit, "matter": query.matter})
        table = Table(
            caption="申请，期限在前的在前；期限不走的在后",
            columns=[
                Column("申请编号", "Request"),
                Column("状态", "State"),
                Column("答复期限", "Due", numeric=True),
                Column("申请人类别", "Applicant"),
                Column("收到", "Received", numeric=True),
                Column("承办单位", "Unit"),
            ],
            rows=[_row(row, now, names) for row in page.items],
            next_href=f"/foi-desk?{kept}&cursor={page.next}" if page.next else "",
            first_href=f"/foi-desk?{kept}" if query.cursor else "",
            empty="没有这样的申请",
        )
        units = department_codes(database) | assigned_units(database)
        return PAGES.render(
            "foi_desk.html",
            call,
            title="公开申请办理",
            english="Requests' desk",
            filters=filters(query, units, names),
            table=table,
            matters=matters(database),
            officer="foi_officer" in call.caller.roles,
        )

    @route(
        "GET",
        "/foi-desk/<request_no>",
        html=True,
        roles=READERS,
        query=DeskQuery,
        summary="A request's page, with what can be done",
    )
    def show_request(self, call: Call[None, DeskQuery]) -> Reply:
        return self._request_page(call, act=call.query.act, done=call.query.done)

    @route(
        "POST",
        "/foi-desk/<request_no>/act",
        html=True,
        request=DeskForm,
        roles=ACTORS,
        summary="Do something to a request, by the form",
    )
    def act_by_form(self, call: Call[DeskForm]) -> Reply:
        said = call.body
        if said.act == "open":
            return self._request_page(call, opened=True)
        shape = SHAPES.get(said.act)
        if shape is None:
            raise NotFoundError("there is no such act")
        known = {field.name for field in msgspec.structs.fields(shape)}
        fields = {
            name: value
            for name, value in msgspec.structs.asdict(said).items()
            if name in known and value
        }
        try:
            act = msgspec.convert(fields, shape, strict=False)
        except msgspec.ValidationError:
            wrong = "有一项没有填写，或者填写得不对：编号和编码只用字母、数字和 . _ -。"
            return self._request_page(call, act=said.act, refused=wrong)
        try:
            self._act(call, act)
        except (DisclosureRuleError, ClockRuleError, NotAllowedError) as error:
            return self._request_page(call, act=said.act, refused=str(error), rule=_code(error))
        number = call.path["request_no"]
        place = f"{call.base}/foi-desk/{number}?done={said.act}"
        return Reply("", status=303, headers={"Location": place})

    def _request_page(
        self,
        call: Call[Any, Any],
        *,
        act: str = "",
        done: str = "",
        refused: str = "",
        rule: str = "",
        opened: bool = False,
    ) -> Reply:
        number = call.path["request_no"]
        request: FoiRequest = self.figures.request_of(number)
        events = self.figures.events_of(foi_stream(number))
        sheets = words.acts_of(request, call.caller.roles)
        typed: dict[str, Any] = {}
        if isinstance(call.body, DeskForm):
            typed = msgspec.structs.asdict(call.body)
            typed |= {name: [one.value for one in typed[name]] for name in ("points", "grounds")}
        return private(
            call,
            "foi_request.html",
            status=422 if refused else 200,
            title=f"申请 {number}",
            english="Request",
            crumbs=[HERE],
            request=request,
            state=words.STATES[request.state.value],
            late=_late(request, self.clock.now()),
            waits=words.WAITS[waits_for(request)],
            words=words,
            sheets=sheets,
            sheet=next((one for one in sheets if one.act == act), None),
            done=words.SHEETS[done].label if done in words.SHEETS else "",
            refused=refused,
            rule=rule,
            typed=typed,
            texts=self._texts(call, number) if opened else {},
            opened=opened,
            may_open=bool(call.caller.roles & ACTORS),
            moments=timeline(events, words.TITLES),
            shown_time=shown_time,
            shown_day=shown_day,
        )


def filters(query: RequestsQuery, units: Set[str], names: Mapping[str, str]) -> list[Filter]:
    """Give the filter form as it was filled in; a unit is chosen by its name."""
    states = {"open": "未办结", "overdue": "已超期", "all": "全部"} | {
        name: text for name, (text, _) in words.STATES.items()
    }
    known = sorted(units | ({query.unit} - {""}))
    return [
        Filter(
            name="state",
            label="状态",
            value=query.state,
            options=[Option(name, text) for name, text in states.items()],
        ),
        Filter(
            name="unit",
            label="承办单位",
            value=query.unit,
            options=[
                Option("", "全部单位"),
                *(Option(code, names.get(code, code)) for code in known),
            ],
        ),
    ]


def _row(row: FoiRow, now: Any, names: Mapping[str, str]) -> list[Cell | str | int]:
    state, light = words.STATES[row.state]
    due: Cell | str = shown_day(row.due_at) or "–"
    if row.due_at is not None:
        left = (row.due_at.date() - now.date()).days
        shade: Light = "red" if now >= after(row.due_at) else "amber" if left <= 3 else "green"
        due = Cell(shown_day(row.due_at), light=shade)
    elif row.waits_for:
        due = Cell(words.WAITS[row.waits_for].partition("，")[0], light="grey")
    return [
        Cell(row.request_no, f"/foi-desk/{row.request_no}"),
        Cell(state, light=light),
        due,
        words.CATEGORIES[row.category],
        shown_day(row.received_on) or "–",
        names.get(row.unit, row.unit) or "–",
    ]


def _late(request: FoiRequest, now: Any) -> bool:
    return request.due_at is not None and now >= after(request.due_at)


def _code(error: Exception) -> str:
    return str(getattr(error, "code", ""))
