"""How do we know? What the pages are given that prove a figure: formula, times, log, signature."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from services.chassis.audit.proofs import Inclusion
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Figure, Light, Table
from services.disclosure.answers import CorrectionView, FigureView, Proven
from services.disclosure.measures import (
    MEASURES,
    Answer,
    Measure,
    Period,
    Question,
    Source,
)
from services.disclosure.measures.definition import SIGNS
from services.disclosure.pages.board import counted, figure_of
from services.disclosure.pages.screens import said_in_words
from services.disclosure.pages.words import (
    SOURCE_NAMES,
    WORDS,
    Links,
    moment,
    number,
    rounding,
)
from services.disclosure.projections.figures import Arrival, Said
from services.disclosure.projections.names import Names

NOTHING: Final = "无定义"
"""What stands for a share of nothing."""
PERIODS: Final = {
    Period.WITHIN: "只计时段内的；不写时段，计到统计时点为止的全部",
    Period.SINCE: "只计时段内的变化；不写开始日期，从当年1月1日算起",
    Period.NONE: "统计时点的存量，时段不起作用",
}
SOURCES: Final = {Source.REPORT: "县年度报告印有这个数", Source.DESIGN: "本系统增设，报告里没有"}


@dataclass(frozen=True)
class Knowing:
    """The same moment, by what was known at another."""

    name: str
    english: str
    value: str
    href: str
    here: bool
    """This is what the page shows."""


@dataclass(frozen=True)
class Proof:
    """How one figure was computed."""

    measure: Measure
    figure: Figure
    rounding: str
    period: str
    source: str
    numerator: str
    denominator: str
    numerator_href: str
    denominator_href: str
    positions: list[tuple[str, str, str, int]]
    """Source, its Chinese name, position as shown, and as a number."""
    said: list[tuple[str, str]]
    knowing: list[Knowing]
    hidden: list[tuple[str, str]]
    """The rest of the question, for the form that asks at other moments."""
    published: Table
    asked: list[tuple[str, str]]
    """The whole question, for the form that publishes it."""
    data_href: str
    command: str


def proof(
    answer: Answer,
    names: Names,
    knowing: Sequence[Knowing],
    published: Sequence[Said],
) -> Proof:
    """Lay out everything one needs to compute a figure again."""
    measure, question, links = answer.measure, answer.question, Links(answer.question)
    over = measure.denominator
    return Proof(
        measure=measure,
        figure=replace(figure_of(answer, links), proof_href=""),
        rounding=rounding(measure),
        period=PERIODS[measure.period],
        source=SOURCES[measure.source],
        numerator=counted(measure.numerator, answer.numerator),
        denominator=counted(over, answer.denominator) if over else "",
        numerator_href=links.behind(measure),
        denominator_href=links.behind(measure, "denominator") if over else "",
        positions=[
            (name, SOURCE_NAMES.get(name, name), number(at), at)
            for name, at in sorted(question.positions.items())
        ],
        said=said_in_words(answer, names),
        knowing=list(knowing),
        hidden=sorted(question.filters.items()),
        published=published_table(published, f"已公布的“{measure.zh}”", names),
        asked=[
            ("measure", measure.id),
            ("as_of", question.as_of.isoformat()),
            ("positions", _places(question)),
            *sorted(question.filters.items()),
        ],
        data_href=links.stat(measure.id),
        command=stat_command(measure.id, question),
    )


def knowing(name: str, english: str, answer: Answer, href: str, *, here: bool = False) -> Knowing:
    """Give what was known at some moment, as a value with its unit."""
    value = NOTHING if answer.value is None else f"{number(answer.value)} {answer.measure.sign}"
    return Knowing(name, english, value, href, here)


def stat_command(measure: str, question: Question) -> str:
    """Give the command that answers this question again."""
    said = "".join(
        f" --{name.replace('_', '-')} {shlex.quote(text)}"
        for name, text in question.filters.items()
    )
    as_of = question.as_of.isoformat()
    return f"banjian stat {measure} --as-of {as_of} --positions {_places(question)}{said} --json"


def _places(question: Question) -> str:
    return ",".join(f"{name}:{at}" for name, at in sorted(question.positions.items()))


def published_table(said: Sequence[Said], caption: str, names: Names, next_href: str = "") -> Table:
    """List published figures: as they were said, and whether they still hold."""
    return Table(
        caption=caption,
        columns=(
            Column("公布时间", "Published"),
            Column("指标", "Measure"),
            Column("范围", "Of what"),
            Column("公布的数", "As published", numeric=True),
            Column("统计时点", "As of"),
            Column("现在", "Now"),
        ),
        rows=[
            (
                Cell(shown_time(one.published_at), f"/published/{one.figure_id}"),
                _named(one.measure),
                restricted(one.figure["filters"], names) or "全部",
                value_of(one.figure),
                moment(datetime.fromisoformat(str(one.figure["as_of"]))),
                _state(one),
            )
            for one in said
        ],
        next_href=next_href,
        empty="还没有公布过",
        empty_hint="公布后，每个数都列在这里，永远保留。Published figures stay here for ever.",
    )


def value_of(said: Mapping[str, object]) -> str:
    """Write a value with its unit's sign, from the JSON of a figure or a correction."""
    value = said.get("value")
    if value is None:
        return NOTHING
    sign = SIGNS.get(str(said.get("unit")), "")
    return f"{number(Decimal(str(value)))} {sign}".rstrip()


def restricted(filters: Mapping[str, str], names: Names) -> str:
    """Say in words what a published figure is restricted to; "" when it is of everything."""
    said = [WORDS[name](word, names) for name, word in filters.items() if name in WORDS]
    begin, end = (filters.get(name, "")[:10] for name in ("from", "to"))
    if begin or end:
        said.insert(0, f"{begin} 至 {end}".strip() if end else f"{begin} 起")
    return "，".join(said)


def _named(measure: str) -> str:
    known = MEASURES.get(measure)
    return f"{known.zh} {measure}" if known is not None else measure


def _state(said: Said) -> Cell:
    if not said.corrections:
        return Cell("未变", light="green")
    last = {**said.figure, "value": None, **said.corrections[-1][1]}
    return Cell(f"更正为 {value_of(last)}", light="amber")


@dataclass(frozen=True)
class Step:
    """One hash of the way from a leaf to its root."""

    sibling: str
    """The hash that stands in the proof."""
    left: bool
    """It stands left of what is hashed so far."""
    x: float


@dataclass(frozen=True)
class Ladder:
    """The way from a leaf to its root as a picture."""

    steps: list[Step]
    width: int
    root_x: float


def ladder(inclusion: Inclusion) -> Ladder:
    """Draw an inclusion proof: which side each of its hashes stands on (RFC 9162 2.1.3.2)."""
    index, last = inclusion.leaf_index, inclusion.tree_size - 1
    gap = max(34.0, min(120.0, 560.0 / max(1, len(inclusion.path))))
    steps = []
    for number_, hash_ in enumerate(inclusion.path, 1):
        left = bool(index & 1) or index == last
        if left:
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
        steps.append(Step(hash_, left, round(40 + gap * number_, 1)))
    root_x = steps[-1].x if steps else 40.0
    return Ladder(steps, max(720, int(root_x + 90)), root_x)


@dataclass(frozen=True)
class Correction:
    """A correction as the page shows it."""

    at: str
    was: str
    value: str
    fraction: str
    causes: list[tuple[str, str, str]]
    """Source, its position as shown, and where it leads (behind the root, "" for nowhere)."""
    more: int


@dataclass(frozen=True)
class PublishedProof:
    """Everything about one published figure."""

    measure_name: str
    measure_english: str
    figure: Figure
    fraction: str
    published_at: str
    said: list[tuple[str, str]]
    light: Light
    light_text: str
    corrections: list[Correction]
    same: bool | None
    """Computed again just now, at its own positions; None: nobody counts this measure any more."""
    proven: Proven
    ladder: Ladder | None
    sources: list[tuple[str, str, str, str]]
    """Source, Chinese name, position as shown, address of the signed head that covers it."""
    live_href: str
    """How the same question is answered today."""


def published_proof(
    proven: Proven,
    answer: Answer | None,
    published_at: datetime,
    names: Names,
    cases: Mapping[tuple[str, int], str],
) -> PublishedProof:
    """Lay out a published figure.

    Args:
        answer: its question asked again at its own positions.
        cases: by source and position, the case an event is about.
    """
    view = proven.figure
    measure = answer.measure if answer is not None else None
    unit = measure.sign if measure else ""
    corrected = bool(view.corrections)
    asked = {"as_of": view.as_of.isoformat()} | view.filters
    return PublishedProof(
        measure_name=measure.zh if measure else view.measure,
        measure_english=measure.en if measure else view.measure,
        figure=Figure(
            name=measure.zh if measure else view.measure,
            english=f"{measure.en} · {measure.id}" if measure else view.measure,
            value="" if view.value is None else number(Decimal(view.value)),
            unit=unit,
            as_of=moment(view.as_of),
            rounding=rounding(measure) if measure else view.rounding,
        ),
        fraction=_fraction(view),
        published_at=shown_time(published_at),
        said=said_in_words(answer, names) if answer is not None else [],
        light="amber" if corrected else "green",
        light_text="公布后有更正" if corrected else "至今未变",
        corrections=[_correction(one, view.unit, cases) for one in view.corrections],
        same=None if answer is None else _same(view, answer),
        proven=proven,
        ladder=ladder(proven.inclusion) if proven.inclusion is not None else None,
        sources=[
            (
                one.source,
                SOURCE_NAMES.get(one.source, one.source),
                number(one.position),
                one.checkpoint,
            )
            for one in proven.sources
        ],
        live_href=f"/how/{view.measure}?{urlencode(asked)}",
    )


def _same(view: FigureView, answer: Answer) -> bool:
    value = None if answer.value is None else str(answer.value)
    return (view.numerator, view.denominator, view.value) == (
        answer.numerator,
        answer.denominator,
        value,
    )


def _fraction(said: FigureView | CorrectionView) -> str:
    if said.denominator is None:
        return ""
    return f"{number(said.numerator)} ÷ {number(said.denominator)}"


def _correction(one: CorrectionView, unit: str, cases: Mapping[tuple[str, int], str]) -> Correction:
    causes = []
    for cause in one.causes:
        case = cases.get((cause.source, cause.position), "")
        href = f"/intake/cases/{case}" if case else ""
        causes.append((SOURCE_NAMES.get(cause.source, cause.source), number(cause.position), href))
    return Correction(
        at=shown_time(one.corrected_at),
        was=value_of({"value": one.was_value, "unit": unit}),
        value=value_of({"value": one.value, "unit": unit}),
        fraction=_fraction(one),
        causes=causes,
        more=one.more_causes,
    )


@dataclass(frozen=True)
class SourceLine:
    """How far one service's log has arrived."""

    name: str
    zh: str
    watermark: str
    highest: str
    parked: int
    light: str
    light_text: str


def source_lines(arrivals: Mapping[str, Arrival]) -> list[SourceLine]:
    """Lay out how far each log has arrived."""
    lines = []
    for name, zh in SOURCE_NAMES.items():
        at = arrivals.get(name, Arrival(0, 0, 0))
        whole = at.highest == at.watermark
        lines.append(
            SourceLine(
                name,
                zh,
                number(at.watermark),
                number(at.highest),
                at.parked,
                "green" if whole else "amber",
                "全部计入" if whole else "有缺，停在缺口前",
            )
        )
    return lines
