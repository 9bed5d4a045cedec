"""The public list of what was granted (行政许可法 art. 40): as JSON and as a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec

from services.chassis.bus.positions import is_done
from services.chassis.web import Call, Page, PageQuery, Pages, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Column, Crumb, Filter, Table
from services.disclosure.projections.results import ResultRow, list_results
from services.disclosure.service.asking import Asking

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
            crumbs=[Crumb("办件公示", "/")],
            filters=[
                Filter(name="item_code", label="事项编码", value=query.item_code, kind="search"),
                Filter(name="department", label="部门编码", value=query.department, kind="search"),
            ],
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
            [row.project_no, row.item_name, row.department_name, "准予", row.decided_on.isoformat()]
            for row in page.items
        ],
        next_href=f"/results/page?{urlencode(asked | {'cursor': page.next})}" if page.next else "",
        first_href=f"/results/page?{urlencode(asked)}" if query.cursor else "",
    )
