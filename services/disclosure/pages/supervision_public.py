"""What everybody reads of supervision: circulars, units that lag behind, scores and their chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.chassis.web.parts import Cell, Chart, Column, Table, chart_of
from services.disclosure.pages import supervision_words as words
from services.disclosure.projections.supervision_lists import CircularRow, LaggingRow, ScoreRow

Names = Mapping[str, str]


def circulars(rows: Sequence[CircularRow], following: str, later: bool) -> Table:
    """Lay out circulars, as everybody reads them."""
    return Table(
        caption="通报，最近的在前",
        columns=[
            Column("标题", "Title"),
            Column("发布日期", "Published", numeric=True),
            Column("涉及单位", "Units", numeric=True),
        ],
        rows=[
            [
                Cell(row.title, f"/circulars/{row.circular_no}"),
                row.published_on.isoformat(),
                len(row.units),
            ]
            for row in rows
        ],
        next_href=f"/circulars?cursor={following}" if following else "",
        first_href="/circulars" if later else "",
        empty="还没有通报",
        empty_hint="No circular was published.",
    )


def lagging(rows: Sequence[LaggingRow], names: Names) -> Table:
    """Lay out the units that lag behind."""
    return Table(
        caption="通报点名的工作滞后单位",
        columns=[Column("单位", "Unit"), Column("时段", "Period"), Column("原因", "Reason")],
        rows=[
            [words.name_of(row.unit, names), words.period_of(row.period), row.reason]
            for row in rows
        ],
        empty="没有点名的单位",
        empty_hint="No unit was named.",
    )


def scores(rows: Sequence[ScoreRow]) -> Table:
    """Lay out scores and ranks, the newest first."""
    return Table(
        caption="季度得分与名次，最近的在前",
        columns=[
            Column("季度", "Quarter"),
            Column("得分", "Score", numeric=True),
            Column("名次", "Rank", numeric=True),
            Column("依据", "Document"),
        ],
        rows=[
            [
                words.period_of(row.period),
                f"{row.score_hundredths / 100:.2f}",
                f"{row.rank}/{row.of_units}",
                f"{row.source_document}（{row.said_on}）",
            ]
            for row in reversed(rows)
        ],
        empty="还没有测评得分",
        empty_hint="No score was recorded.",
    )


def scores_chart(rows: Sequence[ScoreRow]) -> Chart:
    """Draw the scores of the county, quarter by quarter; the rank stands in the label."""
    points = [(f"{row.period} 第{row.rank}名", row.score_hundredths / 100) for row in rows[-12:]]
    return chart_of(
        "scores", "季度测评得分与名次", points, unit="分", column="季度与名次", places=2
    )
