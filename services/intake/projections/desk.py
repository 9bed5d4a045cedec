"""What waits for a window clerk: a few marks on cases, and what is read of the queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update
from services.intake.projections.cases import SHOWN, CaseRow
from services.intake.projections.ratings import RATING, RatingRow
from services.intake.timers import CORRECTION, NOTICE
from services.kernel.facts import ActorKind

DESK: Final = ("project_no", "clerk", "corrected_at", "review")
TABLES: Final[Mapping[str, tuple[str, ...]]] = {"desk_row": DESK}
RUNNING: Final = ("accepted", "in_review", "decided")
OPEN: Final = ("submitted", "correction_pending", *RUNNING)
ALL, SUBMITTED, CORRECTED, TODAY = "", "submitted", "corrected", "today"
REVIEW, CORRECTION_PENDING, UNDER_WAY, LATE = "review", "correction", "running", "late"
"""What the queue may be narrowed to."""


class DeskRow(msgspec.Struct, frozen=True):
    """One case of the queue."""

    project_no: str
    state: str
    item_code: str
    item_name: str | None
    channel: str
    department: str | None
    window_no: str | None
    submitted_at: datetime
    due_at: datetime | None
    """End of the days for the notice, of the applicant's days, or of the promise, by its state."""
    corrected_at: datetime | None
    """When the corrections were in; they wait to be looked at."""
    review: str | None
    """What a person is asked to look at."""
    clerk: str | None
    """Who told the applicant what is missing."""


class DeskCounts(msgspec.Struct, frozen=True):
    """How many wait, by what for."""

    submitted: int = 0
    corrected: int = 0
    today: int = 0
    correction: int = 0
    running: int = 0
    late: int = 0
    review: int = 0


class _Corrections(msgspec.Struct, frozen=True):
    full: bool
    received_at: datetime


class _Review(msgspec.Struct, frozen=True):
    about: str


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the marks."""
    key = event.subject
    match event.type:
        case "intake.correction-notice-issued.v1":
            actor = event.body.actor
            if actor.kind is ActorKind.PERSON:
                yield _mark(key, "clerk", actor.id)
        case "intake.correction-received.v1":
            said = event.read(_Corrections)
            if said.full:
                yield _mark(key, "corrected_at", said.received_at)
        case "intake.human-review-requested.v1":
            yield _mark(key, "review", event.read(_Review).about)
        case "intake.human-review-concluded.v1":
            yield _mark(key, "review", None)
        case "intake.refusal-overturned.v1" | "intake.acceptance-withdrawn.v1":
            yield Update("desk_row", {"project_no": key}, {"corrected_at": None})


def _mark(key: str, column: str, value: object) -> Statement:
    return Statement(
        f"INSERT INTO desk_row AS k (project_no, {column}) VALUES (%s, %s)"  # noqa: S608 - our own words
        f" ON CONFLICT (project_no) DO UPDATE SET {column} = excluded.{column}",
        (key, value),
    )


# Where the applicant, or the centre, has its days, the deadline says until when.
_QUEUE: Final = f"""
SELECT c.project_no, c.state, c.item_code, c.item_name, c.channel, c.department, c.window_no,
       c.submitted_at,
       CASE WHEN c.state IN ('accepted', 'in_review', 'decided') THEN c.promised_due_at
            ELSE t.due_at - interval '1 second' END AS due_at,
       k.corrected_at, k.review, k.clerk
FROM case_row c
LEFT JOIN desk_row k ON k.project_no = c.project_no
LEFT JOIN deadlines t ON t.key = c.project_no
    AND t.kind = CASE c.state WHEN 'submitted' THEN '{NOTICE}' ELSE '{CORRECTION}' END
"""  # noqa: S608 - our own words
_RUNNING: Final = "c.state IN ('accepted', 'in_review', 'decided')"
_WAITS: Final[Mapping[str, str]] = {
    ALL: "c.project_no IN (SELECT project_no FROM case_row WHERE state = 'submitted'"
    " UNION ALL SELECT project_no FROM desk_row WHERE review IS NOT NULL)",
    SUBMITTED: "c.state = 'submitted' AND k.corrected_at IS NULL",
    CORRECTED: "c.state = 'submitted' AND k.corrected_at IS NOT NULL",
    TODAY: "c.state = 'submitted' AND t.due_at <= %(today)s",
    REVIEW: "k.review IS NOT NULL",
    CORRECTION_PENDING: "c.state = 'correction_pending'",
    UNDER_WAY: _RUNNING,
    LATE: f"{_RUNNING} AND c.promised_due_at < %(now)s",
}


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases: of a window (with those of no window), or those a clerk has dealt with."""

    window: str = ""
    clerk: str = ""
    channel: str = ""
    item_code: str = ""
    department: str = ""

    def conditions(self) -> tuple[list[str], dict[str, object]]:
        """Give the conditions that are there, and their values."""
        asked = {
            "c.channel = %(channel)s": ("channel", self.channel),
            "c.item_code = %(item_code)s": ("item_code", self.item_code),
            "c.department = %(department)s": ("department", self.department),
            "(c.window_no = %(window)s OR c.window_no IS NULL)": ("window", self.window),
            "k.clerk = %(clerk)s": ("clerk", self.clerk),
        }
        found = {sql: told for sql, told in asked.items() if told[1]}
        return list(found), dict(found.values())


def list_queue(
    database: Database,
    scope: Scope,
    waits: str,
    *,
    now: datetime,
    today: datetime,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[DeskRow]:
    """List what waits, what ends first at the top, from behind the key (due_at, project_no).

    Args:
        today: the first moment of tomorrow.
        after: with `infinity` for what has no end.
    """
    conditions, said = scope.conditions()
    where = " AND ".join([_WAITS[waits], *conditions])
    behind = ""
    if after is not None:
        said["due"], said["key"] = after
        behind = (
            " WHERE (coalesce(due_at, 'infinity'), project_no) > (%(due)s::timestamptz, %(key)s)"
        )
    rows = database.read(
        f"SELECT * FROM ({_QUEUE} WHERE {where}) q{behind}"  # noqa: S608 - our own words
        " ORDER BY coalesce(due_at, 'infinity'), project_no LIMIT %(limit)s",
        said | {"now": now, "today": today, "limit": limit},
    )
    return [DeskRow(*row) for row in rows]


def queue_key(row: DeskRow) -> tuple[str, str]:
    """Give the place of a row in the queue."""
    return (row.due_at.isoformat() if row.due_at else "infinity", row.project_no)


def count_queue(database: Database, scope: Scope, *, now: datetime, today: datetime) -> DeskCounts:
    """Count what waits, by what for."""
    conditions, said = scope.conditions()
    said |= {"now": now, "today": today, "open": list(OPEN)}
    open_ = " AND ".join(["c.state = ANY(%(open)s)", *conditions])
    asked = " AND ".join([_WAITS[REVIEW], *conditions])
    rows = database.read(
        "SELECT count(*) FILTER (WHERE state = 'submitted' AND corrected_at IS NULL),"  # noqa: S608 - our own words
        " count(*) FILTER (WHERE state = 'submitted' AND corrected_at IS NOT NULL),"
        " count(*) FILTER (WHERE state = 'submitted' AND due_at < %(today)s),"
        " count(*) FILTER (WHERE state = 'correction_pending'),"
        " count(*) FILTER (WHERE state IN ('accepted', 'in_review', 'decided')),"
        " count(*) FILTER (WHERE state IN ('accepted', 'in_review', 'decided')"
        " AND due_at < %(now)s),"
        f" (SELECT count(*) FROM desk_row k JOIN case_row c USING (project_no) WHERE {asked})"
        f" FROM ({_QUEUE} WHERE {open_}) q",
        said,
    )
    return DeskCounts(*rows[0])


def find_cases(
    database: Database,
    *,
    numbers: Collection[str] | None = None,
    item_code: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CaseRow]:
    """Find cases by number, item and the days they were handed in on, newest first.

    Args:
        numbers: only these; None: whatever their number.
        until: the first moment after the last day.
    """
    said: dict[str, object] = {"limit": limit}
    conditions = ["state <> 'draft'"]
    for sql, name, value in (
        ("project_no = ANY(%(numbers)s)", "numbers", None if numbers is None else list(numbers)),
        ("item_code = %(item_code)s", "item_code", item_code or None),
        ("submitted_at >= %(since)s", "since", since),
        ("submitted_at < %(until)s", "until", until),
    ):
        if value is not None:
            conditions.append(sql)
            said[name] = value
    if after is not None:
        said["moment"], said["key"] = after
        conditions.append("(submitted_at, project_no) < (%(moment)s::timestamptz, %(key)s)")
    rows = database.read(
        f"SELECT {', '.join(SHOWN)} FROM case_row WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own words
        " ORDER BY submitted_at DESC, project_no DESC LIMIT %(limit)s",
        said,
    )
    return [CaseRow(*row) for row in rows]


def sums_of_day(database: Database, day: date) -> Mapping[str, tuple[int, int]]:
    """Sum the payments of a day in Asia/Shanghai by what became of them: number, and fen."""
    rows = database.read(
        "SELECT outcome, count(*), sum(amount_fen)::bigint FROM payment_row WHERE paid_on = %s"
        " GROUP BY outcome",
        (day,),
    )
    return {outcome: (number, fen) for outcome, number, fen in rows}


def list_bad(
    database: Database,
    *,
    state: str = "",
    department: str = "",
    overdue: bool = False,
    after: tuple[datetime, str, int] | None = None,
    limit: int = 50,
) -> list[RatingRow]:
    """List the bad reviews, the last given first, from behind the key."""
    conditions, said = ["level >= 4"], dict[str, object](limit=limit)
    if state:
        conditions.append("state = %(state)s")
        said["state"] = state
    if department:
        conditions.append("department = %(department)s")
        said["department"] = department
    if overdue:
        conditions.append("contact_overdue")
    if after is not None:
        said["moment"], said["key"], said["stage"] = after
        conditions.append(
            "(submitted_at, project_no, stage) < (%(moment)s::timestamptz, %(key)s, %(stage)s)"
        )
    rows = database.read(
        f"SELECT {', '.join(RATING)} FROM rating_row WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own words
        " ORDER BY submitted_at DESC, project_no DESC, stage DESC LIMIT %(limit)s",
        said,
    )
    return [RatingRow(*row) for row in rows]


class BadCounts(msgspec.Struct, frozen=True):
    """How many bad reviews wait, by what for."""

    waiting: int
    """For the contact, which has one working day."""
    overdue: int
    """Of these, those whose day is over."""
    under_way: int
    appeals: int


def count_bad(database: Database, department: str, now: datetime) -> BadCounts:
    """Count the bad reviews of a department, or of all."""
    rows = database.read(
        "SELECT count(*) FILTER (WHERE state = 'bad'),"
        " count(*) FILTER (WHERE state = 'bad' AND (contact_overdue OR contact_due_at < %(now)s)),"
        " count(*) FILTER (WHERE state IN ('contacted', 'rectifying', 'rectified')),"
        " count(*) FILTER (WHERE appeal = 'open') FROM rating_row"
        " WHERE level >= 4 AND (%(department)s = '' OR department = %(department)s)",
        {"now": now, "department": department},
    )
    return BadCounts(*rows[0])
