"""Words the three writers share: what stands above, between and below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.disclosure.report.document import Document, Figure
from services.kernel.times import SHANGHAI

_MODES: Final = {"HALF_UP": "四舍五入", "FLOOR": "去尾", "EXACT": "不取整"}
_TAKES: Final = {"value": "", "numerator": "（分子）", "denominator": "（分母）"}
REPORTED: Final = "填报"
ANNEX: Final = "附件：数据来源和核对办法"
ANNEX_SAYS: Final = (
    "正文每个数字后的编号与本表对应。指标由事件日志计算：同样的统计时点和日志位置，"
    "无论何时重新计算，结果相同。填报的数字不由系统计算，照录填报人所给的数值和出处。"
    "暂无的数字不作推算。"
)
HEAD: Final = ("编号", "数据", "数值", "指标和总体", "统计时点", "取整", "分子 ÷ 分母", "日志位置")


def day(moment: datetime | None) -> str:
    """Write a moment's day in Asia/Shanghai."""
    if moment is None:
        return ""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def summary(document: Document) -> list[str]:
    """Say what the report stands on, in a few lines."""
    named = {
        "villages": "村（社区）证明",
        "online": "网上办件和缴费",
        "openness": "主动公开和访问",
        "year": "事项、组织和全年工作",
    }
    others = [
        f"{named[name]}截至{day(moment)}"
        for name, moment in document.cutoffs.items()
        if name in named and moment != document.as_of
    ]
    places = "，".join(f"{place.zh} {place.position:,}" for place in document.places)
    lines = [
        f"统计时点：{day(document.as_of)}" + (f"（{'，'.join(others)}）" if others else ""),
        f"日志位置：{places}",
        f"数字 {len(document.annex)} 个：由日志计算 {document.counted} 个，"
        f"填报 {document.reported} 个，暂无 {document.missing} 个",
        f"数字摘要（SHA-256）：{document.digest}",
    ]
    return lines


def status(document: Document) -> str:
    """Say whether the report was given to the public."""
    if document.published is None:
        return "预览稿，未发布"
    return f"第 {document.published.edition} 版，发布于{day(document.published.at)}"


def rows(annex: Sequence[Figure]) -> list[list[str]]:
    """Give the annex as text, a row a figure, in the columns of `HEAD`."""
    return [_row(figure) for figure in annex]


def _row(figure: Figure) -> list[str]:
    value = figure.shown if figure.value is None else f"{figure.shown} {figure.unit}".strip()
    return [
        str(figure.note),
        figure.zh,
        value,
        _source(figure),
        day(figure.as_of),
        _rounding(figure),
        _fraction(figure),
        "，".join(f"{name} {at:,}" for name, at in figure.positions.items()),
    ]


def _source(figure: Figure) -> str:
    if figure.source == "reported":
        return f"{REPORTED}：{figure.said_by}（{figure.fact_no}）"
    if not figure.measure:
        return figure.why_none
    said = f"{figure.measure}{_TAKES[figure.take]} {figure.population}"
    return f"{said}；{figure.why_none}" if figure.why_none else said


def _rounding(figure: Figure) -> str:
    if not figure.rounding or figure.take != "value" or figure.denominator is None:
        return ""
    mode, places = figure.rounding.split()
    return f"{_MODES[mode]}，{places}位" if mode != "EXACT" else _MODES[mode]


def _fraction(figure: Figure) -> str:
    if figure.numerator is None or figure.denominator is None:
        return "" if figure.numerator is None else f"{figure.numerator:,}"
    return f"{figure.numerator:,} ÷ {figure.denominator:,}"
