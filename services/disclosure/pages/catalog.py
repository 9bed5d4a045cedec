"""The catalog on the board, and the list of items, changes or claims behind one of its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from services.chassis.web import Page
from services.chassis.web.parts import Cell, Column, Figure, Table
from services.disclosure.answers import EntryView
from services.disclosure.inquiry import EntriesQuery, behind
from services.disclosure.measures import MEASURES, Answer, Measure, Quantity, Tally, Thing
from services.disclosure.pages.board import figure_of
from services.disclosure.pages.screens import said_in_words
from services.disclosure.pages.words import (
    COUNT_NAMES,
    ITEM_TYPES,
    KIND_OF_CHANGE,
    LEVEL_NAMES,
    Links,
    china,
    moment,
    number,
    sign_of,
)
from services.disclosure.projections.names import Names

STOCK: Final = ("S09", "S14", "S15", "S16")
CLAIMS: Final = ("S22", "S23", "S24", "S25", "S26")
CHANGES: Final = ("S10", "S11", "S12", "S13")
KINDS: Final = tuple(f"S40{letter}" for letter in "abcdefgh")
MEASURES_SHOWN: Final = tuple(MEASURES[name] for name in (*STOCK, *CLAIMS, *CHANGES, *KINDS))


@dataclass(frozen=True)
class Section:
    """What the board shows of the catalog."""

    stock: list[Figure]
    claims: list[Figure]
    changes: list[Figure]
    kinds: Table
    period: str
    """What the changes are counted over, in words."""
    left_out: bool
    """True when a filter of the board says nothing about the catalog, and was left out."""


def section(answers: Sequence[Answer], *, left_out: bool) -> Section | None:
    """Lay the catalog's figures out; None while no list was ever published here."""
    found = {answer.measure.id: answer for answer in answers}
    if not any(answer.numerator or answer.denominator for answer in answers):
        return None
    shown = {name: figure_of(answer, Links(answer.question)) for name, answer in found.items()}
    question = found["S10"].question
    last = min(question.end or question.as_of, question.as_of)
    return Section(
        stock=[shown[name] for name in STOCK],
        claims=[shown[name] for name in CLAIMS],
        changes=[shown[name] for name in CHANGES],
        kinds=Table(
            caption="目录调整。点数字看事项",
            columns=(
                Column("类别", "Kind"),
                Column("事项数", "Items", numeric=True),
                Column("口径", "Definition"),
            ),
            rows=[_kind(found[name]) for name in KINDS],
        ),
        period=f"{moment(question.begin)} 至 {moment(last)}",
        left_out=left_out,
    )


def _kind(answer: Answer) -> tuple[Cell | str, ...]:
    measure, links = answer.measure, Links(answer.question)
    return (
        measure.zh,
        Cell(number(answer.numerator), links.behind(measure)),
        Cell(measure.id, links.how(measure.id)),
    )


@dataclass(frozen=True)
class EntryList:
    """A page of entries behind a figure. Addresses are without the prefix."""

    measure: Measure
    figure: Figure
    count_name: str
    total: str
    table: Table
    filters: list[tuple[str, str]]


def entry_list(
    said: EntriesQuery, answer: Answer, page: Page[EntryView], names: Names
) -> EntryList:
    """Lay out a page of items, changes or claims."""
    measure, links = answer.measure, Links(answer.question)
    count = behind(measure, said.part)
    here = links.behind(measure, said.part)
    size = urlencode({"limit": said.limit})
    total = answer.denominator if said.part == "denominator" else answer.numerator
    columns, rows = _rows(measure, count, page.items)
    return EntryList(
        measure=measure,
        figure=figure_of(answer, links),
        count_name=COUNT_NAMES[count],
        total=f"{number(total)} {sign_of(count)}",
        table=Table(
            caption={Thing.ITEMS: "事项", Thing.CHANGES: "调整"}.get(measure.of, "认领"),
            columns=columns,
            rows=rows,
            next_href=f"{here}&{size}&{urlencode({'cursor': page.next})}" if page.next else "",
            first_href=f"{here}&{size}" if said.cursor else "",
            csv_href=links.entries_csv(measure.id, said.part),
        ),
        filters=said_in_words(answer, names),
    )


def _rows(
    measure: Measure, count: Quantity, entries: Sequence[EntryView]
) -> tuple[tuple[Column, ...], list[tuple[Cell | str, ...]]]:
    """Give columns and rows; what one entry adds is shown where it is not simply one."""
    summed = isinstance(count, Tally) and sign_of(count) != "项"
    unit = (
        Column("认领单位", "Unit") if measure.of is Thing.CLAIMS else Column("部门", "Department")
    )
    when = {Thing.ITEMS: Column("生效", "In force from"), Thing.CLAIMS: Column("认领", "Claimed")}
    columns = [
        Column("编码", "Code"),
        Column("名称", "Name"),
        unit,
        Column("类型", "Type"),
        Column("层级", "Level"),
        when.get(measure.of, Column("生效", "Takes effect")),
    ]
    if measure.of is Thing.CHANGES:
        columns.append(Column("调整", "Change"))
    if summed:
        columns.append(Column(COUNT_NAMES[count], sign_of(count), numeric=True))
    return tuple(columns), [_row(measure, entry, summed) for entry in entries]


def _row(measure: Measure, entry: EntryView, summed: bool) -> tuple[Cell | str, ...]:
    row: list[Cell | str] = [
        entry.code,
        entry.name,
        entry.unit_name or entry.department,
        ITEM_TYPES.get(entry.item_type, entry.item_type),
        LEVEL_NAMES[int(entry.level or 0)],
        china(entry.at),
    ]
    if measure.of is Thing.CHANGES:
        before = entry.before
        if entry.kind == "delegated_down":
            before = f"由{LEVEL_NAMES[int(before or 0)]}"
        sides = " → ".join(text for text in (before, entry.after) if text)
        kind = KIND_OF_CHANGE.get(entry.kind, entry.kind)
        row.append(f"{kind}：{sides}" if sides else kind)
    if summed:
        row.append(number(entry.amount))
    return tuple(row)
