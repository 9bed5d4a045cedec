"""Measures of what the catalog holds (DOMAIN.md 1.8, S09, S14-S16, S22-S26).

Each over its named population: resident items, resident items with a limit, and claims are three
different things (X3, X4, X8), and no figure here leaves open which one it is over.
"""

from __future__ import annotations

from typing import Final

from services.disclosure.measures.definition import Measure, Period, Thing
from services.disclosure.measures.quantities import Tally
from services.kernel.rounding import Rounding

COMPRESSED_TYPES: Final = ("01", "05", "06", "07", "08", "10", "11")
"""Item types whose limits count for the time compression rate (DOMAIN.md 1.8, below S46)."""

CATALOG: Final = ("catalog",)
_STOCK: Final = "none: what stands at as_of"
_CLAIMED: Final = "claimed in the period"

STOCK_MEASURES: Final = (
    Measure(
        id="S09",
        zh="最多跑一次事项占比",
        en="At-most-one-visit share",
        of=Thing.ITEMS,
        numerator=Tally.ONE_VISIT,
        denominator=Tally.RESIDENT,
        population=(
            "items in force that stand in the hall; frozen ones too; an item that does not say how "
            "many visits it needs counts below the line only"
        ),
        population_zh="进驻大厅的有效事项（含冻结）；没有写明到场次数的只计入分母",
        period=Period.NONE,
        window=_STOCK,
        note_zh="进驻大厅的有效事项中，到现场次数不超过一次的 ÷ 进驻大厅的有效事项。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=1,
        sources=CATALOG,
    ),
    Measure(
        id="S14",
        zh="承诺时限压缩率",
        en="Time compression",
        of=Thing.ITEMS,
        numerator=Tally.DAYS_SAVED,
        denominator=Tally.STATUTORY_DAYS,
        population=(
            "resident items in force of types "
            + ", ".join(COMPRESSED_TYPES)
            + ", both of whose limits are working days"
        ),
        population_zh=(
            "进驻大厅的有效事项中，类型为"
            + "、".join(COMPRESSED_TYPES)
            + "且法定、承诺时限都以工作日计的"
        ),
        period=Period.NONE,
        window=_STOCK,
        note_zh="（法定时限之和 − 承诺时限之和）÷ 法定时限之和。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=1,
        sources=CATALOG,
    ),
    Measure(
        id="S15",
        zh="平均承诺时限",
        en="Average promised limit",
        of=Thing.ITEMS,
        numerator=Tally.PROMISED_DAYS,
        denominator=Tally.LIMITED,
        population=(
            "resident items in force of any type with a promised limit of at least one working "
            "day; immediate items are not in it"
        ),
        population_zh="进驻大厅的有效事项中，承诺时限不少于一个工作日的，不论类型；即办件不计",
        period=Period.NONE,
        window=_STOCK,
        note_zh="承诺时限（工作日）之和 ÷ 有承诺时限的事项数。",
        unit="days",
        rounding=Rounding.HALF_UP,
        places=2,
        sources=CATALOG,
    ),
    Measure(
        id="S16",
        zh="平均申报材料",
        en="Average materials",
        of=Thing.ITEMS,
        numerator=Tally.MATERIALS,
        denominator=Tally.RESIDENT,
        population="items in force that stand in the hall; one that asks for nothing counts as 0",
        population_zh="进驻大厅的有效事项；不要材料的按0份计",
        period=Period.NONE,
        window=_STOCK,
        note_zh="申报材料份数之和 ÷ 进驻大厅的有效事项数。",
        unit="materials",
        rounding=Rounding.HALF_UP,
        places=1,
        sources=CATALOG,
    ),
    Measure(
        id="S22",
        zh="县级认领事项",
        en="County claims",
        of=Thing.CLAIMS,
        numerator=Tally.COUNTY_CLAIMS,
        population="claims of basic items by county units (level 4), withdrawn ones excepted",
        population_zh="县级单位（行使层级4）对基本目录事项的认领，已撤回的不计",
        window=_CLAIMED,
        note_zh="截至统计时点县级单位认领的事项数。",
        unit="claims",
        sources=CATALOG,
    ),
    Measure(
        id="S23",
        zh="乡村两级认领事项",
        en="Township and village claims",
        of=Thing.CLAIMS,
        numerator=Tally.LOWER_CLAIMS,
        population="claims by townships and villages (levels 5 and 6), withdrawn ones excepted",
        population_zh="乡镇、村（行使层级5、6）对基本目录事项的认领，已撤回的不计",
        window=_CLAIMED,
        note_zh="截至统计时点乡镇和村认领的事项数。",
        unit="claims",
        sources=CATALOG,
    ),
    Measure(
        id="S24",
        zh="事项在用率",
        en="Items in use",
        of=Thing.CLAIMS,
        numerator=Tally.CLAIMS_IN_USE,
        denominator=Tally.CLAIMS_MADE,
        population=(
            "all claims ever made; in use: not withdrawn, the basic item not cancelled, and the "
            "unit's own list, where the claim names one, neither frozen nor cancelled (a merged "
            "list is in use through its successor)"
        ),
        population_zh=(
            "所有认领过的事项（含已撤回）；在用指：未撤回，基本目录未取消，"
            "认领写明的实施清单未冻结、未取消（已合并的由承接事项办理，算在用）"
        ),
        window=_CLAIMED,
        note_zh="在用的认领事项 ÷ 认领过的事项。未达100%时不显示为100%。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        sources=CATALOG,
    ),
    Measure(
        id="S25",
        zh="网办深度三级及以上占比",
        en="Online depth of 3 or more",
        of=Thing.CLAIMS,
        numerator=Tally.DEEP_CLAIMS,
        denominator=Tally.CLAIMS,
        population=(
            "claims of all three levels, withdrawn ones excepted; a claim without a depth has that "
            "of its own list, and else counts below the line only"
        ),
        population_zh=(
            "县乡村三级的认领事项，已撤回的不计；"
            "没有写明网办深度的，以其实施清单为准，仍没有的只计入分母"
        ),
        window=_CLAIMED,
        note_zh="网办深度达到三级的认领事项 ÷ 认领事项。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        sources=CATALOG,
    ),
    Measure(
        id="S26",
        zh="全程网办占比",
        en="Fully online share",
        of=Thing.CLAIMS,
        numerator=Tally.FULLY_ONLINE,
        denominator=Tally.CLAIMS,
        population=(
            "claims of all three levels, withdrawn ones excepted; a claim that does not say has "
            "what its own list says, and else counts below the line only"
        ),
        population_zh=(
            "县乡村三级的认领事项，已撤回的不计；没有写明的，以其实施清单为准，仍没有的只计入分母"
        ),
        window=_CLAIMED,
        note_zh="可全程网办的认领事项 ÷ 认领事项。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        sources=CATALOG,
    ),
    Measure(
        id="O04",
        zh="县级事项",
        en="County items",
        of=Thing.ITEMS,
        numerator=Tally.COUNTY_ITEMS,
        population="items of county level (4) in force, in the hall or not; frozen ones too",
        population_zh="行使层级为县级（4）的有效事项，不论是否进驻大厅，含冻结",
        period=Period.NONE,
        window=_STOCK,
        note_zh="县级有效事项数。",
        unit="items",
        sources=CATALOG,
    ),
    Measure(
        id="O09",
        zh="进驻事项",
        en="Resident items",
        of=Thing.ITEMS,
        numerator=Tally.RESIDENT,
        population="items in force that stand in the hall; frozen ones too",
        population_zh="进驻大厅的有效事项，含冻结",
        period=Period.NONE,
        window=_STOCK,
        note_zh="进驻大厅的有效事项数。",
        unit="items",
        sources=CATALOG,
    ),
)
