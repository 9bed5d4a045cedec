"""Makes the document: words with figures in them, remarks, charts, and the annex."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

import msgspec

from services.disclosure.domain.reports import Report, ReportFigure
from services.disclosure.measures import MEASURES
from services.disclosure.report.document import (
    NONE,
    Block,
    Chart,
    Document,
    Figure,
    Heading,
    Paragraph,
    Piece,
    Place,
    Published,
    Remark,
    Series,
)
from services.disclosure.report.findings import FINDINGS
from services.disclosure.report.ledger import COUNTY_2020, Cutoff
from services.disclosure.report.lines import LINES
from services.disclosure.report.outline import CENTRE, ENGLISH, OUTLINE, TITLE, Drawn, Said
from services.disclosure.report.values import Asked, Counted, Value, values

SOURCES: Final[Mapping[str, str]] = {
    "catalog": "事项目录",
    "intake": "受理",
    "approval": "审批",
    "disclosure": "公开",
    "notify": "送达",
}
_SLOT: Final = re.compile(r"\{([^}]+)\}(%?)")


def compose(asked: Asked, counted: Counted) -> Document:
    """Write the report of a year as of a day, at these positions: always the same one."""
    found = values(list(LINES.values()), asked, counted)
    writer = _Writer(asked, found)
    blocks: list[Block] = []
    for part in OUTLINE:
        blocks.append(Heading(part.level, writer.plain(part.heading), f"part-{len(blocks) + 1}"))
        for said in part.said:
            if isinstance(said, Drawn):
                blocks.extend(_chart(said, asked, counted))
            else:
                blocks.extend(writer.paragraph(said))
    return Document(
        title=writer.plain(TITLE),
        english=writer.plain(ENGLISH),
        year=asked.year,
        as_of=asked.moment(),
        cutoffs={cutoff.value: asked.moment(cutoff) for cutoff in Cutoff},
        centre=CENTRE,
        places=[
            Place(name, SOURCES.get(name, name), at) for name, at in sorted(asked.positions.items())
        ],
        blocks=blocks,
        annex=writer.annex,
        digest=digest(writer.annex),
    )


def digest(annex: Sequence[Figure]) -> str:
    """Hash what the figures say: line, value, numerator and denominator, in the annex's order."""
    said = [[one.line, one.value, one.numerator, one.denominator] for one in annex]
    return sha256(msgspec.json.encode(said)).hexdigest()


def number(value: Decimal) -> str:
    """Write a number with thousands marks and as it is rounded."""
    return f"{value:,f}"


def spelled(figure: Figure) -> str:
    """Write a figure as it stands in a sentence: a rate with its sign."""
    return f"{figure.shown}%" if figure.value is not None and figure.unit == "%" else figure.shown


@dataclass
class _Writer:
    """Gives each figure its footnote the first time it is used."""

    asked: Asked
    values: Mapping[str, Value]
    annex: list[Figure] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def plain(self, text: str) -> str:
        return text.replace("{year}", str(self.asked.year)).replace(
            "{next}", str(self.asked.year + 1)
        )

    def paragraph(self, said: Said) -> Iterator[Block]:
        pieces: list[Piece] = []
        about: dict[str, list[int]] = {name: [] for name in said.findings}
        told = _SLOT.split(self.plain(said.text))
        for text, slot in zip(told[::3], [*told[1::3], ""], strict=True):
            pieces.append(Piece(text))
            if not slot:
                continue
            figure = self.figure(slot)
            pieces.append(Piece(spelled(figure), figure.note))
            for name in figure.findings:
                about.setdefault(name, []).append(figure.note)
        if self.asked.year != COUNTY_2020.year:  # they are about that year's report
            about.clear()
        yield Paragraph([piece for piece in pieces if piece.text])
        for name, notes in about.items():
            if name not in self.told:
                self.told.add(name)
                yield Remark(name, FINDINGS[name].zh, notes)

    def figure(self, line: str) -> Figure:
        if line not in self.notes:
            self.notes[line] = len(self.annex) + 1
            self.annex.append(figure_of(self.values[line], self.notes[line], self.asked))
        return self.annex[self.notes[line] - 1]


def figure_of(value: Value, note: int, asked: Asked) -> Figure:
    """Give a row of the annex."""
    line, answer, fact = value.line, value.answer, value.fact
    said = Figure(
        note=note,
        line=line.id,
        zh=line.zh,
        en=line.en,
        unit=line.unit,
        value=None if value.amount is None else f"{value.amount:f}",
        shown=NONE if value.amount is None else number(value.amount),
        source="none" if value.amount is None else "reported" if fact else "measure",
        why_none=value.why_none,
        as_of=asked.moment(line.cutoff),
        findings=list(line.findings) if asked.year == COUNTY_2020.year else [],
    )
    if fact is not None:
        return msgspec.structs.replace(
            said,
            as_of=fact.as_of,
            said_by=fact.source_document,
            fact_no=fact.fact_no,
            positions={"disclosure": fact.position},
            population="填报，不由系统计算",
        )
    if answer is None:
        return said
    measure, question = answer.measure, answer.question
    return msgspec.structs.replace(
        said,
        measure=measure.id,
        take=line.take.value,
        numerator=answer.numerator,
        denominator=answer.denominator,
        formula=measure.note_zh,
        population=measure.population_zh,
        rounding=f"{measure.rounding.value} {measure.places}",
        as_of=question.as_of,
        begin=question.begin,
        positions={name: question.positions.get(name, 0) for name in measure.sources},
        proof=_proof(measure.id, question.as_of, question.positions, question.filters),
    )


def _proof(
    measure: str, as_of: datetime, positions: Mapping[str, int], said: Mapping[str, str]
) -> str:
    places = ",".join(f"{name}:{at}" for name, at in sorted(positions.items()))
    asked = {"as_of": as_of.isoformat(), "positions": places}
    return f"/how/{measure}?{urlencode(asked | dict(said))}"


def _chart(drawn: Drawn, asked: Asked, counted: Counted) -> Iterator[Chart]:
    """Draw by month; nothing where no measure of it exists or nothing was counted."""
    line = LINES[drawn.line]
    question = asked.question(line)
    known = [MEASURES[name] for name in drawn.measures if name in MEASURES]
    first = asked.year * 12
    last = question.as_of.year * 12 + question.as_of.month - 1
    numbers = list(range(first, min(last, first + 11) + 1))
    series = []
    for measure in known:
        by_month = {month.number: month.value for month in counted.months(measure, question)}
        if any(by_month.values()):
            whole = [by_month.get(n, Decimal()) / drawn.per for n in numbers]
            series.append(Series(measure.zh, [float(round(value, 2)) for value in whole]))
    if not series:
        return
    labels = [f"{n % 12 + 1}月" for n in numbers]
    yield Chart(
        id=f"chart-{drawn.id}",
        title=f"{asked.year}年{drawn.title}",
        unit=drawn.unit,
        labels=labels,
        series=series,
        measures=[measure.id for measure in known],
        as_of=question.as_of,
        description="；".join(_extremes(one, labels, drawn.unit) for one in series),
    )


def _extremes(series: Series, labels: Sequence[str], unit: str) -> str:
    most, least = max(series.values), min(series.values)
    return (
        f"{series.name}最高{labels[series.values.index(most)]}{most:,g}{unit}，"
        f"最低{labels[series.values.index(least)]}{least:,g}{unit}"
    )


def report_of(document: Document, *, one_day: bool) -> Report:
    """Give what is kept of a report when it is published."""
    return Report(
        year=document.year,
        as_of=document.as_of,
        one_day=one_day,
        positions={place.source: place.position for place in document.places},
        digest=document.digest,
        figures=tuple(
            ReportFigure(
                one.line,
                one.as_of or document.as_of,
                one.measure or None,
                one.value,
                one.numerator,
                one.denominator,
            )
            for one in document.annex
        ),
    )


def as_published(document: Document, report: Report, published: Published) -> Document:
    """Give the report computed again as it was published: its figures, and which of them changed.

    A figure is another one only when the measures themselves became others.
    """
    said = {figure.line: figure for figure in report.figures}
    annex: list[Figure] = []
    for figure in document.annex:
        then = said.get(figure.line)
        same = then is None or (then.value, then.numerator, then.denominator) == (
            figure.value,
            figure.numerator,
            figure.denominator,
        )
        annex.append(figure if same or then is None else _again(figure, then))
    changed = [old.note for old, new in zip(document.annex, annex, strict=True) if old is not new]
    return msgspec.structs.replace(
        document,
        annex=annex,
        blocks=[_reworded(block, annex) for block in document.blocks],
        digest=report.digest,
        published=msgspec.structs.replace(published, changed=changed),
    )


def _again(figure: Figure, then: ReportFigure) -> Figure:
    value = None if then.value is None else Decimal(then.value)
    return msgspec.structs.replace(
        figure,
        value=then.value,
        shown=NONE if value is None else number(value),
        numerator=then.numerator,
        denominator=then.denominator,
    )


def _reworded(block: Block, annex: Sequence[Figure]) -> Block:
    if not isinstance(block, Paragraph):
        return block
    return Paragraph(
        [
            Piece(spelled(annex[piece.note - 1]), piece.note) if piece.note else piece
            for piece in block.pieces
        ]
    )
