"""Rows of every kind but implementation lists, and which names mark a table as of a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

import msgspec

from services.catalog.domain.basic import BasicItemSaid
from services.catalog.domain.claims import ClaimSaid
from services.catalog.domain.house_events import OfficeHours
from services.catalog.domain.house_terms import (
    CalendarSaid,
    DelegationSaid,
    DepartmentSaid,
    RegionSaid,
    SchemeSaid,
    SealSaid,
    StaffSaid,
    WindowSaid,
)
from services.catalog.imports import words
from services.catalog.imports.adjustments import read_adjustment
from services.catalog.imports.report import ValueIssue
from services.catalog.imports.rows import Kind, Reader, Row, WrongRowError
from services.catalog.imports.values import (
    read_code,
    read_day,
    read_moment,
    read_nested,
    read_numbers,
    read_parts,
    read_text,
    read_truth,
    read_whole,
)
from services.kernel.times import plain


def _code(value: object) -> str:
    return read_code(value)


def _upper(value: object) -> str:
    return read_code(value).upper()


def _name(value: object) -> str:
    return " ".join(read_text(value, 200).split())


def _level(value: object) -> int:
    return words.read_level(value) or 0


def _codes(value: object) -> list[str]:
    return [read_code(part) for part in read_parts(value)]


def read_basic(reader: Reader) -> Row:
    """Read an item of the basic directory."""
    code = reader.need("catalog_code", _upper, "")
    levels = reader.need("use_levels", _levels, [])
    said = BasicItemSaid(
        catalog_code=code,
        name=reader.need("task_name", _name, ""),
        item_type=reader.need("task_type", words.read_type, ""),
        levels=levels,
        basis=reader.take("by_law", read_text, ""),
        effective_from=reader.need("plan_effective_date", read_moment, None) or reader.now,
        as_published=_rest(reader) or None,
    )
    return reader.done(Kind.BASIC, code, said)


def read_claim(reader: Reader) -> Row:
    """Read a unit's claim of a basic item."""
    code, unit = reader.need("catalog_code", _upper, ""), reader.need("unit", _code, "")
    said = ClaimSaid(
        catalog_code=code,
        unit=unit,
        unit_name=reader.need("unit_name", _name, ""),
        level=reader.need("use_level", _level, 0),
        batch_no=reader.need("batch_no", lambda v: read_whole(v, 0, 999_999), 0) or 0,
        item_code=reader.take("task_code", _code, "") or None,
        online_depth=reader.take("online_handle_depth", lambda v: read_whole(v, 1, 4), None),
        fully_online=reader.take("fully_online", read_truth, None),
    )
    return reader.done(Kind.CLAIM, f"{unit}/{code}", said)


def read_region(reader: Reader) -> Row:
    """Read a region of the county tree."""
    code = reader.need("region_code", _upper, "")
    values = {
        "region": code,
        "name": reader.need("region_name", _name, ""),
        "level": reader.need("use_level", _level, 0),
        "parent": reader.take("parent_code", _upper, "") or None,
    }
    return _said(reader, Kind.REGION, code, values, RegionSaid)


def read_department(reader: Reader) -> Row:
    """Read a department as it is from `since` on."""
    code = reader.need("dept_code", _code, "")
    values = {
        "department": code,
        "name": reader.need("dept_name", _name, ""),
        "level": reader.need("use_level", _level, 0),
        "region": reader.need("region_code", _upper, ""),
        "resident": bool(reader.need("is_entry_center", read_truth, False)),
        "since": reader.need("since", read_day, None),
        "until": reader.take("until", read_day, None),
        "uscc": reader.take("uscc", _upper, "") or None,
        "budget_unit": reader.take("budget_unit", read_truth, None),
        "network_connected": reader.take("network_connected", read_truth, None),
    }
    return _said(reader, Kind.DEPARTMENT, code, values, DepartmentSaid)


def read_window(reader: Reader) -> Row:
    """Read a window with its hours."""
    number = reader.need("window_no", _code, "")
    values = {
        "window": number,
        "label": reader.need("label", _name, ""),
        "kind": reader.need("window_kind", lambda v: plain(read_text(v)).upper(), ""),
        "since": reader.need("since", read_day, None),
        "hours": reader.need("hours", _hours, []),
        "department": reader.take("dept_code", _code, "") or None,
    }
    return _said(reader, Kind.WINDOW, number, values, WindowSaid)


def read_staff(reader: Reader) -> Row:
    """Read where an account serves; a row never names a person."""
    account = reader.need("staff_no", _code, "")
    values = {
        "staff": account,
        "unit": reader.need("unit", _code, ""),
        "roles": reader.need("roles", _codes, []),
        "since": reader.need("since", read_day, None),
        "window": reader.take("window_no", _code, "") or None,
    }
    return _said(reader, Kind.STAFF, account, values, StaffSaid)


def read_delegation(reader: Reader) -> Row:
    """Read who may decide for a department."""
    number = reader.need("delegation_no", _code, "")
    values = {
        "delegation": number,
        "department": reader.need("dept_code", _code, ""),
        "staff": reader.need("staff_no", _code, ""),
        "since": reader.need("since", read_day, None),
        "document": reader.need("document", lambda v: read_text(v, 300), ""),
        "until": reader.take("until", read_day, None),
        "items": reader.take("items", _codes, []) or None,
    }
    return _said(reader, Kind.DELEGATION, number, values, DelegationSaid)


def read_seal(reader: Reader) -> Row:
    """Read a seal and the account that keeps it."""
    number = reader.need("seal_no", _code, "")
    values = {
        "seal": number,
        "department": reader.need("dept_code", _code, ""),
        "custodian": reader.need("custodian", _code, ""),
        "since": reader.need("since", read_day, None),
    }
    return _said(reader, Kind.SEAL, number, values, SealSaid)


def read_calendar(reader: Reader) -> Row:
    """Read a year's arrangement, whole."""
    year = reader.need("year", lambda v: read_whole(v, 1949, 2999), 0) or 0
    values = {
        "year": year,
        "calendar_version": reader.take("calendar_version", lambda v: read_whole(v, 0, 999), 0)
        or 0,
        "document": reader.need("document", lambda v: read_text(v, 300), ""),
        "announced_on": reader.need("announced_on", read_day, None),
        "days_off": reader.take("days_off", _days, []),
        "work_days": reader.take("work_days", _days, []),
    }
    return _said(reader, Kind.CALENDAR, str(year), values, CalendarSaid)


def read_scheme(reader: Reader) -> Row:
    """Read a version of a parallel-approval scheme."""
    name = reader.need("scheme", _code, "")
    values = {
        "scheme": name,
        "scheme_version": reader.take("scheme_version", lambda v: read_whole(v, 0, 9999), 0) or 0,
        "label": reader.need("label", _name, ""),
        "kind": reader.need("scheme_kind", lambda v: plain(read_text(v)).upper(), ""),
        "lead": reader.need("lead", _code, ""),
        "members": reader.need("members", read_nested, []),
        "joint_limit_days": reader.need("joint_limit_days", lambda v: read_whole(v, 1, 3650), 1),
        "joint_extension_days": reader.take(
            "joint_extension_days", lambda v: read_whole(v, 0, 3650), 0
        ),
        "effective_from": reader.need("plan_effective_date", read_moment, None),
    }
    return _said(reader, Kind.SCHEME, name, values, SchemeSaid)


READERS: Mapping[Kind, Callable[[Reader], Row]] = {
    Kind.REGION: read_region,
    Kind.DEPARTMENT: read_department,
    Kind.WINDOW: read_window,
    Kind.STAFF: read_staff,
    Kind.DELEGATION: read_delegation,
    Kind.SEAL: read_seal,
    Kind.CALENDAR: read_calendar,
    Kind.BASIC: read_basic,
    Kind.CLAIM: read_claim,
    Kind.SCHEME: read_scheme,
    Kind.ADJUSTMENT: read_adjustment,
}


def _said(reader: Reader, kind: Kind, key: str, values: dict[str, Any], shape: type[Any]) -> Row:
    """Give the row, checked against the limits of what a command takes.

    Raises:
        WrongRowError: something is wrong with it.
    """
    if reader.errors:
        reader.happened()
        raise WrongRowError(reader.errors)
    try:
        said = msgspec.convert({k: v for k, v in values.items() if v is not None}, shape)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else ""
        reader.wrong(
            place,
            "bad_value",
            "值不符合要求 (the value is not what the field takes)",
            "见字段说明 (see what the field takes)",
        )
        raise WrongRowError(reader.errors) from None
    return reader.done(kind, key, said)


def _levels(value: object) -> list[int]:
    """Read who exercises it: `4^5^6`, or a list."""
    try:
        return read_numbers(value, 1, 7)
    except ValueIssue:
        return sorted({words.read_level(part) or 0 for part in read_parts(value)})


def _hours(value: object) -> list[OfficeHours]:
    """Read `08:30-12:00,14:00-17:30`."""
    found = []
    for part in read_parts(value):
        begins, _, ends = part.replace("~", "-").replace("—", "-").partition("-")
        try:
            found.append(OfficeHours(time.fromisoformat(begins), time.fromisoformat(ends)))
        except ValueError:
            raise ValueIssue(
                "not_hours",
                "不是办公时间 (these are no office hours)",
                "写成 08:30-12:00,14:00-17:30 (write them so)",
            ) from None
    return found


def _days(value: object) -> list[dict[str, object]]:
    """Read the days of a calendar: objects, or `2020-01-24 春节` joined by `^`."""
    if isinstance(value, str) and not value.lstrip().startswith("["):
        named = (part.partition(" ") for part in read_parts(value))
        return [{"day": _iso(day), "label": label.strip() or "-"} for day, _, label in named]
    return [
        {"day": _iso(one.get("day")), "label": read_text(one.get("label"), 100)}
        for one in read_nested(value)
    ]


def _iso(value: object) -> str:
    day = read_day(value)
    return day.isoformat() if day else ""


def _rest(reader: Reader) -> dict[str, str]:
    reader.cell("happened_at")
    return reader.rest()
