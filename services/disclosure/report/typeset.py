"""Writes the document as PDF/A, and its charts as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from services.chassis import typesetting
from services.disclosure.report import words
from services.disclosure.report.document import Chart, Document, Paragraph
from services.disclosure.report.html import command
from services.disclosure.report.svg import draw
from services.kernel.times import SHANGHAI

_HERE: Final = Path(__file__).parent


def file(document: Document) -> bytes:
    """Write the PDF; its date is the day the report speaks of, so the same report is one file.

    Raises:
        UnavailableError: no Chinese font is installed; the message names a package.
    """
    return typesetting.pdf(_HERE / "report.typ", _said(document), document.as_of)


def picture(chart: Chart) -> bytes:
    """Draw a chart as PNG, for what cannot show SVG.

    Raises:
        UnavailableError: no Chinese font is installed; the message names a package.
    """
    return typesetting.picture(
        _HERE / "chart.typ", {"svg": draw(chart, typesetting.chinese_font())}
    )


def check_lines(document: Document) -> list[str]:
    """Say how to check the report."""
    lines = [f"重新计算一个数字：{command(document)}"]
    if document.published is None:
        return ["预览稿没有签名的检查点；发布后，发布事件由签名的检查点覆盖。", *lines]
    said = document.published
    changed = (
        f"重新计算后，数据 {'、'.join(map(str, said.changed))} 与发布时不同。"
        if said.changed
        else "重新计算的每个数字都与发布时相同。"
    )
    at = f"，公开日志第 {said.position:,} 号" if said.position else ""
    return [f"发布事件 {said.event}{at}。{changed}", *lines]


def _said(document: Document) -> dict[str, Any]:
    day = document.as_of.astimezone(SHANGHAI)
    return {
        "title": document.title,
        "english": document.english,
        "centre": document.centre,
        "status": words.status(document),
        "summary": words.summary(document),
        "day": [day.year, day.month, day.day],
        "blocks": [_block(block, document) for block in document.blocks],
        "annex_title": words.ANNEX,
        "annex_says": words.ANNEX_SAYS,
        "head": list(words.HEAD),
        "rows": words.rows(document.annex),
        "check": check_lines(document),
        "checkpoint": document.published.checkpoint if document.published else "",
    }


def _block(block: Any, document: Document) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(block)
    if isinstance(block, Chart):
        said["svg"] = draw(block, typesetting.chinese_font())
    if isinstance(block, Paragraph):
        for piece in said["pieces"]:
            note = piece["note"]
            reported = note and document.annex[note - 1].source == "reported"
            piece["said"] = f"（{words.REPORTED}）" if reported else ""
    return said
