"""Remembers: annual reports, edition by edition."""

from __future__ import annotations

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import Application, command
from services.disclosure.domain.reports import PublishedReport, Report, report_stream
from services.kernel.facts import Facts


class Reports(Application):
    """The reports the public was given."""

    @command
    def publish_report(self, facts: Facts, report: Report) -> int:
        """Publish an edition and give its number; the same figures are published once."""
        stream = report_stream(report.year)
        published = self.find(PublishedReport, stream) or PublishedReport.of(report.year)
        edition = published.publish(facts, report)
        self.keep(published)
        return edition

    def editions_of(self, year: int) -> list[Report]:
        """Give the editions of a year's report, the first one first.

        Raises:
            NotFoundError: the report of this year was not published.
        """
        published = self.find(PublishedReport, report_stream(year))
        if published is None:
            raise NotFoundError(f"the report of {year} was not published")
        return published.editions
