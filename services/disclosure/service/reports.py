"""The annual report for programs: published editions, previews, files, and the comparison."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any, ClassVar, Final

import eventlet.tpool

from services.chassis.audit.proofs import prove_inclusion
from services.chassis.bus.positions import is_done
from services.chassis.errors import ContractError, NotFoundError
from services.chassis.web import Call, Reply, csv_reply, route
from services.disclosure.domain.reports import report_stream
from services.disclosure.inquiry import Filters
from services.disclosure.report import html, typeset, word
from services.disclosure.report.compare import Compared, compare, tally
from services.disclosure.report.compose import as_published, compose, report_of
from services.disclosure.report.document import Document, Published
from services.disclosure.report.rows import Rows
from services.disclosure.report.values import Asked
from services.disclosure.report_answers import (
    Comparison,
    EditionQuery,
    FileQuery,
    Format,
    PublishReport,
    ReportQuery,
    ReportReceipt,
)
from services.disclosure.service.asking import Asking
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

PREVIEWERS: Final = frozenset({"statistician", "supervisor", "disclosure_officer"})
PUBLISHERS: Final = frozenset({"statistician", "supervisor"})
TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
KEPT: Final = 8
"""Published editions and files kept in memory: they never change, and are dear to make."""


class ReportRoutes(Asking):
    """Routes of the annual report."""

    audit_log: Any
    _kept: ClassVar[dict[tuple[str, str], Any]] = {}
    """By event and format; the document itself has none."""

    @route(
        "GET",
        "/reports/<int:year>",
        response=Document,
        query=EditionQuery,
        public=True,
        summary="A published annual report: its text, its figures, where each is from",
    )
    def get_report(self, call: Call[None, EditionQuery]) -> Document:
        return self._published_report(int(call.path["year"]), call.query.edition)

    @route(
        "GET",
        "/reports/<int:year>/file",
        html=True,
        query=EditionQuery,
        public=True,
        summary="A published annual report as HTML, PDF or DOCX",
    )
    def get_report_file(self, call: Call[None, EditionQuery]) -> Reply:
        document = self._published_report(int(call.path["year"]), call.query.edition)
        return self._once(document, call.query.format)

    @route(
        "GET",
        "/reports/preview",
        response=Document,
        query=ReportQuery,
        roles=PREVIEWERS,
        after=True,
        summary="The annual report of any day, as it would be published",
    )
    def preview_report(self, call: Call[None, ReportQuery]) -> Document:
        return self._report(call)[1]

    @route(
        "GET",
        "/reports/preview/file",
        html=True,
        query=FileQuery,
        roles=PREVIEWERS,
        after=True,
        summary="The annual report of any day as HTML, PDF or DOCX",
    )
    def preview_report_file(self, call: Call[None, FileQuery]) -> Reply:
        return file_reply(self._report(call)[1], call.query.format)

    @route(
        "GET",
        "/reports/compare",
        response=Comparison,
        query=ReportQuery,
        roles=PREVIEWERS,
        after=True,
        summary="Every figure of the county's report of 2020 beside ours, and why they differ",
    )
    def compare_report(self, call: Call[None, ReportQuery]) -> Comparison:
        return self._comparison(call)

    @route(
        "GET",
        "/reports/compare.csv",
        html=True,
        query=ReportQuery,
        roles=PREVIEWERS,
        after=True,
        summary="The same comparison as CSV",
    )
    def download_comparison(self, call: Call[None, ReportQuery]) -> Reply:
        found = self._comparison(call)
        names = [name for name in Compared.__struct_fields__ if name != "positions"]
        rows = [[getattr(line, name) for name in names] for line in found.lines]
        return csv_reply(f"report-{found.year}-compared", names, rows)

    @route(
        "POST",
        "/reports",
        request=PublishReport,
        response=ReportReceipt,
        roles=PUBLISHERS,
        status=201,
        summary="Publish the annual report of a year, for ever",
    )
    def publish_report(self, call: Call[PublishReport]) -> ReportReceipt:
        said = call.body
        query = ReportQuery(
            year=said.year,
            as_of=said.as_of,
            one_day="1" if said.one_day else "",
            positions=said.positions,
        )
        return self._publish_report(call, query)

    def _publish_report(self, call: Call[Any, Any], query: ReportQuery) -> ReportReceipt:
        self.audit_log.insist_on_anchors()
        asked = self._asked_report(query)
        document = compose(asked, Rows(self._database))
        facts = Facts(
            occurred_at=self.clock.now(),
            subject=str(asked.year),
            actor=call.caller.actor(*sorted(PUBLISHERS & call.caller.roles)[:1]),
            correlation_id=call.correlation_id,
        )
        report = report_of(document, one_day=asked.one_day)
        edition = self.figures.publish_report(facts, report)
        return ReportReceipt(
            year=asked.year,
            edition=edition,
            digest=document.digest,
            href=f"/report/{asked.year}",
        )

    def _comparison(self, call: Call[None, Any]) -> Comparison:
        asked, _ = self._report_asked(call)
        lines = compare(asked, Rows(self._database))
        return Comparison(
            year=asked.year, as_of=asked.as_of.isoformat(), verdicts=dict(tally(lines)), lines=lines
        )

    def _report(self, call: Call[None, Any]) -> tuple[Asked, Document]:
        asked, rows = self._report_asked(call)
        return asked, compose(asked, rows)

    def _report_asked(self, call: Call[None, Any]) -> tuple[Asked, Rows]:
        self._asked_freshly(call)
        return self._asked_report(call.query), Rows(self._database)

    def _asked_report(self, said: ReportQuery) -> Asked:
        """Read which report is asked for.

        Raises:
            ContractError: the day does not exist or has not come, or lies before the year.
        """
        today = self.clock.now().astimezone(SHANGHAI).date()
        as_of = read_day(said.as_of) if said.as_of else None
        year = said.year or (as_of or today).year
        if as_of is None:
            as_of = min(date(year, 12, 31), today)
        if as_of > today:
            raise ContractError("as_of has not come yet", field="as_of")
        if as_of.year < year:
            raise ContractError(f"as_of lies before {year}", field="as_of")
        question, _ = self._question(Filters(positions=said.positions, known_at=said.known_at))
        return Asked(year, as_of, question.positions, one_day=bool(said.one_day))

    def _published_report(self, year: int, edition: int) -> Document:
        """Give a published report, computed again at its positions.

        Raises:
            NotFoundError: the report of this year, or this edition, was not published.
        """
        editions = self.figures.editions_of(year)
        number = edition or len(editions)
        if not 0 < number <= len(editions):
            raise NotFoundError(f"the report of {year} has {len(editions)} editions")
        report = editions[number - 1]
        event = self.figures.events_of(report_stream(year))[number - 1]
        key = (f"{event.id} {event.recorded_at}", "")
        if key in self._kept:
            found: Document = self._kept[key]
            return found
        asked = Asked(
            year,
            report.as_of.astimezone(SHANGHAI).date(),
            report.positions,
            one_day=report.one_day,
        )
        proof = prove_inclusion(self._database.read, event.position) if event.position else None
        published = Published(
            edition=number,
            at=event.body.occurred_at,
            event=event.id,
            recorded_at=event.recorded_at,
            position=event.position,
            checkpoint=proof.checkpoint if proof else "",
            changed=[],
        )
        document = as_published(compose(asked, Rows(self._database)), report, published)
        if proof is not None:
            self._keep(key, document)
        return document

    def _once(self, document: Document, kind: Format) -> Reply:
        """Write a published report once, as soon as it is signed and so never changes."""
        said = document.published
        key = (f"{said.event} {said.recorded_at}" if said else "", kind)
        if (key[0], "") not in self._kept:
            return file_reply(document, kind)
        if key not in self._kept:
            self._keep(key, file_reply(document, kind))
        reply: Reply = self._kept[key]
        return reply

    def _keep(self, key: tuple[str, str], made: Document | Reply) -> None:
        while len(self._kept) >= KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = made

    def _asked_freshly(self, call: Call[None, Any]) -> None:
        call.wait_until_fresh(lambda source, at: is_done(self._database, source, at))


def file_reply(document: Document, kind: Format) -> Reply:
    """Write a document as a file to take along; other requests go on meanwhile."""
    content: bytes = eventlet.tpool.execute(_written, document, kind)
    name = f"report-{document.year}-{document.as_of.astimezone(SHANGHAI):%Y%m%d}"
    return Reply(
        content,
        headers={
            "Content-Type": TYPES[kind],
            "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        },
    )


def _written(document: Document, kind: Format) -> bytes:
    if kind == "html":
        return html.file(document, html.house_css())
    return typeset.file(document) if kind == "pdf" else word.file(document, typeset.picture)


def read_day(text: str) -> date:
    """Raises:
    ContractError: there is no such day, such as 2020-11-31 (X5).
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        pass
    parts = text.strip().split("-")
    if len(parts) == 3 and all(part.isdigit() for part in parts) and 1 <= int(parts[1]) <= 12:
        last = calendar.monthrange(int(parts[0]) or 1, int(parts[1]))[1]
        raise ContractError(f"there is no {text.strip()}: the month has {last} days", field="as_of")
    raise ContractError("as_of is a date such as 2020-10-31", field="as_of")
