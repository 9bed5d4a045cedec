"""What was granted, for everybody to read (行政许可法 art. 40): rows and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement
from services.disclosure.messages.results import PUBLISHED, REOPENED, Granted, Reopened


class ResultRow(msgspec.Struct, frozen=True):
    """One granted case in the public list."""

    project_no: str
    item_code: str
    item_name: str
    """As the newest list names it; the code where the list has not arrived here."""
    department: str
    department_name: str
    result: str
    """Always `granted`; refusals are not public."""
    decided_on: date


def project(event: Event) -> Iterable[Change]:
    """Give what an event of approval changes in the rows; the newest decision of a case counts."""
    if event.type == PUBLISHED:
        said = event.read(Granted)
        yield Statement(
            "INSERT INTO granted_result (project_no, item_code, department, result, decided_on)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (project_no) DO UPDATE SET"
            " item_code = excluded.item_code, department = excluded.department,"
            " result = excluded.result, decided_on = excluded.decided_on",
            msgspec.structs.astuple(said),
        )
    elif event.type == REOPENED:
        reopened = event.read(Reopened)
        yield Statement("DELETE FROM granted_result WHERE project_no = %s", (reopened.project_no,))


def list_results(
    database: Database,
    *,
    item_code: str = "",
    department: str = "",
    since: date | None = None,
    until: date | None = None,
    after: tuple[date, str] | None = None,
    limit: int = 50,
) -> list[ResultRow]:
    """List what was granted, newest first, from behind the key; empty filters match all."""
    day, key = after or (None, "")
    rows = database.read(
        "SELECT g.project_no, g.item_code, coalesce(v.name, g.item_code), g.department,"
        " coalesce(v.department_name, g.department), g.result, g.decided_on"
        " FROM granted_result g LEFT JOIN LATERAL (SELECT i.name,"
        " CASE WHEN i.department = g.department THEN i.department_name END AS department_name"
        " FROM ref_item_version i WHERE i.item_code = g.item_code"
        " ORDER BY i.item_version DESC LIMIT 1) v ON true"
        " WHERE (%(item)s = '' OR g.item_code = %(item)s)"
        " AND (%(department)s = '' OR g.department = %(department)s)"
        " AND (%(since)s::date IS NULL OR g.decided_on >= %(since)s::date)"
        " AND (%(until)s::date IS NULL OR g.decided_on <= %(until)s::date)"
        " AND (%(day)s::date IS NULL OR (g.decided_on, g.project_no) < (%(day)s::date, %(key)s))"
        " ORDER BY g.decided_on DESC, g.project_no DESC LIMIT %(limit)s",
        {
            "item": item_code,
            "department": department,
            "since": since,
            "until": until,
            "day": day,
            "key": key,
            "limit": limit,
        },
    )
    return [ResultRow(*row) for row in rows]


def granting_departments(database: Database) -> list[tuple[str, str]]:
    """Name the departments that granted something: code and newest name."""
    rows = database.read(
        "SELECT g.department, coalesce((SELECT i.department_name FROM ref_item_version i"
        " WHERE i.department = g.department ORDER BY i.item_version DESC LIMIT 1), g.department)"
        " FROM (SELECT DISTINCT department FROM granted_result) AS g ORDER BY 1"
    )
    return [(str(code), str(name)) for code, name in rows]


def granted_by_month(
    database: Database, *, item_code: str = "", department: str = "", until: date
) -> list[tuple[str, int]]:
    """Count what was granted in each of the twelve months up to a day's: `2020-10`, number."""
    rows = database.read(
        "SELECT to_char(m, 'YYYY-MM'), (SELECT count(*) FROM granted_result g"
        " WHERE g.decided_on >= m::date AND g.decided_on < (m + interval '1 month')::date"
        " AND (%(item)s = '' OR g.item_code = %(item)s)"
        " AND (%(department)s = '' OR g.department = %(department)s))"
        " FROM generate_series(date_trunc('month', %(until)s::date::timestamp) - interval"
        " '11 months', date_trunc('month', %(until)s::date::timestamp), interval '1 month') AS m"
        " ORDER BY m",
        {"item": item_code, "department": department, "until": until},
    )
    return [(str(month), int(number)) for month, number in rows]
