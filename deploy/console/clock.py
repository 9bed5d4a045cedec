"""Due dates without servers: when a limit ends, and why, by the calendar that comes with us."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.console.output import Json, note, print_json, print_pairs, print_table

if TYPE_CHECKING:
    from services.kernel.calendar import WorkCalendar
    from services.kernel.clock import Clock, Day, Due, Suspension

MOST = 10_000
MOST_WEEKS = 60
"""Longer limits are not drawn; `--explain` lists them."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEGEND = (
    "o start day, not counted   5 counted   5* make-up day, counted   - weekend   x holiday   "
    "= suspended   > moved on   [5] due   ? year not announced"
)
_PERIOD = re.compile(r"(?P<since>.+?)\.\.(?P<until>[^:]*(?:T.*?)?)(?::(?P<reason>[A-Za-z_]+))?")

app = typer.Typer(help="Count limits: due dates and why, without any server.", no_args_is_help=True)


class UnitName(StrEnum):
    """What a limit is counted in, as one types it."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    IMMEDIATE = "immediate"


@app.callback()
def clock() -> None:
    """Count limits: due dates and why, without any server."""


@app.command()
def due(
    start: Annotated[str, typer.Argument(help="Day it starts, YYYY-MM-DD; it is not counted.")],
    limit: Annotated[
        int | None,
        typer.Argument(
            min=0, max=MOST, help="How many units. Not for --unit immediate.", show_default=False
        ),
    ] = None,
    unit: Annotated[
        UnitName, typer.Option(help="What the limit counts.", case_sensitive=False)
    ] = UnitName.WORKING_DAY,
    suspend: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FROM..UNTIL[:REASON]",
            help="It stands still; the day UNTIL counts again. May be repeated; no UNTIL: still.",
        ),
    ] = None,
    extend: Annotated[int, typer.Option(min=0, max=MOST, help="Units added by an extension.")] = 0,
    at: Annotated[
        str, typer.Option(help="Time of day it starts, HH:MM, for hours. Default: at opening.")
    ] = "",
    calendar_as_of: Annotated[
        str, typer.Option(help="Count by what was announced by this day. Default: all we know.")
    ] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="List each day, counted or not, and why.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell when a limit ends.

    [bold]Example[/bold]: banjian clock due 2020-09-28 7 --suspend 2020-09-29..2020-10-09
    """
    from services.kernel.clock import ClockRuleError
    from services.kernel.clock import explain as explained

    calendar = _calendar(calendar_as_of)
    counted = _clock(start, at, unit, limit, suspend or (), extend)
    try:
        end = counted.due(calendar)
        cells = explained(counted, calendar) if explain or not as_json else []
    except ClockRuleError as refused:
        raise typer.BadParameter(str(refused)) from None
    said = _said(counted, end, calendar_as_of)
    if as_json:
        days = {"days": [_cell(cell) for cell in cells]} if explain else {}
        print_json(said | days)
        return
    print_pairs(_summary(counted, end, said))
    if explain:
        print_table(("day", "", ">counted", "why"), [_line(cell) for cell in cells])
    elif len(cells) <= 7 * MOST_WEEKS:
        print_table(("week", *(f">{name}" for name in WEEKDAYS)), _weeks(cells))
        note(LEGEND)
    if end is not None and end.provisional:
        note("provisional: a year it is counted through is not announced yet (Monday to Friday)")


def _calendar(as_of: str) -> WorkCalendar:
    from services.kernel.calendar_seed import SEED, calendar_as_of

    return calendar_as_of(_time("--calendar-as-of", as_of).date()) if as_of else SEED


def _clock(
    start: str,
    at: str,
    unit: UnitName,
    limit: int | None,
    suspend: Sequence[str],
    extend: int,
) -> Clock:
    from services.kernel.clock import Clock, Extension, Kind
    from services.kernel.limits import Limit, Unit
    from services.kernel.times import SHANGHAI

    if unit is UnitName.IMMEDIATE and (limit or extend):
        raise typer.BadParameter("an immediate item ends with its day: leave the number away")
    if unit is not UnitName.IMMEDIATE and limit is None:
        raise typer.BadParameter(f"say how many {_plural(unit.name)}: banjian clock due {start} 5")
    began = _time("START", start).astimezone(SHANGHAI)
    if at:
        began = datetime.combine(began.date(), _time_of_day(at), began.tzinfo)
    extension = Extension(extend) if extend else None
    stands = tuple(_suspension(one) for one in suspend)
    return Clock(Kind.STATUTORY, Limit(limit or 0, Unit[unit.name]), began, stands, extension)


def _suspension(text: str) -> Suspension:
    from services.kernel.clock import ClockRuleError, Suspension, reasons_in

    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"--suspend {text}: write 2020-09-29..2020-10-09 or 2020-09-29..")
    since = _time("--suspend", found["since"])
    until = _time("--suspend", found["until"]) if found["until"] else None
    if until is not None and until < since:
        raise typer.BadParameter(f"--suspend {text}: it is resumed before it is suspended")
    try:
        reasons = reasons_in([found["reason"]] if found["reason"] else [])
    except ClockRuleError as refused:
        raise typer.BadParameter(f"--suspend {text}: {refused}") from None
    return Suspension(since, until, next(iter(reasons), None))


def _time(name: str, text: str) -> datetime:
    from services.kernel.times import TimeTextError, read_time

    try:
        return read_time(text)
    except TimeTextError as refused:
        raise typer.BadParameter(f"{name} {text!r} {refused}; write YYYY-MM-DD") from None


def _time_of_day(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--at {text!r} is no time of day; write HH:MM") from None


def _said(counted: Clock, end: Due | None, as_of: str) -> dict[str, Any]:
    return {
        "start": counted.started_at,
        "limit": counted.limit.value,
        "unit": counted.limit.unit,
        "extended": counted.extension.units if counted.extension else 0,
        "suspended": [
            {"from": one.since, "until": one.until, "reason": one.reason}
            for one in counted.suspensions
        ],
        "calendar_as_of": as_of or None,
        "due": end.day if end else None,
        "due_at": end.at if end else None,
        "calendar": end.calendar if end else None,
        "provisional": end.provisional if end else None,
    }


def _summary(counted: Clock, end: Due | None, said: dict[str, Any]) -> dict[str, object]:
    length = f"{counted.limit.value} {_plural(counted.limit.unit.name)}"
    if counted.immediate:
        length = "immediate"
    if counted.extension:
        length += f", extended by {counted.extension.units}"
    return {
        "due": f"{end.at:%Y-%m-%d %H:%M:%S} ({WEEKDAYS[end.at.weekday()]})"
        if end
        else "not known: it stands still",
        "limit": f"{length}, from {counted.started_at:%Y-%m-%d}",
        "suspended": ", ".join(map(_stretch, counted.suspensions)),
        "calendar": end.calendar if end else "",
        "known on": said["calendar_as_of"],
    }


def _stretch(one: Suspension) -> str:
    until = f"{one.until:%Y-%m-%d}" if one.until else "…"
    reason = f" ({one.reason.value} {one.reason.chinese})" if one.reason else ""
    return f"{one.since:%Y-%m-%d} to {until}{reason}"


def _plural(unit: str) -> str:
    return unit.lower().replace("_", " ") + "s"


def _cell(cell: Day) -> dict[str, Any]:
    return {
        "day": cell.day,
        "counted": cell.counted,
        "why": cell.why,
        "number": cell.number,
        "name": cell.name,
        "reasons": [one.value for one in cell.reasons],
        "provisional": cell.provisional,
        "due": cell.due,
        "seconds": cell.seconds,
    }


def _line(cell: Day) -> tuple[str, str, str, str]:
    why = " ".join(
        word
        for word in (
            cell.why.chinese,
            cell.name,
            *(reason.chinese for reason in cell.reasons),
            "(未公布,暂按周一至周五)" if cell.provisional else "",
            "← 到期" if cell.due else "",
        )
        if word
    )
    number = str(cell.number) if cell.counted else ""
    if cell.seconds:
        number = f"{cell.seconds / 3600:g} h"
    return cell.day.isoformat(), WEEKDAYS[cell.day.weekday()], number, why


def _weeks(cells: Iterable[Day]) -> list[list[str]]:
    rows: dict[date, list[str]] = {}
    for cell in cells:
        weekday = cell.day.weekday()
        row = rows.setdefault(cell.day - timedelta(weekday), [""] * 7)
        row[weekday] = _mark(cell)
    return [[monday.isoformat(), *row] for monday, row in rows.items()]


def _mark(cell: Day) -> str:
    from services.kernel.clock import Why

    marks = {
        Why.START: "o",
        Why.MAKE_UP: f"{cell.number}*",
        Why.WEEKEND: "-",
        Why.HOLIDAY: "x",
        Why.SUSPENDED: "=",
        Why.MOVED: ">",
    }
    mark = marks.get(cell.why, str(cell.number))
    if cell.seconds:
        mark = f"{cell.seconds / 3600:g}h"
    if cell.provisional:
        mark += "?"
    return f"[{mark}]" if cell.due else mark
