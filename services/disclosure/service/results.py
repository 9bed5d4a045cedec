"""The public list of what was granted (行政许可法 art. 40): as JSON and as a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import msgspec

from services.chassis.bus.positions import is_done
from services.chassis.web import Call, Page, PageQuery, Pages, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Cell, Column, Crumb, Filter, Option, Table, chart_of
from services.disclosure.projections.results import (
    ResultRow,
    granted_by_month,
    granting_departments,
    list_results,
)
from services.disclosure.service.asking import Asking
from services.kernel.clock import legal_date

PAGES: Final = Pages("disclosure", Path(__file__).parents[1] / "pages" / "templates")
Code = Annotated[str, msgspec.Meta(max_length=64)]


class ResultsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list; days of the decision, both included."""

    item_code: Code = ""
    department: Code = ""
    since: date | None = None
    until: date | None = None


class Results(Asking):
    """Routes of what was granted."""

    @route(
        "GET",
        "/results",
        query=ResultsQuery,
        response=Page[ResultRow],
        public=True,
        after=True,
        summary="What was granted, newest first; without those who applied",
    )
    def list_results(self, call: Call[None, ResultsQuery]) -> Page[ResultRow]:
        call.wait_until_fresh(lambda source, at: is_done(self._database, source, at))
        return self._results(call.query)

    @route(
        "GET",
        "/results/page",
        html=True,
        public=True,
        query=ResultsQuery,
        summary="What was granted, as a page",
    )
    def show_results(self, call: Call[None, ResultsQuery]) -> str:
        query = call.query
        return PAGES.render(
            "results.html",
            call,
            title="行政许可结果公开",
            english="What was granted",
            crumbs=[Crumb("政务公开", "/")],
            filters=_filters(query, granting_departments(self._database)),
            chart=chart_of(
                "granted",
                "每月准予的许可",
                granted_by_month(
                    self._database,
                    item_code=query.item_code,
                    department=query.department,
                    until=query.until or legal_date(self.clock.now()),
                ),
                unit="件",
            ),
            table=_table(query, self._results(query)),
        )

    def _results(self, query: ResultsQuery) -> Page[ResultRow]:
        rows = list_results(
            self._database,
            item_code=query.item_code,
            department=query.department,
            since=query.since,
            until=query.until,
            after=read_cursor(query.cursor, tuple[date, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.decided_on, row.project_no))


def _filters(query: ResultsQuery, departments: list[tuple[str, str]]) -> list[Filter]:
    return [
        Filter(
            name="department",
            label="作出决定的机关",
            value=query.department,
            options=[Option("", "全部机关"), *(Option(*one) for one in departments)],
        ),
        Filter(name="item_code", label="事项编码", value=query.item_code, kind="search"),
        Filter(name="since", label="决定日期从", value=_day(query.since), kind="date"),
        Filter(name="until", label="到", value=_day(query.until), kind="date", hint="含当日"),
    ]


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _table(query: ResultsQuery, page: Page[ResultRow]) -> Table:
    asked: dict[str, Any] = {
        name: value
        for name, value in msgspec.to_builtins(query).items()
        if value and name not in ("cursor", "limit")
    }
    return Table(
        caption="准予行政许可的决定，最近的在前",
        columns=[
            Column("办件编号", "Case"),
            Column("事项", "Item"),
            Column("作出决定的机关", "Authority"),
            Column("结果", "Result"),
            Column("决定日期", "Decided on", numeric=True),
        ],
        rows=[
            [
                Cell(row.project_no, f"/case?case_no={quote(row.project_no)}"),
                row.item_name,
                row.department_name,
                "准予",
                row.decided_on.isoformat(),
            ]
            for row in page.items
        ],
        next_href=f"/results/page?{urlencode(asked | {'cursor': page.next})}" if page.next else "",
        first_href=f"/results/page?{urlencode(asked)}" if query.cursor else "",
    )
