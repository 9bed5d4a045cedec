"""The annual report: every figure of the ledger, where it is from, and why it may differ."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import docx
import pytest
from pypdf import PdfReader

from services.chassis.errors import ContractError
from services.disclosure.domain.reports import (
    EmptyReportError,
    PublishedReport,
    ReportFigure,
    ReportNotDueError,
)
from services.disclosure.measures import MEASURES
from services.disclosure.report import html, typeset, word
from services.disclosure.report.compare import Compared, compare, tally
from services.disclosure.report.compose import as_published, compose, report_of
from services.disclosure.report.document import (
    NONE,
    Chart,
    Document,
    Heading,
    Paragraph,
    Published,
    Remark,
)
from services.disclosure.report.findings import FINDINGS
from services.disclosure.report.ledger import Cutoff
from services.disclosure.report.lines import LEDGER, LINES
from services.disclosure.report.outline import OUTLINE, Said
from services.disclosure.report.svg import draw
from services.disclosure.report.values import Asked
from services.disclosure.service.reports import read_day
from tests.contract.report_stories import REPORT, STATISTICIAN
from tests.unit.disclosure.foi_world import at, by
from tests.unit.disclosure.report_world import FACTS, NUMBERS, OCTOBER, County, asked, report


@pytest.fixture(scope="module")
def written() -> Document:
    return report()


@pytest.fixture(scope="module")
def pdf(written: Document) -> bytes:
    return typeset.file(written)


@pytest.fixture(scope="module")
def dot(written: Document) -> bytes:
    return typeset.picture(next(block for block in written.blocks if isinstance(block, Chart)))


@pytest.fixture(scope="module")
def text_file(written: Document, dot: bytes) -> bytes:
    return word.file(written, lambda _: dot)


def figure(document: Document, line: str) -> tuple[str | None, str]:
    found = next(one for one in document.annex if one.line == line)
    return found.value, found.source


def test_the_ledger_has_every_number_once_and_each_comes_from_somewhere() -> None:
    assert sorted({line.no for line in LEDGER}) == list(range(1, 52))
    assert len({line.id for line in LEDGER}) == len(LEDGER)
    for line in LINES.values():
        assert not line.measure or line.measure in MEASURES, line.id
        assert line.measure or line.reported or line.id == "51", line.id
        assert {*line.findings, *line.explains} <= FINDINGS.keys()


def test_every_figure_of_the_ledger_stands_in_the_text() -> None:
    words = "".join(said.text for part in OUTLINE for said in part.said if isinstance(said, Said))
    named = set(re.findall(r"\{(\w+)\}", words)) - {"year", "next"}

    assert named == LINES.keys() - {"51"}


def test_every_finding_is_told_where_it_belongs(written: Document) -> None:
    remarks = [block for block in written.blocks if isinstance(block, Remark)]

    assert {remark.id for remark in remarks} == FINDINGS.keys()
    assert len(remarks) == len(FINDINGS)


def test_a_figure_has_one_footnote_and_a_row_in_the_annex(written: Document) -> None:
    assert [figure.note for figure in written.annex] == list(range(1, len(written.annex) + 1))
    said = {
        piece.note
        for block in written.blocks
        if isinstance(block, Paragraph)
        for piece in block.pieces
        if piece.note
    }
    assert said == {figure.note for figure in written.annex}
    rate = next(figure for figure in written.annex if figure.line == "7")
    assert (rate.value, rate.numerator, rate.denominator) == ("99.98", 273_411, 273_468)
    assert (rate.rounding, rate.measure, rate.positions) == (
        "HALF_UP 2",
        "S03",
        {"intake": 1_203_000},
    )
    assert rate.population and rate.proof.startswith("/how/S03?as_of=2020-10-31T23")


def test_what_nobody_counted_is_not_available_and_never_a_number() -> None:
    document = compose(asked(), County(facts={}))

    assert figure(document, "29a") == (None, "none")
    shown = next(one for one in document.annex if one.line == "29a")
    assert (shown.shown, shown.why_none) == (NONE, "没有人填报")
    assert figure(document, "S43") == (None, "none")  # nobody rated: an empty denominator
    assert document.missing > 0


def test_what_somebody_reported_is_shown_as_reported(written: Document) -> None:
    assert figure(written, "29a") == ("20000", "reported")
    row = next(one for one in written.annex if one.line == "29a")
    assert (row.said_by, row.fact_no) == ("县台账第3号", "guides-printed.2020-10-31")
    counted = County(numbers={**NUMBERS, "O08": (1_426, None)}, facts={"guides-standardised": "9"})
    assert figure(compose(asked(), counted), "28") == ("1426", "measure")
    silent = County(numbers={**NUMBERS, "O08": (0, None)}, facts={"guides-standardised": "1426"})
    assert figure(compose(asked(), silent), "28") == ("1426", "reported")


def test_x07_each_figure_has_its_own_cut_off() -> None:
    county = County()
    compose(asked(), county)
    days = {name: question.as_of.date() for name, question in county.asked}

    assert (days["S01"], days["S40a"]) == (OCTOBER, date(2020, 12, 31))
    assert (days["S21"], days["S27"]) == (date(2020, 11, 21), date(2020, 11, 30))
    assert {asked(one_day=True).moment(cutoff).date() for cutoff in Cutoff} == {OCTOBER}
    december = Asked(2020, date(2020, 12, 31), {})
    assert december.moment(Cutoff.VILLAGES).date() == date(2020, 12, 31)


def test_the_year_bounds_flows_and_not_stocks() -> None:
    county = County()
    compose(asked(), county)
    begins = {name: question.begin for name, question in county.asked}

    assert begins["S01"] is not None
    assert begins["S01"].isoformat() == "2020-01-01T00:00:00+08:00"
    assert begins["S22"] is begins["O01"] is begins["S38"] is None


def test_another_year_says_nothing_about_the_report_of_2020() -> None:
    document = compose(asked(2021, date(2021, 12, 31)), County())

    assert document.title == "县政务服务中心2021年度工作报告"
    assert not [block for block in document.blocks if isinstance(block, Remark)]
    heads = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert "二、2022年计划" in heads


def verdicts(county: County, ask: Asked | None = None) -> dict[str, Compared]:
    return {one.line: one for one in compare(ask or asked(), county)}


def test_the_county_s_year_is_the_report_s_but_for_named_reasons() -> None:
    found = verdicts(County())

    other = {
        line: (one.verdict, one.because) for line, one in found.items() if one.verdict != "same"
    }
    assert other == {
        "7": ("rounded", "X2"),
        "9": ("differs", "X9"),
        "20b": other.get("20b", ("same", "")),
        "22a": ("differs", "X11"),
        "22c": ("differs", "X11"),
        "51": ("text", ""),
    } or other == {
        "7": ("rounded", "X2"),
        "9": ("differs", "X9"),
        "22a": ("differs", "X11"),
        "22c": ("differs", "X11"),
        "51": ("text", ""),
    }
    assert found["7"].ours == "99.98"
    assert found["9"].ours == "1,334"
    assert found["44c"].numerator == 7_391
    assert "205 working days" in found["9"].reason


def test_a_figure_that_differs_for_no_known_reason_is_said_so() -> None:
    found = verdicts(County(numbers={**NUMBERS, "S17": (23, None), "S01": (273_000, None)}))

    assert (found["25b"].verdict, found["25b"].because) == ("unexplained", "")
    assert found["5"].verdict == "unexplained"
    assert verdicts(County(facts={}))["35a"].verdict == "missing"
    assert tally([found["25b"], found["5"]]) == {"unexplained": 2}


@pytest.mark.parametrize(
    ("code", "value", "verdict"),
    [
        ("funds-saved", "40000000", "same"),
        ("funds-saved", "30000000", "unexplained"),
        ("yizhantong-trained", "499", "unexplained"),
    ],
)
def test_words_such_as_nearly_agree_within_bounds(code: str, value: str, verdict: str) -> None:
    found = verdicts(County(facts={**FACTS, code: value}))
    line = next(one for one in LEDGER if one.reported == code)

    assert found[line.id].verdict == verdict


def test_every_writer_prints_every_figure(written: Document, pdf: bytes, text_file: bytes) -> None:
    shown = {figure.shown for figure in written.annex} | {figure.zh for figure in written.annex}

    page = html.file(written, "body {}").decode()
    assert not [text for text in shown if text not in page]
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = re.sub(r"\s", "", "".join(one.extract_text() for one in pages))
    assert not [one for one in shown if re.sub(r"\s", "", one) not in text]
    made = docx.Document(io.BytesIO(text_file))
    told = "".join(one.text for one in made.paragraphs)
    told += "".join(cell.text for row in made.tables[0].rows for cell in row.cells)
    assert not [one for one in shown if one not in told]
    assert len(made.tables[0].rows) == len(written.annex) + 1


def test_the_same_report_is_the_same_bytes(
    written: Document, pdf: bytes, text_file: bytes, dot: bytes
) -> None:
    again = report()
    assert again.digest == written.digest
    assert typeset.file(again) == pdf
    assert word.file(again, lambda _: dot) == text_file


def test_a_link_leads_from_a_figure_to_its_row(written: Document) -> None:
    root = ElementTree.fromstring(str(html.body(written)).replace("&nbsp;", " "))
    anchors = {one.get("href") for one in root.iter("a")}
    ids = [one.get("id") for one in root.iter() if one.get("id")]

    assert len(ids) == len(set(ids))
    assert {f"#n{figure.note}" for figure in written.annex} <= anchors
    assert {f"n{figure.note}" for figure in written.annex} <= set(ids)


def test_a_chart_is_drawn_and_says_what_it_shows(written: Document) -> None:
    [chart] = [block for block in written.blocks if isinstance(block, Chart)]
    root = ElementTree.fromstring(draw(chart))
    bars = [one for one in root.iter() if one.tag.endswith("rect")]

    assert [len(one.values) for one in chart.series] == [10, 10]
    assert len(bars) >= 20
    assert "受理量最高10月30,300件" in chart.description


def test_an_edition_is_published_once_and_never_about_the_future() -> None:
    published = PublishedReport.of(2020)

    assert published.publish(by(STATISTICIAN, "2020-11-02"), REPORT) == 1
    assert published.publish(by(STATISTICIAN, "2020-11-03"), REPORT) == 1
    assert published.version == 1
    with pytest.raises(ReportNotDueError):
        published.publish(by(STATISTICIAN, "2020-10-30"), REPORT)
    later = replace(REPORT, figures=(ReportFigure("13a", at("2020-12-31"), "S40a", "8", 8),))
    with pytest.raises(ReportNotDueError):
        published.publish(by(STATISTICIAN, "2020-11-20"), later)
    document = compose(asked(), County(numbers={}, facts={}))
    nothing = report_of(document, one_day=False)
    with pytest.raises(EmptyReportError):
        PublishedReport.of(2020).publish(
            by(STATISTICIAN, "2021-01-02"), replace(nothing, figures=())
        )
    with pytest.raises(EmptyReportError):
        unheard = replace(nothing, positions={"intake": 0})
        PublishedReport.of(2020).publish(by(STATISTICIAN, "2021-01-02"), unheard)


def test_a_published_report_keeps_its_figures_whatever_the_measures_become(
    written: Document,
) -> None:
    kept = report_of(written, one_day=False)
    said = Published(
        edition=1,
        at=at("2020-11-02"),
        event="e/1",
        recorded_at=at("2020-11-02"),
        position=7,
        checkpoint="",
        changed=[],
    )
    same = as_published(report(), kept, said)
    assert same.published is not None
    assert (same.published.changed, same.digest) == ([], written.digest)

    changed = as_published(
        compose(asked(), County(numbers={**NUMBERS, "S17": (9, None)})), kept, said
    )
    note = next(one.note for one in written.annex if one.line == "25b")
    assert changed.published is not None
    assert changed.published.changed == [note]
    assert figure(changed, "25b")[0] == "24"
    assert "同" in str(html.body(changed)) and "与发布时不同" in str(html.body(changed))
    shown = [
        piece.text
        for block in changed.blocks
        if isinstance(block, Paragraph)
        for piece in block.pieces
        if piece.note == note
    ]
    assert shown == ["24"]


def test_x05_a_day_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match="there is no 2020-11-31: the month has 30 days"):
        read_day("2020-11-31")
    assert read_day(" 2020-10-31 ") == OCTOBER
    with pytest.raises(ContractError):
        read_day("October")


def test_money_is_compared_in_the_unit_it_is_printed_in() -> None:
    found = verdicts(County())
    assert (found["8"].ours, found["8"].verdict) == (f"{Decimal('486960000.00'):,f}", "same")
    assert (found["34b"].report, found["34b"].verdict) == ("2338.79万元", "same")
