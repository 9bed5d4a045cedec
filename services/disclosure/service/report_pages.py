"""The annual report as pages: for everybody when it is out, and the desk where it is made."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from services.chassis.errors import BanjianError, ContractError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Cell, Column, Crumb, Filter, Light, Option, Table
from services.disclosure.domain import DisclosureRuleError
from services.disclosure.report import html
from services.disclosure.report.compare import Compared, Verdict, compare, tally
from services.disclosure.report.compose import compose
from services.disclosure.report.rows import Rows
from services.disclosure.report_answers import EditionQuery, ReportQuery
from services.disclosure.service.reports import PREVIEWERS, PUBLISHERS, ReportRoutes
from services.disclosure.service.screens import PAGES
from services.kernel.times import SHANGHAI

VERDICTS: Final[dict[Verdict, tuple[Light, str]]] = {
    "same": ("green", "一致"),
    "rounded": ("green", "一致，取整不同"),
    "differs": ("amber", "不同，原因已知"),
    "unexplained": ("red", "不同"),
    "missing": ("grey", "尚无数据"),
    "text": ("grey", "不是数字"),
}
FORMATS: Final = ("html", "pdf", "docx")
FIRST: Final = 2019
"""The first year there can be a report of: information has been open by the present rules since."""


class DeskQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The desk's form as it was typed."""

    year: Annotated[str, msgspec.Meta(max_length=8)] = ""
    as_of: Annotated[str, msgspec.Meta(max_length=10)] = ""
    one_day: Annotated[str, msgspec.Meta(max_length=2)] = ""
    done: Annotated[str, msgspec.Meta(max_length=8)] = ""


class PublishForm(msgspec.Struct, frozen=True, kw_only=True):
    """Publish what was seen: the same year, day and positions."""

    year: Annotated[str, msgspec.Meta(max_length=8)] = ""
    as_of: Annotated[str, msgspec.Meta(max_length=10)] = ""
    one_day: Annotated[str, msgspec.Meta(max_length=2)] = ""
    positions: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ReportPages(ReportRoutes):
    """Pages of the annual report."""

    @route("GET", "/report", html=True, public=True, summary="The annual reports there are")
    def show_reports(self, call: Call) -> str:
        this = self.clock.now().astimezone(SHANGHAI).year
        years = []
        for year in range(this, FIRST - 1, -1):
            try:
                years.append((year, self.figures.editions_of(year)))
            except NotFoundError:
                continue
        return PAGES.render(
            "reports.html",
            call,
            title="年度报告",
            english="Annual reports",
            crumbs=[Crumb("办件公示", "/board")],
            years=[
                (year, len(editions), editions[-1].as_of.astimezone(SHANGHAI).date())
                for year, editions in years
            ],
            formats=FORMATS,
        )

    @route(
        "GET",
        "/report/<int:year>",
        html=True,
        public=True,
        query=EditionQuery,
        summary="A published annual report",
    )
    def show_report(self, call: Call[None, EditionQuery]) -> str:
        year = int(call.path["year"])
        document = self._published_report(year, call.query.edition)
        edition = document.published.edition if document.published else 0
        return PAGES.render(
            "report.html",
            call,
            title=document.title,
            english=document.english,
            crumbs=[Crumb("办件公示", "/board"), Crumb("年度报告", "/report")],
            body=html.body(document, base=call.base),
            downloads=[
                (kind.upper(), f"/reports/{year}/file?format={kind}&edition={edition}")
                for kind in FORMATS
            ],
            json_href=f"/reports/{year}?edition={edition}",
        )

    @route(
        "GET",
        "/report-desk",
        html=True,
        roles=PREVIEWERS,
        query=DeskQuery,
        summary="The desk where the annual report is looked at before it is published",
    )
    def show_report_desk(self, call: Call[None, DeskQuery]) -> Reply:
        said = call.query
        return self._report_desk(call, said.year, said.as_of, said.one_day, done=said.done)

    @route(
        "POST",
        "/report-desk",
        html=True,
        request=PublishForm,
        roles=PUBLISHERS,
        summary="Publish the annual report that was looked at, by the form",
    )
    def publish_report_by_form(self, call: Call[PublishForm]) -> Reply:
        said = call.body
        try:
            receipt = self._publish_report(call, _query(said, said.positions))
        except (BanjianError, DisclosureRuleError) as problem:
            return self._report_desk(
                call, said.year, said.as_of, said.one_day, refused=str(problem)
            )
        asked = {"year": receipt.year, "as_of": said.as_of, "done": receipt.edition}
        if said.one_day:
            asked["one_day"] = "1"
        return Reply("", 303, {"Location": f"{call.base}/report-desk?{urlencode(asked)}"})

    def _report_desk(
        self,
        call: Call[Any, Any],
        year: str,
        as_of: str,
        one_day: str,
        *,
        done: str = "",
        refused: str = "",
    ) -> Reply:
        wrong: ContractError | None = None
        view: dict[str, Any] | None = None
        if year or as_of:
            try:
                view = self._seen(_query(PublishForm(year=year, as_of=as_of, one_day=one_day)))
            except ContractError as problem:
                wrong = problem
        text = PAGES.render(
            "report_desk.html",
            call,
            title="年度报告编制",
            english="Making the annual report",
            crumbs=[Crumb("年度报告", "/report")],
            fields=_fields(year, as_of, one_day, wrong),
            view=view,
            done=done if done.isdigit() else "",
            refused=refused,
            may_publish=bool(PUBLISHERS & call.caller.roles),
        )
        return Reply(text, 400 if wrong else 409 if refused else None)

    def _seen(self, query: ReportQuery) -> dict[str, Any]:
        """Give what the desk shows of a report: it, its comparison, what publishing it needs."""
        asked = self._asked_report(query)
        rows = Rows(self._database)
        document = compose(asked, rows)
        compared = compare(asked, rows) if asked.year == 2020 else []
        places = ",".join(f"{name}:{at}" for name, at in sorted(asked.positions.items()))
        said = {"year": asked.year, "as_of": asked.as_of.isoformat(), "positions": places}
        if asked.one_day:
            said["one_day"] = "1"
        found = tally(compared)
        return {
            "document": document,
            "body": Markup(html.body(document)),
            "hidden": said,
            "downloads": [
                (kind.upper(), f"/reports/preview/file?{urlencode({**said, 'format': kind})}")
                for kind in FORMATS
            ],
            "verdicts": [
                (light, text, found[verdict])
                for verdict, (light, text) in VERDICTS.items()
                if verdict in found
            ],
            "compared": _compared(compared, f"/reports/compare.csv?{urlencode(said)}"),
        }


def _query(said: PublishForm, positions: str = "") -> ReportQuery:
    """Read a form.

    Raises:
        ContractError: the year is no year.
    """
    if said.year and not (said.year.isdecimal() and 1949 <= int(said.year) <= 9998):
        raise ContractError("year is a number such as 2020", field="year")
    return ReportQuery(
        year=int(said.year or 0),
        as_of=said.as_of,
        one_day="1" if said.one_day else "",
        positions=positions,
    )


def _fields(year: str, as_of: str, one_day: str, wrong: ContractError | None) -> list[Filter]:
    field = str(wrong.attributes.get("field", "")) if wrong else ""
    said = {
        "year": "请写四位年份，例如 2020。",
        "as_of": "没有这一天，或早于报告年度，或还没有到。",
    }
    return [
        Filter(
            name="year",
            label="报告年度 Year",
            value=year,
            kind="number",
            error=said["year"] if field == "year" else "",
        ),
        Filter(
            name="as_of",
            label="统计时点 As of",
            value=as_of,
            kind="text" if field == "as_of" else "date",
            hint="含当日；不填为年末或今天",
            error=said["as_of"] if field == "as_of" else "",
        ),
        Filter(
            name="one_day",
            label="各数字的时点 Cut-offs",
            value="1" if one_day else "",
            options=[Option("", "按各自的截止日"), Option("1", "都按统计时点")],
        ),
    ]


def _compared(lines: list[Compared], csv_href: str) -> Table:
    return Table(
        caption="县报告的数字和我们的数字",
        columns=(
            Column("序号", "No."),
            Column("数据", "Figure"),
            Column("原报告", "Report", numeric=True),
            Column("本系统", "Ours", numeric=True),
            Column("结论", "Verdict"),
            Column("来源", "Source"),
        ),
        rows=[
            (
                line.line,
                line.zh,
                line.report,
                line.ours or "—",
                Cell(_verdict(line), light=VERDICTS[line.verdict][0]),
                line.measure or ("填报" if line.source == "reported" else "—"),
            )
            for line in lines
        ],
        csv_href=csv_href,
    )


def _verdict(line: Compared) -> str:
    text = VERDICTS[line.verdict][1]
    return f"{text}（{line.because}）" if line.because else text
