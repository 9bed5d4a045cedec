"""Draws a chart as SVG that stands alone: in the page, in the PDF, and (as a picture) in Word.

No style sheet reaches it there, so everything it needs stands in its attributes. Two series are
told apart by their fill: one full, one hatched, not by colour alone.
"""

from __future__ import annotations

import math
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from services.disclosure.report.document import Chart

WIDTH: Final = 720
HEIGHT: Final = 280
_LEFT, _RIGHT, _TOP, _BASE = 64.0, 712.0, 44.0, 240.0
_FONT: Final = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_INK, _SOFT, _LINE, _BRAND = "#1d2129", "#4d5562", "#d3d8df", "#1c4a7a"


def draw(chart: Chart, font: str = _FONT) -> str:
    """Draw bars by month, one or two series."""
    top, step = _scale(max((max(one.values) for one in chart.series), default=0.0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f" aria-labelledby={quoteattr(f'{chart.id}-t {chart.id}-d')}"
        f" font-family={quoteattr(font)}>",
        f'<title id="{chart.id}-t">{escape(chart.title)}</title>',
        f'<desc id="{chart.id}-d">{escape(chart.description)}</desc>',
        f'<defs><pattern id="{chart.id}-h" width="6" height="6" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="6" height="6" fill="#eaf1f8"/>'
        f'<rect width="2.5" height="6" fill="{_BRAND}"/></pattern></defs>',
    ]
    for grid in range(int(top / step) + 1):
        y = round(_BASE - (_BASE - _TOP) * grid * step / top, 2)
        stroke = _INK if grid == 0 else _LINE
        parts.append(f'<path d="M{_LEFT} {y}H{_RIGHT}" stroke="{stroke}" stroke-width="1"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{grid * step:,g}", "end"))
    parts.extend(_bars(chart, top))
    parts.extend(_legend(chart))
    return "".join([*parts, "</svg>"])


def _bars(chart: Chart, top: float) -> list[str]:
    slot = (_RIGHT - _LEFT) / max(1, len(chart.labels))
    width = round(slot * 0.7 / len(chart.series), 2)
    parts = []
    for place, label in enumerate(chart.labels):
        left = _LEFT + slot * place + slot * 0.15
        for i, series in enumerate(chart.series):
            height = round((_BASE - _TOP) * series.values[place] / top, 2)
            said = escape(f"{label}{series.name}：{series.values[place]:,g}{chart.unit}")
            parts.append(
                f'<rect x="{left + width * i:.2f}" y="{_BASE - height:.2f}" width="{width}"'
                f' height="{height}" fill="{_fill(chart, i)}" stroke="{_BRAND}"'
                f' stroke-width="0.75"><title>{said}</title></rect>'
            )
        parts.append(_text(left + slot * 0.35, _BASE + 22, label, "middle"))
    return parts


def _legend(chart: Chart) -> list[str]:
    parts = [_text(_LEFT - 8, 18, f"单位：{chart.unit}", "start")]
    if len(chart.series) > 1:
        for i, series in enumerate(chart.series):
            x = _RIGHT - 110 * (len(chart.series) - i)
            parts.append(
                f'<rect x="{x}" y="8" width="14" height="12" fill="{_fill(chart, i)}"'
                f' stroke="{_BRAND}" stroke-width="0.75"/>'
            )
            parts.append(_text(x + 20, 18, series.name, "start"))
    return parts


def _fill(chart: Chart, i: int) -> str:
    return _BRAND if i == 0 else f"url(#{chart.id}-h)"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="13" fill="{_SOFT}"'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )


def _scale(highest: float) -> tuple[float, float]:
    """Give a round top above every bar, and a step that divides it in at most five."""
    if highest <= 0:
        return 1.0, 1.0
    rough = highest / 4
    power: float = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough)
    return step * math.ceil(highest / step), step
