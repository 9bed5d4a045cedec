"""What the catalog decides about a year's working days: the arrangement, and its amendments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from services.catalog.domain.house_events import (
    CalendarDay,
    WorkCalendarAmended,
    WorkCalendarPublished,
)
from services.catalog.domain.house_terms import CalendarSaid, said_in
from services.catalog.domain.rules import CatalogRuleError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI

_SATURDAY = 5


def check(facts: Facts, said: CalendarSaid) -> CalendarSaid:
    """Give the arrangement with its days in order.

    Raises:
        CatalogRuleError: it names no document, comes from the future, or a day of it is wrong.
    """
    if not said.document.strip():
        raise CatalogRuleError(
            "document",
            "须写明国务院办公厅的文件。 Name the document that announces the arrangement.",
            "document",
        )
    if said.announced_on > facts.occurred_at.astimezone(SHANGHAI).date():
        raise CatalogRuleError(
            "announced_in_future",
            "公布日期晚于当前时刻。 It cannot be announced later than it is published here;"
            " correct `announced_on`.",
            "announced_on",
        )
    known: set[date] = set()
    _check_days(said.year, "days_off", said.days_off, known)
    _check_days(said.year, "work_days", said.work_days, known)
    return msgspec.structs.replace(
        said, days_off=_in_order(said.days_off), work_days=_in_order(said.work_days)
    )


def _check_days(year: int, field: str, days: Sequence[CalendarDay], known: set[date]) -> None:
    for number, one in enumerate(days):
        place = f"{field}[{number}].day"
        if one.day.year != year:
            raise CatalogRuleError(
                "day_outside_year",
                f"日期不在 {year} 年内。 The day is not in {year}; state it for its own year.",
                place,
            )
        if one.day in known:
            raise CatalogRuleError(
                "day_twice", "日期重复。 The day is named twice; name it once.", place
            )
        known.add(one.day)
        weekend = one.day.weekday() >= _SATURDAY
        if field == "days_off" and weekend:
            raise CatalogRuleError(
                "day_off_on_weekend",
                "周末本就休息，放假日只列周一至周五。 "
                "Nobody works on a weekend anyway; list only Mondays to Fridays as days off.",
                place,
            )
        if field == "work_days" and not weekend:
            raise CatalogRuleError(
                "work_day_on_weekday",
                "工作日本就上班，调休上班日只列周六、周日。 "
                "Offices work on weekdays anyway; list only Saturdays and Sundays as work days.",
                place,
            )


def _in_order(days: Sequence[CalendarDay]) -> list[CalendarDay]:
    return sorted(days, key=lambda one: one.day)


def _exceptions(said: CalendarSaid) -> set[date]:
    return {one.day for one in (*said.days_off, *said.work_days)}


class WorkCalendarYear(Aggregate):
    """A year's arrangement in its versions. Stream: `stream_id("calendar", "<year>")`."""

    def __init__(self) -> None:
        self.versions: dict[int, CalendarSaid] = {}

    @classmethod
    def of(cls, year: int) -> WorkCalendarYear:
        """Give the year as it is before anything is announced for it: Monday to Friday."""
        return cls.begin(stream_id("calendar", str(year)))

    @property
    def latest(self) -> int:
        """Number of the newest version, 0 while the year is provisional."""
        return max(self.versions, default=0)

    def as_of(self, day: date) -> CalendarSaid | None:
        """Give the newest version announced by the end of that day; None: provisional."""
        announced = [one for one in self.versions.values() if one.announced_on <= day]
        return max(announced, key=lambda one: one.calendar_version, default=None)

    def publish(self, facts: Facts, said: CalendarSaid) -> bool:
        """Publish the first arrangement; False when it is published already.

        Raises:
            CatalogRuleError: see `check`; or the year is published with other words.
        """
        said = check(facts, said)
        if self._knows(said):
            return False
        if self.versions:
            raise CatalogRuleError(
                "already_published",
                f"{said.year} 年已公布第 {self.latest} 版，请作修订。 "
                f"{said.year} is published in version {self.latest}; amend it instead.",
                "year",
            )
        self._check_number(said)
        self.record(WorkCalendarPublished, facts, **_fields(said, 1))
        return True

    def amend(self, facts: Facts, said: CalendarSaid) -> bool:
        """Replace the arrangement by a later one; False when it is in force already.

        Raises:
            CatalogRuleError: see `check`; or nothing is published yet, nothing changes, or it was
                announced before what it amends.
        """
        said = check(facts, said)
        if self._knows(said):
            return False
        before = self.versions.get(self.latest)
        if before is None:
            raise CatalogRuleError(
                "not_published",
                f"{said.year} 年尚未公布，请先公布。 "
                f"{said.year} is not published yet; publish it first.",
                "year",
            )
        self._check_number(said)
        if said.announced_on < before.announced_on:
            raise CatalogRuleError(
                "announced_order",
                f"修订不得早于前一版本的公布日期 {before.announced_on}。 "
                f"An amendment is not announced before what it amends ({before.announced_on}).",
                "announced_on",
            )
        changed = sorted(_exceptions(said) ^ _exceptions(before))
        if not changed:
            raise CatalogRuleError(
                "nothing_changes",
                f"与第 {self.latest} 版日期相同。 The days are those of version {self.latest}.",
                "days_off",
            )
        self.record(WorkCalendarAmended, facts, **_fields(said, self.latest + 1), changed=changed)
        return True

    def _knows(self, said: CalendarSaid) -> bool:
        number = said.calendar_version
        if number and number in self.versions and self.versions[number] != said:
            raise CatalogRuleError(
                "immutable",
                f"已公布的版本不得更改，请作修订。 A published version never changes; amend it as"
                f" version {self.latest + 1}.",
                "calendar_version",
            )
        numbers = [number] if number else list(self.versions)
        return any(
            self.versions.get(one) == msgspec.structs.replace(said, calendar_version=one)
            for one in numbers
        )

    def _check_number(self, said: CalendarSaid) -> None:
        if said.calendar_version not in (0, self.latest + 1):
            raise CatalogRuleError(
                "version_order",
                f"下一版本应为 {self.latest + 1}。 The next version is {self.latest + 1}.",
                "calendar_version",
            )

    @applies(WorkCalendarPublished)
    def _published(self, event: WorkCalendarPublished) -> None:
        self.versions[event.calendar_version] = said_in(CalendarSaid, event)

    @applies(WorkCalendarAmended)
    def _amended(self, event: WorkCalendarAmended) -> None:
        self.versions[event.calendar_version] = said_in(CalendarSaid, event)


def _fields(said: CalendarSaid, version: int) -> Mapping[str, object]:
    return msgspec.structs.asdict(said) | {"calendar_version": version}
