"""What the other pages are given: the filter form, a list of cases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from services.chassis.errors import ContractError
from services.chassis.web import Page
from services.chassis.web.parts import Figure, Filter, Option
from services.disclosure.answers import CaseView
from services.disclosure.inquiry import CasesQuery, Filters, behind
from services.disclosure.measures import Answer, Measure
from services.disclosure.measures.regions import depth
from services.disclosure.pages.board import figure_of
from services.disclosure.pages.words import (
    CHANNEL_NAMES,
    COUNT_NAMES,
    ITEM_TYPES,
    KIND_NAMES,
    WORDS,
    Links,
    china,
    moment,
    place_of,
)
from services.disclosure.projections.cells import Cell
from services.disclosure.projections.names import Names

FILTERS: Final[Mapping[str, str]] = {
    "department": "部门",
    "channel": "渠道",
    "item": "事项",
    "region": "区划",
    "item_type": "事项类型",
    "level": "行使层级",
}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ERRORS: Final[Mapping[str, str]] = {
    "as_of": "没有这个日期。请写成 2020-10-31。",
    "from": "没有这个日期。请写成 2020-01-01。",
    "to": "没有这个日期，或早于开始日期。请写成 2020-10-31。",
}


def filters(
    said: Filters, every: Sequence[Cell], names: Names, error: ContractError | None
) -> list[Filter]:
    """Give the filter form as it was filled in; `every` holds all channels and departments."""
    wrong = str(error.attributes.get("field", "")) if error else ""
    channels = sorted({cell.key[0] for cell in every} | ({said.channel} - {""}))
    departments = sorted({cell.key[1] for cell in every} | ({said.department} - {""}))
    types = sorted(set(names.types) | ({said.item_type} - {""}))
    regions = sorted(set(names.regions) | ({said.region} - {""}))
    return [
        _date("as_of", "统计时点 As of", said.as_of, wrong, "含当日；不填为现在"),
        _date("from", "受理日期从 From", said.begin, wrong, "办结量按办结日期"),
        _date("to", "到 To", said.end, wrong, "含当日"),
        Filter(
            name="department",
            label="部门 Department",
            value=said.department,
            options=[
                Option("", "全部部门"),
                *(Option(code, names.departments.get(code, code)) for code in departments),
            ],
        ),
        Filter(
            name="region",
            label="区划 Region",
            value=said.region,
            hint="乡镇含所辖的村",
            options=[
                Option("", "全部区划"),
                *(Option(code, _indented(code, names)) for code in regions),
            ],
        ),
        Filter(
            name="item_type",
            label="事项类型 Type",
            value=said.item_type,
            options=[
                Option("", "全部类型"),
                *(Option(code, ITEM_TYPES.get(code, code)) for code in types),
            ],
        ),
        Filter(
            name="channel",
            label="渠道 Channel",
            value=said.channel,
            options=[
                Option("", "全部渠道"),
                *(Option(code, CHANNEL_NAMES.get(code, code)) for code in channels),
            ],
        ),
    ]


def _indented(region: str, names: Names) -> str:
    """Name a region. In the order of codes a village stands below its township; blanks show it."""
    return "\u3000" * depth(region) + names.regions.get(region, region)


def _date(name: str, label: str, value: str, wrong: str, hint: str) -> Filter:
    # A moment with a clock does not fit into a date field, and what cannot be read has to be seen.
    fits = not value or (_DAY.fullmatch(value) is not None and name != wrong)
    return Filter(
        name=name,
        label=label,
        value=value,
        kind="date" if fits else "text",
        hint=hint,
        error=_ERRORS.get(name, "") if name == wrong else "",
    )


@dataclass(frozen=True)
class CaseLine:
    """One case in the list."""

    case_no: str
    item: str
    department: str
    place: str
    """Township or village, where it is one's."""
    channel: str
    accepted: str
    due: str
    completed: str
    kind: str
    light: str
    light_text: str


@dataclass(frozen=True)
class CaseList:
    """A page of cases behind a figure. Addresses are without the prefix."""

    measure: Measure
    figure: Figure
    part: str
    count_name: str
    lines: list[CaseLine]
    next_href: str
    first_href: str
    csv_href: str
    filters: list[tuple[str, str]]


def case_list(said: CasesQuery, answer: Answer, page: Page[CaseView], names: Names) -> CaseList:
    """Lay out a page of cases."""
    measure, links = answer.measure, Links(answer.question)
    count = behind(measure, said.part)
    here = links.behind(measure, said.part)
    size = urlencode({"limit": said.limit})
    return CaseList(
        measure=measure,
        figure=figure_of(answer, links),
        part=said.part,
        count_name=COUNT_NAMES[count],
        lines=[_line(case, answer, names) for case in page.items],
        next_href=f"{here}&{size}&{urlencode({'cursor': page.next})}" if page.next else "",
        first_href=f"{here}&{size}" if said.cursor else "",
        csv_href=links.cases_csv(measure.id, said.part),
        filters=said_in_words(answer, names),
    )


def _line(case: CaseView, answer: Answer, names: Names) -> CaseLine:
    light, text = "grey", "在办"
    if case.completed_at is not None:
        late = case.due_at is not None and case.completed_at > case.due_at
        light, text = ("amber", "逾期办结") if late else ("green", "已办结")
    elif case.due_at is not None and case.due_at < answer.question.as_of:
        light, text = "red", "已逾期"
    return CaseLine(
        case_no=case.case_no,
        item=names.items.get(case.item, case.item),
        department=names.departments.get(case.department, case.department),
        place=place_of(case.region, case.region_name),
        channel=CHANNEL_NAMES.get(case.channel, case.channel),
        accepted=china(case.accepted_at),
        due=china(case.due_at),
        completed=china(case.completed_at),
        kind="" if case.completion_kind is None else KIND_NAMES[case.completion_kind],
        light=light,
        light_text=text,
    )


def said_in_words(answer: Answer, names: Names) -> list[tuple[str, str]]:
    """List the question in words: what the figure is restricted to."""
    question = answer.question
    lines = [
        ("统计时点", moment(question.as_of)),
        ("开始", moment(question.begin) if question.begin else ""),
        ("结束", moment(question.end) if question.end else ""),
        *((FILTERS[name], WORDS[name](word, names)) for name, word in question.words.items()),
    ]
    return [(name, text) for name, text in lines if text]
