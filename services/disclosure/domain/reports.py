"""Decides: an annual report is given to the public in editions; none of them ever changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from services.disclosure.domain.rules import DisclosureRuleError
from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class ReportNotDueError(DisclosureRuleError):
    """The report speaks of a moment that has not come."""


class EmptyReportError(DisclosureRuleError):
    """Not one figure of the report was counted, so there is nothing to publish."""


class ReportFigure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One figure as the report prints it. `value` is a decimal as text."""

    line: str
    """Its line in the report's ledger, or the measure."""
    as_of: datetime
    measure: str | None = None
    """None: reported by somebody, or not available."""
    value: str | None = None
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True)
class Report:
    """A report ready to be published: what it was asked for, and every figure it prints."""

    year: int
    as_of: datetime
    one_day: bool
    """True: every figure at `as_of`; else those with a day of their own at that."""
    positions: Mapping[str, int]
    digest: str
    """SHA-256 in hexadecimal over the figures: line, value, numerator, denominator."""
    figures: Sequence[ReportFigure]

    def same_as(self, other: Report) -> bool:
        """Say whether both print the same figures for the same question."""
        return (self.as_of, self.one_day, self.digest) == (
            other.as_of,
            other.one_day,
            other.digest,
        )


class ReportPublished(Fact):
    """A county's annual report was given to the public, with every figure it prints."""

    TOPIC = "disclosure.report-published.v1"

    year: int
    edition: int
    as_of: datetime
    one_day: bool
    positions: dict[str, int]
    digest: str
    figures: list[ReportFigure]


class PublishedReport(Aggregate):
    """The report of one year, edition by edition."""

    def __init__(self) -> None:
        self.editions: list[Report] = []

    @classmethod
    def of(cls, year: int) -> Self:
        return cls.begin(report_stream(year))

    def publish(self, facts: Facts, report: Report) -> int:
        """Publish an edition and give its number; what is out already is not published again.

        Raises:
            ReportNotDueError: it speaks of a moment that has not come.
            EmptyReportError: no figure of it was counted.
        """
        latest = max((figure.as_of for figure in report.figures), default=report.as_of)
        if max(latest, report.as_of) > facts.occurred_at:
            raise ReportNotDueError("a report cannot speak of a moment that has not come (as_of)")
        counted = any(figure.value is not None for figure in report.figures)
        if not counted or not any(report.positions.values()):
            raise EmptyReportError("no figure of this report was counted yet")
        if self.editions and self.editions[-1].same_as(report):
            return len(self.editions)
        self.record(
            ReportPublished,
            facts,
            year=report.year,
            edition=len(self.editions) + 1,
            as_of=report.as_of,
            one_day=report.one_day,
            positions=dict(report.positions),
            digest=report.digest,
            figures=list(report.figures),
        )
        return len(self.editions)

    @applies(ReportPublished)
    def _published(self, event: ReportPublished) -> None:
        self.editions.append(
            Report(
                event.year,
                event.as_of,
                event.one_day,
                dict(event.positions),
                event.digest,
                tuple(event.figures),
            )
        )


def report_stream(year: int) -> UUID:
    """Give the stream of a year's report."""
    return stream_id("report", str(year))
