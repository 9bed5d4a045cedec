"""Turns counted cells into what the board shows: figure cards, months, breakdowns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.chassis.web.parts import Cell as Shown
from services.chassis.web.parts import Column, Figure, Table
from services.disclosure.measures import MEASURES, Answer, Count, Quantity, Question, Thing
from services.disclosure.pages.chart import Chart, Month, draw, fill_gaps
from services.disclosure.pages.words import (
    CHANNEL_NAMES,
    COUNT_NAMES,
    Links,
    moment,
    number,
    rounding,
    sign_of,
)
from services.disclosure.projections.cells import Cell
from services.disclosure.projections.figures import Arrival, answers
from services.disclosure.projections.names import Names

BOARD_BY: Final = ("month", "channel", "department")
LEADS: Final = ("S01", "S02", "S04")
RATES: Final = ("S03", "S03b", "S03c")


def counted(count: Quantity, value: int | None) -> str:
    """Write a numerator or a denominator with its name and unit."""
    return f"{COUNT_NAMES[count]} {number(value)} {sign_of(count)}"


def figure_of(answer: Answer, links: Links) -> Figure:
    """Give one figure as the shell's figure card wants it."""
    measure, over = answer.measure, answer.measure.denominator
    return Figure(
        name=measure.zh,
        english=f"{measure.en} · {measure.id}",
        value="" if answer.value is None else number(answer.value),
        unit=measure.sign,
        numerator=counted(measure.numerator, answer.numerator) if over else "",
        denominator=counted(over, answer.denominator) if over else "",
        as_of=moment(answer.question.as_of),
        rounding=rounding(measure),
        positions={name: answer.question.positions.get(name, 0) for name in measure.sources},
        cases_href=links.behind(measure),
        cases_text="查看办件" if measure.of is Thing.CASES else "查看明细",
        proof_href=links.how(measure.id),
    )


@dataclass(frozen=True)
class Board:
    """Everything on the page."""

    question: Question
    leads: list[Figure]
    rates: list[Figure]
    online: Figure
    months: list[Month]
    chart: Chart
    channels: Table
    departments: Table
    empty: bool
    parked: int
    standing: bool
    """True when a source has sent more than the figures may count yet."""


def build(
    question: Question,
    cells: Sequence[Cell],
    names: Names,
    arrivals: Mapping[str, Arrival],
) -> Board:
    """Make the board from cells counted by `BOARD_BY`."""
    links = Links(question)
    sums = total(cells)
    measures = [MEASURES[name] for name in (*LEADS, *RATES, "S28")]
    figures = {
        answer.measure.id: figure_of(answer, links) for answer in answers(question, measures, sums)
    }
    months = fill_gaps(
        [
            Month(key, found[Count.ACCEPTED], found[Count.COMPLETED])
            for key, found in groups(cells, 0).items()
        ]
    )
    return Board(
        question=question,
        leads=[figures[name] for name in LEADS],
        rates=[figures[name] for name in RATES],
        online=figures["S28"],
        months=months,
        chart=draw(months),
        channels=_table(
            "各渠道。点名称只看这一渠道",
            Column("渠道", "Channel"),
            groups(cells, 1),
            lambda key: Shown(CHANNEL_NAMES.get(key, key), links.board(channel=key)),
        ),
        departments=_table(
            "各部门。点名称只看这一部门",
            Column("部门", "Department"),
            groups(cells, 2),
            lambda key: Shown(names.departments.get(key, key), links.board(department=key)),
        ),
        empty=not (sums[Count.ACCEPTED] or sums[Count.COMPLETED]),
        parked=sum(arrival.parked for arrival in arrivals.values()),
        standing=any(arrival.highest > arrival.watermark for arrival in arrivals.values()),
    )


def total(cells: Iterable[Cell]) -> dict[Quantity, int]:
    """Add cells up. They do not overlap: a case has one month, channel and department (S08t)."""
    sums: dict[Quantity, int] = dict.fromkeys(Count, 0)
    for cell in cells:
        for count, n in cell.counts.items():
            sums[count] += n
    return sums


def groups(cells: Iterable[Cell], place: int) -> dict[Any, dict[Quantity, int]]:
    """Add the cells up by one part of their key."""
    found: dict[Any, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.key[place], []).append(cell)
    return {key: total(group) for key, group in found.items()}


def _table(
    caption: str,
    first: Column,
    grouped: Mapping[str, Mapping[Quantity, int]],
    label: Callable[[str], Shown],
) -> Table:
    ordered = sorted(grouped.items(), key=lambda line: (-line[1][Count.ACCEPTED], line[0]))
    return Table(
        caption=caption,
        columns=(
            first,
            Column("受理", "Accepted", numeric=True),
            Column("已办结", "Completed", numeric=True),
            Column("在办", "Open", numeric=True),
            Column("办结率", "Rate", numeric=True),
            Column("按时办结率", "On time", numeric=True),
        ),
        rows=[
            (
                label(key),
                number(sums[Count.ACCEPTED]),
                number(sums[Count.ACCEPTED_COMPLETED]),
                number(sums[Count.OPEN]),
                _percent("S03", sums),
                _percent("S03c", sums),
            )
            for key, sums in ordered
        ],
    )


def _percent(measure: str, sums: Mapping[Quantity, int]) -> str:
    of = MEASURES[measure]
    value: Decimal | None = of.value(*(sums[count] for count in of.counts))
    return "—" if value is None else f"{number(value)}%"
