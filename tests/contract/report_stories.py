"""The story of an annual report: published, and published again when more was known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from services.disclosure.domain import PublishedReport
from services.disclosure.domain.reports import Report, ReportFigure
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Actor, ActorKind
from tests.unit.disclosure.foi_world import at, by

STATISTICIAN = Actor(ActorKind.PERSON, "statistician-1", role="statistician")
AS_OF = at("2020-10-31", 23)
FIGURES = (
    ReportFigure("5", AS_OF, "S01", "273468", 273_468),
    ReportFigure("7", AS_OF, "S03", "99.98", 273_411, 273_468),
    ReportFigure("29a", AS_OF, value="20000"),
    ReportFigure("36", AS_OF),
)
REPORT = Report(2020, AS_OF, False, {"intake": 1203, "disclosure": 19}, "9f" * 32, FIGURES)


def published() -> PublishedReport:
    """Two editions."""
    report = PublishedReport.of(2020)
    report.publish(by(STATISTICIAN, "2020-11-02"), REPORT)
    more = replace(REPORT, positions={"intake": 1300, "disclosure": 24}, digest="a0" * 32)
    report.publish(by(STATISTICIAN, "2020-11-20"), more)
    return report


REPORT_STORIES: Mapping[str, Callable[[], Aggregate]] = {"disclosure-annual-report": published}
