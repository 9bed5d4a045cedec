"""Measures of cases (DOMAIN.md 1.8): how many, how fast, by which way."""

from __future__ import annotations

from typing import Final

from services.disclosure.measures.definition import Measure, Period, Source
from services.disclosure.measures.quantities import Count, Days
from services.kernel.rounding import Rounding

APPLIED_CHANNELS: Final = (
    *("online", "pc", "mobile", "wechat", "app", "email", "Internet", "e-mail"),
)
"""Channel codes of an application made online (网上申请): the applicant came to no window."""

ONLINE_CHANNELS: Final = (*APPLIED_CHANNELS, "provincial")
"""Channel codes of the online hall (网上办件): applied for online, or entered for the applicant in
the provincial hall (省政务服务网分厅)."""

DELETED_IN_ERROR: Final = 3
"""Completion kind of a record that should never have been: leaves every measure when known."""

_ACCEPTED_IN_WINDOW: Final = "accepted in the period"

CASE_MEASURES: Final = (
    Measure(
        id="S01",
        zh="受理量",
        en="Cases accepted",
        numerator=Count.ACCEPTED,
        population=(
            "all cases, whichever channel; entry errors (kind 3, or deleted in error) and "
            "retracted records or acceptances excepted"
        ),
        population_zh="全部办件，不分渠道；误录删除（办结方式3）和已撤回的记录不计",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="截至统计时点已受理的办件数，误录删除（办结方式3）和已撤回的记录除外。",
    ),
    Measure(
        id="S02",
        zh="办结量",
        en="Cases completed",
        numerator=Count.COMPLETED,
        population=(
            "all cases with a completion of any kind but 3 (entry error); kinds 2 (void), "
            "4 (forwarded up) and 6 (withdrawn by the applicant, and others) count as completed"
        ),
        population_zh="以各种方式办结的全部办件；作废、转报上级、申请人撤回也算办结，误录删除不计",
        window="completed in the period",
        note_zh="截至统计时点已办结的办件数，误录删除（办结方式3）除外。",
    ),
    Measure(
        id="S03",
        zh="办结率",
        en="Completion rate",
        numerator=Count.ACCEPTED_COMPLETED,
        denominator=Count.ACCEPTED,
        population=(
            "the cases of S01; a case completed in the period but accepted before it is not in it"
        ),
        population_zh="受理量所计的办件；期内办结但期前受理的不计",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="期内受理且已办结的办件 ÷ 期内受理的办件。未达100%时不显示为100%。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
    ),
    Measure(
        id="S03b",
        zh="到期办结率",
        en="Due completion rate",
        numerator=Count.DUE_IN_TIME,
        denominator=Count.DUE,
        population=(
            "accepted cases with a promised deadline (the newest, where it was counted anew) at or "
            "before as_of; immediate items without a deadline are not in it"
        ),
        population_zh="承诺时限在统计时点或之前到期的已受理办件，时限重算过的以最新的为准；没有时限的即办件不计",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="承诺时限已到期的办件中，在时限内办结的比例。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
    ),
    Measure(
        id="S03c",
        zh="按时办结率",
        en="On-time share of completed cases",
        numerator=Count.IN_TIME,
        denominator=Count.PROMISED_COMPLETED,
        population=(
            "completed cases that had a promised deadline, whether or not the deadline has come; "
            "where a deadline was counted anew, the newest"
        ),
        population_zh="有承诺时限且已办结的办件，不论时限是否已到；时限重算过的以最新的为准",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="有承诺时限且已办结的办件中，在时限内办结的比例。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
    ),
    Measure(
        id="S04",
        zh="在办量",
        en="Open cases",
        numerator=Count.OPEN,
        population="the cases of S01 without a completion by as_of",
        population_zh="受理量所计的办件中，到统计时点尚未办结的",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="截至统计时点已受理、尚未办结的办件数（受理量减去其中已办结的）。",
    ),
    Measure(
        id="S08",
        zh="工作日均受理量",
        en="Cases per working day",
        numerator=Count.ACCEPTED,
        denominator=Days.WORKING,
        population=(
            "the cases of S01 accepted in the period, over its working days up to as_of, by the "
            "edition of each year's calendar that was announced by as_of; make-up days count"
        ),
        population_zh="受理量所计、期内受理的办件；工作日依统计时点已公布的放假安排，含调休上班日",
        period=Period.SINCE,
        window="accepted in the period; without `from`, since 1 January of the year",
        note_zh="期内受理量 ÷ 期内（至统计时点）工作日数。工作日可逐日列出。",
        unit="cases_a_day",
        rounding=Rounding.HALF_UP,
        places=0,
        sources=("intake", "catalog"),
    ),
    Measure(
        id="S27",
        zh="网上申办率",
        en="Online application rate",
        numerator=Count.APPLIED_ONLINE,
        denominator=Count.ONLINE,
        population=(
            "accepted cases of the online hall (网上办件): channels "
            + ", ".join(ONLINE_CHANNELS)
            + "; applied for online: all of these but provincial. Applications that were never "
            "accepted are in neither"
        ),
        population_zh="受理量所计、经网上大厅（含省政务服务网分厅）办理的办件；未受理的申请不计",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="申请人在网上提出申请的办件 ÷ 网上大厅的办件（含窗口代为录入省厅的）。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
    ),
    Measure(
        id="S27a",
        zh="网上办件量",
        en="Cases of the online hall",
        numerator=Count.ONLINE,
        population="the cases of S01; channels of the online hall: " + ", ".join(ONLINE_CHANNELS),
        population_zh="受理量所计、经网上大厅（含省政务服务网分厅）办理的办件",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="经网上大厅办理的办件数。",
    ),
    Measure(
        id="S27b",
        zh="网上申请量",
        en="Cases applied for online",
        numerator=Count.APPLIED_ONLINE,
        population="the cases of S01; channels " + ", ".join(APPLIED_CHANNELS),
        population_zh="受理量所计、由申请人在网上提出申请的办件",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="申请人在网上提出申请的办件数。",
    ),
    Measure(
        id="S28",
        zh="网上办件占比",
        en="Online share of all cases",
        numerator=Count.ONLINE,
        denominator=Count.ACCEPTED,
        population="the cases of S01; online channels: " + ", ".join(ONLINE_CHANNELS),
        population_zh="受理量所计的办件",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="网上大厅的办件（与网上申办率的分母相同）÷ 受理量。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
    ),
)
