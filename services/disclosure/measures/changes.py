"""Measures of how the catalog changed in a period (DOMAIN.md 1.8, S10-S13 and the family S40).

S40 is one figure and eight: `S40` adds the kinds up and breaks down `--by kind`; `S40a` to `S40h`
are the kinds one by one, so that each has its own card, definition and list. A kind is also bound
to a programme where the report uses a word twice (X12): 12 items merged by the year's adjustment
are not the 62 merged by the licence programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.disclosure.measures.catalog import CATALOG
from services.disclosure.measures.definition import Measure, Period, Thing
from services.disclosure.measures.quantities import Tally
from services.kernel.rounding import Rounding

LICENCE: Final = "01"
"""Item type 行政许可."""
PUBLIC_SERVICE: Final = "20"
"""Item type 公共服务."""

_YEAR: Final = "; without `from`, since 1 January of the year of `to` or as_of"
_IN_EFFECT: Final = f"taking effect in the period; where nothing says when, happened in it{_YEAR}"
_SINCE: Final = f"{_IN_EFFECT}; compared with what was in force when it begins"
_ONCE: Final = "each item once, however often it changed"

_KINDS: Final = (
    ("S40a", "cancelled", Tally.CANCELLED, "取消事项", "Items cancelled", "取消的事项"),
    (
        "S40b",
        "mode_changed",
        Tally.MODE_CHANGED,
        "转变管理方式事项",
        "Management mode changed",
        "转变管理方式（如审批改备案）的事项",
    ),
    (
        "S40c",
        "merged",
        Tally.MERGED,
        "合并事项",
        "Items merged",
        "在动态调整中并入其他事项的事项；行政许可精简合并另计（S10）",
    ),
    ("S40d", "frozen", Tally.FROZEN, "冻结事项", "Items frozen", "冻结的事项，后来解冻的也计"),
    (
        "S40e",
        "forwarded_up",
        Tally.FORWARDED_UP,
        "转报上级事项",
        "Forwarded to a higher level",
        "转报上级部门的事项",
    ),
    (
        "S40f",
        "delegated_down",
        Tally.DELEGATED_DOWN,
        "承接下放事项",
        "Taken over from above",
        "承接省、市下放的事项",
    ),
    (
        "S40g",
        "fee_adjusted",
        Tally.FEE_ADJUSTED,
        "收费调整事项",
        "Charges adjusted",
        "收费项目有调整的事项",
    ),
    (
        "S40h",
        "service_revised",
        Tally.SERVICE_REVISED,
        "公共服务调整事项",
        "Public-service items revised",
        "在动态调整中修订的公共服务类（20）事项",
    ),
)

CHANGE_KINDS: Final[Mapping[str, Tally]] = {code: tally for _, code, tally, *_ in _KINDS}
"""The eight kinds of S40 by code, in the report's order."""

CHANGE_MEASURES: Final = (
    Measure(
        id="S10",
        zh="行政许可精简合并比例",
        en="Licences merged",
        of=Thing.ITEMS,
        numerator=Tally.LICENCES_MERGED,
        denominator=Tally.LICENCES_BEFORE,
        population="items of type 01 in force when the period begins; " + _ONCE,
        population_zh="期初有效的行政许可（类型01）事项，每项只计一次",
        period=Period.SINCE,
        window=_SINCE,
        note_zh="其中在期内经精简合并并入其他事项的 ÷ 期初有效的行政许可事项。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=0,
        sources=CATALOG,
    ),
    Measure(
        id="S11",
        zh="承诺件转即办件比例",
        en="Promised items made immediate",
        of=Thing.ITEMS,
        numerator=Tally.MADE_IMMEDIATE,
        denominator=Tally.PROMISED_BEFORE,
        population="promised items in force when the period begins; " + _ONCE,
        population_zh="期初有效的承诺件事项，每项只计一次",
        period=Period.SINCE,
        window=_SINCE,
        note_zh="其中在期内转为即办件的 ÷ 期初有效的承诺件事项。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=1,
        sources=CATALOG,
    ),
    Measure(
        id="S12",
        zh="办理环节压减率",
        en="Steps removed",
        of=Thing.CHANGES,
        numerator=Tally.STEPS_REMOVED,
        denominator=Tally.STEPS_BEFORE,
        population="every re-engineering in the period, with the steps before and after it",
        population_zh="期内的每一次流程再造，以当次前后的环节数计",
        period=Period.SINCE,
        window=_IN_EFFECT,
        note_zh="（再造前环节数之和 − 再造后环节数之和）÷ 再造前环节数之和。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=1,
        sources=CATALOG,
    ),
    Measure(
        id="S13",
        zh="申报材料压减率",
        en="Materials removed",
        of=Thing.CHANGES,
        numerator=Tally.MATERIALS_REMOVED,
        denominator=Tally.MATERIALS_BEFORE,
        population="every re-engineering in the period, with the materials before and after it",
        population_zh="期内的每一次流程再造，以当次前后的材料数计",
        period=Period.SINCE,
        window=_IN_EFFECT,
        note_zh="（再造前材料数之和 − 再造后材料数之和）÷ 再造前材料数之和。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=1,
        sources=CATALOG,
    ),
    Measure(
        id="S40",
        zh="目录调整事项",
        en="Catalog changes",
        of=Thing.CHANGES,
        numerator=Tally.CHANGED,
        population=(
            "S40a to S40h added up; --by kind tells them apart. An item counts once in each kind"
        ),
        population_zh="S40a至S40h之和，可按类别（kind）分列；同一事项在每个类别里只计一次",
        period=Period.SINCE,
        window=_IN_EFFECT,
        note_zh="取消、转变管理方式、合并、冻结、转报上级、承接下放、收费调整、公共服务调整八类之和。",
        unit="items",
        sources=CATALOG,
    ),
    *(
        Measure(
            id=id,
            zh=zh,
            en=en,
            of=Thing.CHANGES,
            numerator=tally,
            population=f"{tally.value}; {_ONCE}",
            population_zh=f"{said}，每项只计一次",
            period=Period.SINCE,
            window=_IN_EFFECT,
            note_zh=f"期内{said}。",
            unit="items",
            sources=CATALOG,
        )
        for id, _, tally, zh, en, said in _KINDS
    ),
)
