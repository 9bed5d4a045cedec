"""What does not agree inside the county's report (DOMAIN.md 1.9, X1 to X20), in our words.

`zh` stands in our report beside the figure; `en` is what `banjian report compare` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Finding:
    """One inconsistency and what this system does about it."""

    id: str
    zh: str
    en: str


_ALL: Final = (
    Finding(
        "X1",
        "原报告标题写2019年，正文写2020年。本报告的每个数字都写明统计时段。",
        "The title says 2019, the text 2020. Here every figure names its period.",
    ),
    Finding(
        "X2",
        "办结率精确值为99.979157…%，原报告去尾取一位小数（99.9），四舍五入则为100.0。"
        "尚有在办件时本报告不显示100%，并注明取整方式。",
        "The exact rate is 99.979157 %; the report cut it off after one place, rounding would"
        " give 100.0. Never 100 % here while a case is open, and the mode is printed.",
    ),
    Finding(
        "X3",
        "1462、1426、1419、567是四个不同的总体（梳理、指南、认领、进驻），其中或有笔误。"
        "本报告为每个总体单独命名、单独计数。",
        "1462, 1426, 1419 and 567 are four populations or a slip; each is named and counted.",
    ),
    Finding(
        "X4",
        "95.8%的分母是进驻大厅的567项，不是同一句里的1462项（那样只有37.1%）。",
        "95.8 % is over the 567 items in the hall, not over 1462 (37.1 %).",
    ),
    Finding(
        "X5",
        "没有11月31日这一天。本报告取11月30日。",
        "There is no 31 November; 30 November is taken.",
    ),
    Finding(
        "X6",
        "网上申办率没有写百分号；分母是网上办件，不是全部办件（网上办件占全部办件的比例另列）。",
        "Printed without %; its base is the online cases, not all cases (S28 is that share).",
    ),
    Finding(
        "X7",
        "同一份报告有三个截止日。本报告的每个数字各自注明统计时点。",
        "One report, three cut-off days; here every figure names its own.",
    ),
    Finding(
        "X8",
        "减少的天数和材料、它们的百分比与平均数不能出自同一批事项：3178÷46.7%得原6805天，"
        "余3627天÷6.76得537项；373÷22.6%得原1650份，余1277份÷3.2得399项。本报告分别写明总体。",
        "Reductions, shares and averages cannot be over one set of items (537, 567 and 399 of"
        " them); here each names its population.",
    ),
    Finding(
        "X9",
        "2020年1月1日至10月31日有205个工作日，273468件合每个工作日1334件；"
        "要到1500件，只能有182个工作日。本报告写明除以多少个工作日。",
        "205 working days to 31 October give 1,334 a day; 1,500 would need 182 days. The"
        " days divided by are printed.",
    ),
    Finding(
        "X10",
        "以567、1419、1426或1462为分母，取不到97.92%，四舍五入也取不到46.01%；"
        "只有把乡、村两级清单计入分母才有可能。本报告的分母是三级认领事项。",
        "No whole number over 567, 1419, 1426 or 1462 is printed so; over the claims of all"
        " three levels one can be.",
    ),
    Finding(
        "X11",
        "文字说五分之一、四分之一、三分之一，数字是材料22.6%、时限46.7%（近一半）。"
        "本报告的每个百分比只用一个公式，不另写约数。",
        "The words say a fifth, a quarter, a third; the numbers 22.6 % and 46.7 %. Here each"
        " share has one formula.",
    ),
    Finding(
        "X12",
        "各类调整相加为40项，行政许可却精简合并62项：类别互相重叠或基数不同。"
        "本报告区分当年动态调整的合并与行政许可精简合并。",
        "The kinds add up to 40, but 62 licences were merged: two programmes, counted apart.",
    ),
    Finding(
        "X13",
        "村（社区）证明受理即办结，办结率恒为100%，又是网上办件的8倍。单列，不与其他办件相加。",
        "Accepted and completed in one, so always 100 %, and 8 times the online cases: a"
        " population of its own, never added.",
    ),
    Finding(
        "X14",
        "原文写县、乡三级，只列了两级。本报告的层级是县、乡、村。",
        "Two levels are called three; levels here are county, township, village.",
    ),
    Finding(
        "X15",
        "五项制度列了六个名目：五项制度，另加审批专用章。",
        "Five systems, six names: five systems and one seal.",
    ),
    Finding(
        "X16",
        "县的报告写推进全市公开，应是沿用了上级文字。本报告只说本县。",
        "A county's report speaks of the whole city; here only of the county.",
    ),
    Finding(
        "X17",
        "3.17万既称数量又称人次。本报告的每个指标写明计量单位。",
        "Called a number and person-times at once; every measure names its unit.",
    ),
    Finding(
        "X18",
        "38个没有量词所指，又有60家县直单位：一个是进驻单位，一个是证照目录统计的单位。",
        "38 has no noun, and there are 60 county units: two populations, both named.",
    ),
    Finding(
        "X19",
        "原文有错字和多余的标点。导入时照录原文，不因此拒收。",
        "Slips and stray punctuation; imports keep the text as it came.",
    ),
    Finding(
        "X20",
        "手机应用缴费只占全部规费的4.8%。本报告按渠道分列，不混为一谈。",
        "Payments in the app are 4.8 % of all fees; channels are told apart.",
    ),
)

FINDINGS: Final[Mapping[str, Finding]] = {finding.id: finding for finding in _ALL}
"""By id, X1 to X20."""
