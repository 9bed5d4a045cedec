"""The editor's desk: publish a year's calendar, or amend it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from services.catalog.domain.house_events import CalendarDay
from services.catalog.domain.house_terms import CalendarSaid
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.pages import PAGES
from services.catalog.projections import house
from services.catalog.projections.house import CalendarYear, Day
from services.catalog.service.room import Room
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.kernel.calendar_seed import SEED_EDITIONS
from services.kernel.times import TimeTextError, read_time

EDITOR: Final = frozenset({"catalog_editor"})
Text = Annotated[str, Meta(max_length=20_000)]


class CalendarForm(msgspec.Struct, frozen=True, kw_only=True):
    """A year's arrangement as it was typed."""

    year: Text = ""
    document: Text = ""
    announced_on: Text = ""
    days_off: Text = ""
    work_days: Text = ""


class YearQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The year to write."""

    year: Annotated[int, Meta(ge=1950, le=2099)] | None = None


class DeskCalendar(Room):
    """Pages for keeping the working calendar."""

    @route(
        "GET",
        "/desk/calendar",
        html=True,
        roles=EDITOR,
        query=YearQuery,
        summary="Write a year's calendar",
    )
    def begin_calendar(self, call: Call[None, YearQuery]) -> str:
        """Filled with what holds now, to be amended; empty for a year nobody has announced."""
        year = call.query.year or self.clock.now().year + 1
        return self._calendar_form(call, self._known(year), None)

    @route(
        "POST",
        "/desk/calendar",
        html=True,
        request=CalendarForm,
        roles=EDITOR,
        summary="Publish or amend a year's calendar",
    )
    def keep_calendar(self, call: Call[CalendarForm]) -> Any:
        form = call.body
        try:
            said = _read(form)
            facts = self.facts(call, f"calendar/{said.year}", "catalog_editor")
            self.catalog.arrange_calendar(facts, said)
        except CatalogRuleError as error:
            return Reply(self._calendar_form(call, form, error), status=422)
        place = f"{call.base}/calendars/{said.year}"
        return Reply("", status=303, headers={"Location": place})

    def _known(self, year: int) -> CalendarForm:
        published = house.calendar_versions(self.catalog.database, year)
        days_off: Sequence[Day] = ()
        work_days: Sequence[Day] = ()
        if published:
            days_off, work_days = published[0].days_off, published[0].work_days
        else:
            for edition in SEED_EDITIONS:
                if edition.year == year:
                    days_off = [Day(*one) for one in sorted(edition.days_off.items())]
                    work_days = [Day(*one) for one in sorted(edition.work_days.items())]
        return CalendarForm(
            year=str(year), days_off=_written(days_off), work_days=_written(work_days)
        )

    def _calendar_form(
        self, call: Call[Any, Any], form: CalendarForm, refused: CatalogRuleError | None
    ) -> str:
        versions: list[CalendarYear] = []
        if form.year.isdigit() and len(form.year) == 4:
            versions = house.calendar_versions(self.catalog.database, int(form.year))
        fields = ("year", "document", "announced_on", "days_off", "work_days")
        field = refused.field.partition("[")[0] if refused else ""
        return PAGES.render(
            "desk_calendar.html",
            call,
            title="修改工作日历" if versions else "公布工作日历",
            english="Working calendar",
            crumbs=[Crumb("目录编辑", "/desk"), Crumb("工作日历", "/calendars")],
            form=msgspec.structs.asdict(form),
            versions=versions,
            refused=refused,
            wrong=field if field in fields else "",
        )


def _read(form: CalendarForm) -> CalendarSaid:
    if not (form.year.isascii() and form.year.isdigit() and 1950 <= int(form.year[:5]) <= 2099):
        raise CatalogRuleError("form", "请写 1950 到 2099 的年份。", "year")
    if not form.document.strip() or len(form.document) > 300:
        raise CatalogRuleError("document", "请写明依据文件，最多 300 字。", "document")
    return CalendarSaid(
        year=int(form.year),
        document=form.document.strip(),
        announced_on=_day(form.announced_on, "announced_on"),
        days_off=_days(form.days_off, "days_off"),
        work_days=_days(form.work_days, "work_days"),
    )


def _days(text: str, field: str) -> list[CalendarDay]:
    found = []
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 366:
        raise CatalogRuleError("form", "一年最多 366 天。", field)
    for number, line in enumerate(lines, 1):
        written, _, label = line.strip().partition(" ")
        try:
            day = read_time(written).date()
        except TimeTextError:
            raise CatalogRuleError(
                "form", f"第 {number} 行没有这个日期，请写成：2021-02-11 春节。", field
            ) from None
        found.append(CalendarDay(day, label.strip()))
    return found


def _day(text: str, field: str) -> date:
    try:
        return read_time(text).date()
    except TimeTextError:
        raise CatalogRuleError("form", "没有这个日期，请写成 2021-01-31。", field) from None


def _written(days: Sequence[Day]) -> str:
    return "\n".join(f"{one.day.isoformat()} {one.label}".rstrip() for one in days)
