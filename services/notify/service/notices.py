"""The notices over HTTP: lists and their page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.bus.positions import is_done
from services.chassis.web import Call, Page, PageQuery, Pages, route
from services.chassis.web.histories import shown_time
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Cell, Column, Filter, Option, Table
from services.notify import projections
from services.notify.projections import Notice

PAGES: Final = Pages("notify", Path(__file__).parents[1] / "pages")
KINDS: Final = {
    "case_accepted": "受理通知",
    "case_refused": "不予受理通知",
    "case_completed": "办结通知",
}


class NoticesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    project_no: str = ""
    notice: str = ""


class NoticeRoutes:
    """Routes of the nameko service."""

    name: str
    notices: Any

    @route(
        "GET",
        "/notices",
        query=NoticesQuery,
        response=Page[Notice],
        public=True,
        after=True,
        summary="List notices, newest first",
    )
    def list_notices(self, call: Call[None, NoticesQuery]) -> Page[Notice]:
        call.wait_until_fresh(self._has)
        return self._page(call.query)

    @route(
        "GET",
        "/notices/<kind>/<project_no>",
        response=Notice,
        public=True,
        after=True,
        summary="The last notice of a kind about a case",
    )
    def get_notice(self, call: Call) -> Notice:
        call.wait_until_fresh(self._has)
        kind, project_no = call.path["kind"], call.path["project_no"]
        return projections.get_notice(self.notices.database, kind, project_no)

    @route("GET", "/", html=True, public=True, query=NoticesQuery, summary="The notices")
    def show(self, call: Call[None, NoticesQuery]) -> str:
        query = call.query
        return PAGES.render(
            "notices.html",
            call,
            title="通知",
            english="Notices",
            filters=[
                Filter(name="project_no", label="办件编号", value=query.project_no, kind="search"),
                Filter(
                    name="notice",
                    label="种类",
                    value=query.notice,
                    options=[Option("", "全部"), *(Option(k, v) for k, v in KINDS.items())],
                ),
            ],
            table=_table(query, self._page(query)),
        )

    def _page(self, query: NoticesQuery) -> Page[Notice]:
        rows = projections.list_notices(
            self.notices.database,
            project_no=query.project_no,
            kind=query.notice,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.occurred_at, row.dedup_key))

    def _has(self, source: str, position: int) -> bool:
        return source == self.name or is_done(self.notices.database, source, position)


def _table(query: NoticesQuery, page: Page[Notice]) -> Table:
    kept = {"project_no": query.project_no, "notice": query.notice}
    kept = {name: value for name, value in kept.items() if value}
    return Table(
        caption="通知，最近的在前",
        columns=[
            Column("办件编号", "Case"),
            Column("种类", "Notice"),
            Column("时间", "At", numeric=True),
            Column("内容", "Text"),
            Column("效力", "Legal effect"),
        ],
        rows=[
            [
                row.project_no,
                KINDS.get(row.notice, row.notice),
                shown_time(row.occurred_at),
                row.text,
                Cell("须送达", light="amber") if row.legal_effect else "告知",
            ]
            for row in page.items
        ],
        next_href=f"/?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/?{urlencode(kept)}" if query.cursor else "",
    )
