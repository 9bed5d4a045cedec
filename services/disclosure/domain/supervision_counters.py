"""What counters count: visitors of the hall, visits to a page, enquiries. No day counts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final, Self
from uuid import UUID

from services.disclosure.domain.supervision_events import (
    EnquiriesCounted,
    HallVisitorsCounted,
    PageVisitsCounted,
    SupervisionRecordRetracted,
)
from services.disclosure.domain.supervision_terms import (
    CountedBeforeError,
    InTheFutureError,
    RecordKind,
    RetractedError,
    Retraction,
    UnknownPeriodError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

COUNTED: Final = frozenset({RecordKind.VISITORS, RecordKind.PAGE_VISITS, RecordKind.ENQUIRIES})


class Counter(Aggregate):
    """One counter of one kind; stream `stream_id("counter", "<kind>/<page>/<counter>")`."""

    def __init__(self) -> None:
        self.kind = RecordKind.VISITORS
        self.counter = ""
        self.page = ""
        self.periods: dict[date, tuple[date, int]] = {}
        """By first day: last day, and how many."""

    @classmethod
    def of(cls, kind: RecordKind, counter: str, page: str = "") -> Self:
        """Give the counter before it counted anything."""
        return cls.begin(counter_stream(kind, counter, page))

    def count_visitors(self, facts: Facts, counter: str, day: date, count: int) -> None:
        """Say how many came to the hall on a day."""
        self._check(facts, day, day)
        about = replace(facts, subject=counter)
        self.record(HallVisitorsCounted, about, day=day, count=count, counter=counter)

    def count_page_visits(
        self, facts: Facts, counter: str, page: str, begin: date, end: date, count: int
    ) -> None:
        """Say how often a page was visited from one day to another."""
        self._check(facts, begin, end)
        told = {"page": page, "begin": begin, "end": end, "count": count, "counter": counter}
        self.record(PageVisitsCounted, replace(facts, subject=counter), **told)

    def count_enquiries(
        self, facts: Facts, counter: str, begin: date, end: date, count: int
    ) -> None:
        """Say how many enquired or complained from one day to another."""
        self._check(facts, begin, end)
        told = {"begin": begin, "end": end, "count": count, "counter": counter}
        self.record(EnquiriesCounted, replace(facts, subject=counter), **told)

    def retract(self, facts: Facts, begin: date, reason: Retraction) -> None:
        """Take back what was counted from a day on; the days can be counted again."""
        known = self.periods.get(begin)
        if known is None:
            raise RetractedError("nothing counted begins with that day", "begin")
        self.record(
            SupervisionRecordRetracted,
            replace(facts, subject=self.counter),
            kind=self.kind,
            record_no=count_no(self.counter, begin, self.page),
            on=legal_date(facts.occurred_at),
            reason=reason,
            said_on=known[0],
            count=known[1],
            units=[],
        )

    def _check(self, facts: Facts, begin: date, end: date) -> None:
        if end < begin:
            raise UnknownPeriodError("the period ends before it begins", "end")
        if end > legal_date(facts.occurred_at):
            raise InTheFutureError("that day has not come", "end")
        for first, (last, _) in self.periods.items():
            if begin <= last and first <= end:
                raise CountedBeforeError(f"{first} to {last} was counted before", "begin")

    @applies(HallVisitorsCounted)
    def _visitors(self, event: HallVisitorsCounted) -> None:
        self.kind, self.counter = RecordKind.VISITORS, event.counter
        self.periods[event.day] = (event.day, event.count)

    @applies(PageVisitsCounted)
    def _page_visits(self, event: PageVisitsCounted) -> None:
        self.kind, self.counter, self.page = RecordKind.PAGE_VISITS, event.counter, event.page
        self.periods[event.begin] = (event.end, event.count)

    @applies(EnquiriesCounted)
    def _enquiries(self, event: EnquiriesCounted) -> None:
        self.kind, self.counter = RecordKind.ENQUIRIES, event.counter
        self.periods[event.begin] = (event.end, event.count)

    @applies(SupervisionRecordRetracted)
    def _retracted(self, event: SupervisionRecordRetracted) -> None:
        begin = next((b for b in self.periods if self._no(b) == event.record_no), None)
        if begin is not None:
            del self.periods[begin]

    def _no(self, begin: date) -> str:
        return count_no(self.counter, begin, self.page)


def count_no(counter: str, begin: date, page: str = "") -> str:
    """Give the number of what was counted from a day on."""
    return ".".join(part for part in (counter, page, begin.isoformat()) if part)


def counter_stream(kind: RecordKind, counter: str, page: str = "") -> UUID:
    """Give the stream of a counter."""
    return stream_id("counter", f"{kind.value}/{page}/{counter}")
