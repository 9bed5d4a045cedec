"""Measures of cases (DOMAIN.md 1.8): how many, how fast, by which way."""

from __future__ import annotations

from typing import Final

from services.disclosure.measures.definition import Measure, Source
from services.disclosure.measures.quantities import Count
from services.kernel.rounding import Rounding

ONLINE_CHANNELS: Final = ("online", "mobile", "app", "email", "Internet", "e-mail")
"""Channel codes that count as online (网上): the applicant came to no window."""

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
        id="S28",
        zh="网上办件占比",
        en="Online share of all cases",
        numerator=Count.ONLINE,
        denominator=Count.ACCEPTED,
        population="the cases of S01; online channels: " + ", ".join(ONLINE_CHANNELS),
        population_zh="受理量所计的办件",
        window=_ACCEPTED_IN_WINDOW,
        note_zh="通过网上渠道受理的办件 ÷ 受理量。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
    ),
)
