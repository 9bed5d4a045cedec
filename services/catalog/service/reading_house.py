"""Reads the house: departments, windows, regions, schemes and calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from services.catalog.pages import PAGES, words
from services.catalog.pages.graph import draw
from services.catalog.pages.months import months
from services.catalog.projections import house
from services.catalog.projections.house import (
    CalendarYear,
    Day,
    Department,
    Region,
    Scheme,
    Window,
    known_on,
)
from services.catalog.service.asking import MomentQuery, RegionsQuery, WindowsQuery, moment
from services.catalog.service.room import Room, own
from services.chassis.web import Call, route
from services.chassis.web.histories import page_reply, wants_page
from services.chassis.web.parts import Crumb
from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.calendar_seed import SEED_EDITIONS

FIRST_YEAR, LAST_YEAR = 1950, 2099


class YearAnswer(msgspec.Struct, frozen=True):
    """A year as it was known on a day; `calendar_version` 0: provisional, Monday to Friday."""

    year: int
    calendar_version: int
    provisional: bool
    published_here: bool
    """False: an arrangement that comes with the house, no event says it."""
    working_days: int
    known: CalendarYear | None
    versions: list[CalendarYear]


class ReadingHouse(Room):
    """Routes and pages of the house."""

    @route(
        "GET",
        "/departments",
        response=list[Department],
        public=True,
        after=True,
        summary="Departments in their newest form",
    )
    def list_departments(self, call: Call) -> list[Department]:
        call.wait_until_fresh(own)
        return house.list_departments(self.catalog.database)

    @route(
        "GET",
        "/windows",
        query=WindowsQuery,
        response=list[Window],
        public=True,
        after=True,
        summary="Windows with their hours",
    )
    def list_windows(self, call: Call[None, WindowsQuery]) -> list[Window]:
        call.wait_until_fresh(own)
        return house.list_windows(self.catalog.database, call.query.department)

    @route(
        "GET",
        "/regions",
        query=RegionsQuery,
        response=list[Region],
        public=True,
        after=True,
        summary="Regions of the county, with the claims of each",
    )
    def list_regions(self, call: Call[None, RegionsQuery]) -> list[Region]:
        call.wait_until_fresh(own)
        return house.list_regions(self.catalog.database, call.query.parent)

    @route(
        "GET",
        "/schemes",
        response=list[Scheme],
        public=True,
        after=True,
        summary="Parallel-approval schemes, newest version first; a page for a browser",
    )
    def list_schemes(self, call: Call) -> Any:
        call.wait_until_fresh(own)
        schemes = house.list_schemes(self.catalog.database)
        if not wants_page(call):
            return schemes
        newest = {scheme.scheme: scheme for scheme in reversed(schemes)}
        departments = house.list_departments(self.catalog.database)
        text = PAGES.render(
            "schemes.html",
            call,
            title="并联审批方案",
            english="Parallel approval",
            crumbs=[Crumb("事项目录", "/")],
            drawn=[(scheme, draw(scheme)) for _, scheme in sorted(newest.items())],
            earlier=[scheme for scheme in schemes if scheme is not newest[scheme.scheme]],
            departments={each.department: each.name for each in departments},
            words=words,
        )
        return page_reply(text)

    @route(
        "GET",
        "/calendars",
        response=list[CalendarYear],
        public=True,
        after=True,
        summary="Every version of every year's calendar, newest first; a page for a browser",
    )
    def list_calendars(self, call: Call) -> Any:
        call.wait_until_fresh(own)
        if wants_page(call):
            now = self.clock.now()
            return page_reply(self._calendar_page(call, now.year, None))
        return sorted(
            (each for versions in self._years().values() for each in versions),
            key=lambda each: (-each.year, -each.calendar_version),
        )

    @route(
        "GET",
        "/calendars/<int:year>",
        query=MomentQuery,
        response=YearAnswer,
        public=True,
        after=True,
        summary="A year's calendar as it was known on a day; a page for a browser",
    )
    def get_calendar(self, call: Call[None, MomentQuery]) -> Any:
        """A year no document announces is provisional: Monday to Friday."""
        call.wait_until_fresh(own)
        now = self.clock.now()
        year = min(max(int(call.path["year"]), FIRST_YEAR), LAST_YEAR)
        day = moment(call.query.as_of, now).date() if call.query.as_of else None
        if wants_page(call):
            return page_reply(self._calendar_page(call, year, day))
        versions = self._years().get(year, [])
        known = known_on(versions, day)
        laid = months(_calendar(known), year)
        return YearAnswer(
            year,
            known.calendar_version if known else 0,
            known is None,
            self._has_events(year),
            sum(month.work_days for month in laid),
            known,
            versions,
        )

    def _calendar_page(self, call: Call[Any, Any], year: int, day: date | None) -> str:
        years = self._years()
        versions = years.get(year, [])
        known = known_on(versions, day)
        changed = known.changed if known else []
        laid = months(_calendar(known), year, changed)
        return PAGES.render(
            "calendar.html",
            call,
            title=f"{year} 年工作日历",
            english=f"Working calendar {year}",
            crumbs=[Crumb("事项目录", "/")],
            year=year,
            years=sorted({*years, year, self.clock.now().year, self.clock.now().year + 1}),
            known=known,
            versions=versions,
            published=self._has_events(year),
            as_of=day.isoformat() if day else "",
            months=laid,
            working_days=sum(month.work_days for month in laid),
            changed=changed,
            words=words,
        )

    def _has_events(self, year: int) -> bool:
        return bool(house.calendar_versions(self.catalog.database, year))

    def _years(self) -> dict[int, list[CalendarYear]]:
        """Give every year's versions, newest first: published ones, else those of the house."""
        years: dict[int, list[CalendarYear]] = {}
        for each in house.calendar_versions(self.catalog.database):
            years.setdefault(each.year, []).append(each)
        own_years = set(years)
        for edition in sorted(SEED_EDITIONS, key=lambda one: (one.year, -one.version)):
            if edition.year not in own_years:
                years.setdefault(edition.year, []).append(_of_the_house(edition))
        return years


def _of_the_house(edition: Edition) -> CalendarYear:
    before = [e for e in SEED_EDITIONS if e.year == edition.year and e.version < edition.version]
    changed: list[date] = []
    if before:
        old, new = WorkCalendar.of(before), WorkCalendar.of([edition])
        days = {*before[-1].days_off, *before[-1].work_days, *edition.days_off, *edition.work_days}
        changed = sorted(day for day in days if old.works(day) != new.works(day))
    return CalendarYear(
        edition.year,
        edition.version,
        edition.document,
        edition.announced_on,
        [Day(day, name) for day, name in sorted(edition.days_off.items())],
        [Day(day, name) for day, name in sorted(edition.work_days.items())],
        changed,
    )


def _calendar(known: CalendarYear | None) -> WorkCalendar:
    if known is None:
        return WorkCalendar()
    return WorkCalendar([_edition(known)])


def _edition(known: CalendarYear) -> Edition:
    def days(listed: Sequence[Day]) -> dict[date, str]:
        return {one.day: one.label for one in listed}

    return Edition(
        known.year,
        known.calendar_version,
        known.document,
        known.announced_on,
        days(known.days_off),
        days(known.work_days),
    )
