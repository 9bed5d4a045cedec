"""What one day looks like, for the front page and the wall; and how far one case is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.disclosure.measures import DELETED_IN_ERROR, Question
from services.kernel.times import SHANGHAI

_STANDING: Final = """
    SELECT accepted_at, due_at, completed_at, department, item, done FROM (
        SELECT accepted_at, due_at, completed_at, department, item, kind,
               coalesce(completed_since <= %(intake)s AND completed_at <= %(as_of)s, false) AS done
        FROM cases
        WHERE since <= %(intake)s AND until > %(intake)s AND accepted_at <= %(as_of)s) AS known
    WHERE NOT (done AND kind = %(deleted)s)"""
"""Every case as figures see it."""


@dataclass(frozen=True)
class Hour:
    """One hour of the day."""

    hour: int
    accepted: int
    completed: int


@dataclass(frozen=True)
class Finished:
    """A case that was completed that day; whose it is stands nowhere here."""

    item: str
    department: str
    completed_at: datetime


@dataclass(frozen=True)
class Day:
    """A day so far."""

    accepted: int
    completed: int
    open: int
    due: int
    """Open, and their promised limit ends that day."""
    late: int
    """Open, and their promised limit is over."""
    hours: Sequence[Hour]
    """From the first to the last hour of a working day, and further where something happened."""
    finished: Sequence[Finished]
    """The newest first."""


class CaseSeen(msgspec.Struct, frozen=True):
    """How far one case is."""

    case_no: str
    accepted_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    kind: int | None
    item: str
    department: str
    granted_on: date | None
    """The day of the public granting decision, if there is one."""


@dataclass(frozen=True)
class Carded:
    """The cards of a unit that stand."""

    unit: str
    red: int
    yellow: int


OPENS: Final = 8
CLOSES: Final = 18
"""Hours a day is always drawn over."""
SHOWN_FINISHED: Final = 4


def day_of(database: Database, question: Question) -> Day:
    """Give the day of a question's moment, up to it, as known at its positions."""
    moment = question.as_of.astimezone(SHANGHAI)
    begin = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    said = {
        "intake": question.positions.get("intake", 0),
        "as_of": question.as_of,
        "deleted": DELETED_IN_ERROR,
        "begin": begin,
        "end": begin + timedelta(days=1),
    }
    waiting = database.read(
        "SELECT count(*), count(*) FILTER (WHERE due_at >= %(as_of)s AND due_at < %(end)s),"  # noqa: S608 - our own words
        f" count(*) FILTER (WHERE due_at < %(as_of)s) FROM ({_STANDING}) AS standing"
        " WHERE NOT done",
        said,
    )[0]
    rows = database.read(
        "SELECT accepted_at, CASE WHEN done THEN completed_at END, item, department"  # noqa: S608 - our own words
        f" FROM ({_STANDING}) AS standing"
        " WHERE accepted_at >= %(begin)s OR (done AND completed_at >= %(begin)s)",
        said,
    )
    taken, finished = [0] * 24, [0] * 24
    done: list[Finished] = []
    for accepted_at, completed_at, item, department in rows:
        if accepted_at >= begin:
            taken[accepted_at.astimezone(SHANGHAI).hour] += 1
        if completed_at is not None and completed_at >= begin:
            finished[completed_at.astimezone(SHANGHAI).hour] += 1
            done.append(Finished(item, department, completed_at))
    busy = [hour for hour in range(24) if taken[hour] or finished[hour]]
    first, last = min([OPENS, *busy]), max([CLOSES - 1, *busy])
    return Day(
        accepted=sum(taken),
        completed=sum(finished),
        open=waiting[0],
        due=waiting[1],
        late=waiting[2],
        hours=[Hour(hour, taken[hour], finished[hour]) for hour in range(first, last + 1)],
        finished=sorted(done, key=lambda one: one.completed_at, reverse=True)[:SHOWN_FINISHED],
    )


def carded(database: Database, day: date) -> list[Carded]:
    """Give the cards issued in the month of a day, up to it, that stood then; most red first."""
    rows = database.read(
        "SELECT unit, count(*) FILTER (WHERE colour = 'RED'),"
        " count(*) FILTER (WHERE colour = 'YELLOW') FROM supervision_card"
        " WHERE issued_on BETWEEN %(begin)s AND %(day)s"
        " AND (withdrawn_on IS NULL OR withdrawn_on > %(day)s)"
        " GROUP BY unit ORDER BY 2 DESC, 3 DESC, 1",
        {"begin": day.replace(day=1), "day": day},
    )
    return [Carded(*row) for row in rows]


def case_seen(database: Database, case_no: str) -> CaseSeen | None:
    """Give an accepted case by its number, as it is now; None when there is none that counts."""
    rows = database.read(
        "SELECT c.case_no, c.accepted_at, c.due_at, c.completed_at, c.kind, c.item, c.department,"
        " g.decided_on FROM cases c LEFT JOIN granted_result g ON g.project_no = c.case_no"
        " WHERE c.case_no = %s AND c.until = 9223372036854775807",
        (case_no,),
    )
    seen = CaseSeen(*rows[0]) if rows else None
    return None if seen is None or seen.kind == DELETED_IN_ERROR else seen
