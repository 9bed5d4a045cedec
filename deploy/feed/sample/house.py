"""The county's organisation: regions, departments, windows, staff, delegations and seals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.feed.bureaus import COUNTY, REGION, numeral
from deploy.feed.sample.changes import Row
from deploy.feed.sample.items import (
    DEPARTMENTS,
    RESIDENT,
    department_code,
    department_name,
    uscc,
)

TOWNSHIPS, VILLAGES = 28, 395
WINDOWS, STAFF = 72, 132
TWO_WINDOWS = 27
"""Departments, the busiest, that keep two windows; the other 11 keep one."""
COMPREHENSIVE = 6
HOURS = "08:30-12:00,14:00-17:30"
REPLACED = 3
"""Departments whose chief representative changed in the middle of the year."""


@dataclass(frozen=True)
class Region:
    """A township or a village."""

    code: str
    name: str
    level: int
    parent: str


@dataclass(frozen=True)
class Window:
    """A window of the hall and the accounts that serve at it."""

    code: str
    label: str
    kind: str
    department: int | None
    clerks: tuple[str, ...]


def regions() -> list[Region]:
    """List the 28 townships, each followed by its villages, 395 in all."""
    made = []
    for number in range(1, TOWNSHIPS + 1):
        kind = "街道" if number <= 3 else "镇" if number <= 22 else "乡"
        code, name = f"{REGION}{number:03d}", f"示例{numeral(number)}{kind}"
        made.append(Region(code, name, 5, REGION))
        count = VILLAGES // TOWNSHIPS + (number <= VILLAGES % TOWNSHIPS)
        word = "社区" if kind == "街道" else "村"
        made += [
            Region(f"{code}{village:03d}", f"{name}{numeral(village)}{word}", 6, code)
            for village in range(1, count + 1)
        ]
    return made


def windows() -> list[Window]:
    """List the 72 windows with their clerks; C001 to C038 are the chief representatives."""
    plain: list[tuple[str, str, int | None]] = []
    for place in range(RESIDENT):
        name = DEPARTMENTS[place][0]
        count = 2 if place < TWO_WINDOWS else 1
        plain += [(f"{name}{numeral(n + 1)}号窗口", "DEPARTMENT", place) for n in range(count)]
    plain += [
        (f"综合受理{numeral(n + 1)}号窗口", "COMPREHENSIVE", None) for n in range(COMPREHENSIVE)
    ]
    plain.append(("集中受理窗口", "CENTRAL_INTAKE", None))
    clerks: list[list[str]] = [[] for _ in plain]
    for number in range(STAFF - RESIDENT):
        clerks[number % len(plain)].append(_account(RESIDENT + number))
    return [
        Window(f"W{n + 1:02d}", label, kind, place, tuple(clerks[n]))
        for n, (label, kind, place) in enumerate(plain)
    ]


def chief(department: int) -> str:
    """Give the account of a resident department's chief representative."""
    return _account(department)


def _account(number: int) -> str:
    return f"C{number + 1:03d}"


def rows(year: int) -> Iterator[Row]:
    """Give the organisation as rows."""
    since = f"{year - 7}-01-04"
    at = f"{since}T09:00:00+08:00"
    county: Row = {"region_code": REGION, "region_name": COUNTY, "use_level": 4}
    yield {"kind": "region", **county, "happened_at": at}
    for region in regions():
        yield {
            "kind": "region",
            "region_code": region.code,
            "region_name": region.name,
            "use_level": region.level,
            "parent_code": region.parent,
            "happened_at": at,
        }
    for place in range(len(DEPARTMENTS)):
        yield {
            "kind": "department",
            "dept_code": department_code(place),
            "dept_name": department_name(place),
            "use_level": 4,
            "region_code": REGION,
            "is_entry_center": int(place < RESIDENT),
            "since": since,
            "uscc": uscc(place),
            "budget_unit": 1,
            "network_connected": 1,
            "happened_at": at,
        }
    at = f"{year - 1}-01-02T09:00:00+08:00"
    for window in windows():
        row: Row = {
            "kind": "window",
            "window_no": window.code,
            "label": window.label,
            "window_kind": window.kind,
            "since": f"{year - 1}-01-02",
            "hours": HOURS,
        }
        if window.department is not None:
            row["dept_code"] = department_code(window.department)
        yield row | {"happened_at": at}
    yield from _staff(year, at)
    yield from _powers(year, at)


def _staff(year: int, at: str) -> Iterator[Row]:
    since = f"{year - 1}-01-02"
    everywhere = windows()
    first = {window.department: window.code for window in reversed(everywhere)}
    for place in range(RESIDENT):
        yield {
            "kind": "staff",
            "staff_no": chief(place),
            "unit": department_code(place),
            "roles": "officer^chief_representative",
            "window_no": first[place],
            "since": since,
            "happened_at": at,
        }
    for window in everywhere:
        unit = REGION if window.department is None else department_code(window.department)
        for account in window.clerks:
            yield {
                "kind": "staff",
                "staff_no": account,
                "unit": unit,
                "roles": "clerk",
                "window_no": window.code,
                "since": since,
                "happened_at": at,
            }


def _powers(year: int, at: str) -> Iterator[Row]:
    """Give the delegations, each dated, and the seals."""
    clerk = {w.department: w.clerks[0] for w in reversed(windows()) if w.department is not None}
    for place in range(RESIDENT):
        spans = [(chief(place), f"{year - 1}-01-02", f"{year + 1}-12-31")]
        if place >= RESIDENT - REPLACED:
            spans = [
                (clerk[place], f"{year - 1}-01-02", f"{year}-06-30"),
                (chief(place), f"{year}-07-01", f"{year + 1}-12-31"),
            ]
        for number, (account, since, until) in enumerate(spans, start=1):
            yield {
                "kind": "delegation",
                "delegation_no": f"{department_code(place)}-{number}",
                "dept_code": department_code(place),
                "staff_no": account,
                "since": since,
                "until": until,
                "document": f"首席代表授权书（示例）{since[:4]}-{place + 1:02d}-{number}",
                "happened_at": f"{since}T09:00:00+08:00",
            }
    for place in range(RESIDENT):
        yield {
            "kind": "seal",
            "seal_no": f"SP-{department_code(place)}",
            "dept_code": department_code(place),
            "custodian": clerk[place],
            "since": f"{year - 1}-01-02",
            "happened_at": at,
        }
