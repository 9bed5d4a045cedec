"""All lives together, day by day, in the order in which the logs took them.

A life is lived when its day comes, from its first fact to its last; what lies ahead waits in the
bucket of its day. So no more is held at a time than what is open in the county.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deploy.year import days
from deploy.year.days import Days
from deploy.year.lives.county import County
from deploy.year.pen import Row, day_of, microseconds
from deploy.year.plan import CUT, CUT_LATER, Plan
from deploy.year.world import world
from services.chassis.names import SERVICES
from services.kernel.times import SHANGHAI

LOOK_AHEAD = 3
"""Days lived before one is given away: some lives begin a little before their day."""

Bucket = list[list[Row]]
"""The rows of one day, by service."""


@dataclass(frozen=True)
class Crowd:
    """So many lives of one kind, and how one of them is lived."""

    days: Days
    live: Callable[[int, date], None]


class Year:
    """One share of a year: every so many-th life, beginning with one."""

    def __init__(self, plan: Plan, share: int = 0, shares: int = 1) -> None:
        self.plan, self._share, self._shares = plan, share, shares
        self._buckets: dict[int, Bucket] = {}
        self.county = County(plan, world(1, plan.year), self._take)
        self.crowds = crowds(plan, self.county)

    def days(self) -> Iterator[tuple[date, Bucket]]:
        """Give the days of the year, each with its rows in the order of the logs."""
        first, last = date(self.plan.year - 8, 1, 1), date(self.plan.year + 1, 3, 31)
        if self._share == 0:
            self.county.before()
            self.county.oversee()
        yield from self._until(date(self.plan.year, 1, 1), first)
        day, end = date(self.plan.year, 1, 1), date(self.plan.year, 12, 31)
        while day <= end + LOOK_AHEAD * days.DAY:
            if day <= end:
                self._live(day)
            given = day - LOOK_AHEAD * days.DAY
            if given.year == self.plan.year:
                yield given, self._bucket(given)
            day += days.DAY
        yield from self._until(last, end + days.DAY)

    def _live(self, day: date) -> None:
        for crowd in self.crowds:
            for number in crowd.days.on(day):
                if number % self._shares == self._share:
                    crowd.live(number, day)

    def _take(self, service: int, day: int, row: Row) -> None:
        bucket = self._buckets.get(day)
        if bucket is None:
            bucket = self._buckets[day] = [[] for _ in SERVICES]
        bucket[service].append(row)

    def _bucket(self, day: date) -> Bucket:
        rows = self._buckets.pop(number_of(day), None) or [[] for _ in SERVICES]
        for of_service in rows:
            of_service.sort()
        return rows

    def _until(self, end: date, first: date) -> Iterator[tuple[date, Bucket]]:
        """Give the days that have rows, those of years before or after."""
        for number in sorted(self._buckets):
            day = date(2000, 1, 1) + timedelta(days=number)
            if first <= day < end:
                yield day, self._bucket(day)


def crowds(plan: Plan, county: County) -> Sequence[Crowd]:
    """Say who comes when."""
    begin, cut, later = date(plan.year, 1, 1), plan.day(CUT), plan.day(CUT_LATER)
    opened = days.working_days_later(cut, -9)
    early = date(plan.year, 9, 10)
    made = [
        (plan.open, opened, cut, days.hall, county.open),
        (plan.online_applied, begin, cut - 2 * days.DAY, days.online, county.online),
        (plan.hall_online, begin, cut, days.hall, county.in_hall),
        (plan.app_payments, begin, cut, days.school, county.school),
        (plan.other_payments, begin, cut, days.hall, county.charged),
        (county.many, begin, cut, days.hall, county.hall),
        (plan.refused, begin, cut, days.hall, county.refused),
        (plan.abandoned, begin, cut, days.hall, county.abandoned),
        (plan.not_required, begin, cut, days.hall, county.not_required),
        (plan.deleted, begin, cut, days.hall, county.deleted),
        (plan.taken_back, begin, cut, days.hall, county.taken_back),
        (plan.meetings, date(plan.year, 3, 10), date(plan.year, 8, 14), days.hall, county.meeting),
        (plan.agencies, begin, early, days.hall, county.agency),
        (plan.doors, begin, early, days.hall, county.door),
        (plan.parcels, begin, early, days.hall, county.parcel),
        (plan.slots, date(plan.year, 1, 6), cut, _open, county.slot),
        (plan.visits, begin, cut, days.hall, county.visit),
        (plan.contacts, begin, cut, days.hall, county.contact),
        (plan.tickets, begin, later - 2 * days.DAY, days.online, county.ticket),
        (plan.certificates, begin, later - days.DAY, days.online, county.certificate),
        (plan.certificates_refused, begin, later, days.online, county.certificate_refused),
        (plan.disclosures, begin, later, days.hall, county.entry),
        (plan.requests, begin, date(plan.year, 9, 30), days.hall, county.request),
    ]
    return [
        Crowd(Days(count, first, last, weight), live) for count, first, last, weight, live in made
    ]


def _open(day: date) -> float:
    """Slots are opened two days before, on working days."""
    return 1.0 if days.works(day) else 0.0


def number_of(day: date) -> int:
    """Give the number of a day, as the pen counts them."""
    return day_of(microseconds(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)))
