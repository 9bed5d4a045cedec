"""Computes figures at any moment and any log position; here is the SQL that counts cases.

A case is looked at in the version that was valid at the wanted position of intake's log, and in
it only what had happened by `as_of`. So no later event and no later correction changes an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.chassis.eventlog.database import Database
from services.disclosure.measures import (
    APPLIED_CHANNELS,
    DELETED_IN_ERROR,
    ONLINE_CHANNELS,
    Answer,
    Count,
    Days,
    Happened,
    Measure,
    Quantity,
    Question,
    Tally,
    Thing,
)
from services.disclosure.projections import (
    catalog_figures,
    days,
    happened_figures,
    item_types,
    places,
)
from services.disclosure.projections.cells import Cell

BY: Final = ("channel", "department", "item", "region", "month", "year")

# Every text below is written here; what a caller says only ever travels as a parameter.
_VISIBLE: Final = """
    SELECT case_no, accepted_at, due_at, completed_at, accepted_month, completed_month,
           channel, department, item, region, kind,
           completed_since <= %(intake)s AND completed_at <= %(as_of)s AS done
    FROM cases WHERE since <= %(intake)s AND until > %(intake)s"""

# What is true or false of nearly every row stands first: the rest is seldom looked at. `done` of a
# case without a completion is NULL, and with any kind only what is not NULL is completed.
_ACCEPTED: Final = (
    f"accepted_at <= %(as_of)s AND (kind IS DISTINCT FROM {DELETED_IN_ERROR} OR done IS NOT TRUE)"
)
_COMPLETED: Final = f"done AND kind <> {DELETED_IN_ERROR}"

_WHICH: Final[Mapping[Count, str]] = {
    Count.ACCEPTED: "true",
    Count.COMPLETED: "true",
    Count.ACCEPTED_COMPLETED: "done",
    Count.OPEN: "done IS NOT TRUE",
    Count.DUE: "due_at <= %(as_of)s",
    Count.DUE_IN_TIME: "due_at <= %(as_of)s AND done AND completed_at <= due_at",
    Count.PROMISED_COMPLETED: "done AND due_at IS NOT NULL",
    Count.IN_TIME: "done AND completed_at <= due_at",
    Count.ONLINE: "channel = ANY(%(online)s)",
    Count.APPLIED_ONLINE: "channel = ANY(%(online)s) AND channel = ANY(%(applied)s)",
}


_ONLY_ONLINE: Final = frozenset({Count.ONLINE, Count.APPLIED_ONLINE})


@dataclass(frozen=True)
class CaseRow:
    """One case behind a figure, as it stood at the figure's moment and position."""

    case_no: str
    accepted_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    kind: int | None
    channel: str
    department: str
    item: str
    region: str


def _basis(count: Count) -> tuple[str, str, str]:
    """Give the condition all of a count's cases meet, the time its period is about, its month."""
    if count is Count.COMPLETED:
        return _COMPLETED, "completed_at", "completed_month"
    return _ACCEPTED, "accepted_at", "accepted_month"


def _where(question: Question, basis: str, moment: str) -> tuple[str, dict[str, object]]:
    """Write the conditions of a question; unset filters cost nothing."""
    said: dict[str, object] = {
        "intake": question.positions.get("intake", 0),
        "as_of": question.as_of,
        "online": list(ONLINE_CHANNELS),
        "applied": list(APPLIED_CHANNELS),
    }
    parts = [basis]
    for name in ("department", "item", "channel"):
        if value := getattr(question, name):
            parts.append(f"{name} = %({name})s")
            said[name] = value
    for more, known in (places.condition(question), item_types.condition(question)):
        parts, said = parts + more, said | known
    if question.begin is not None:
        parts.append(f"{moment} >= %(begin)s")
        said["begin"] = question.begin
    if question.end is not None:
        parts.append(f"{moment} <= %(end)s")
        said["end"] = question.end
    return " AND ".join(parts), said


def cells(
    database: Database, question: Question, counts: Sequence[Count], by: Sequence[str] = ()
) -> list[Cell]:
    """Count cases per combination of `by` (of `BY`); one scan for each kind of period."""
    found: dict[tuple[Any, ...], dict[Quantity, int]] = {}
    for basis in dict.fromkeys(_basis(count) for count in counts):
        wanted = [count for count in counts if _basis(count) == basis]
        condition, moment, month = basis
        where, said = _where(question, condition, moment)
        times = {"month": month, "year": f"({month} / 12)::text"}
        dimensions = [times.get(name) or _dimension(name) for name in by]
        columns = [f"count(*) FILTER (WHERE {_WHICH[count]})" for count in wanted]
        grouping = f" GROUP BY {', '.join(dimensions)}" if by else ""
        if not by and _ONLY_ONLINE.issuperset(wanted):
            where += f" AND {_WHICH[Count.ONLINE]}"  # few cases, found by an index
        sql = (
            f"SELECT {', '.join(dimensions + columns)} FROM ({_VISIBLE}) AS visible"  # noqa: S608
            f" WHERE {where}{grouping}"
        )
        for row in database.read(sql, said):
            key = tuple(row[: len(by)])
            found.setdefault(key, {}).update(zip(wanted, row[len(by) :], strict=True))
    return [
        Cell(key, {count: numbers.get(count, 0) for count in counts})
        for key, numbers in sorted(found.items())
    ]


def members(question: Question, counts: Sequence[Count]) -> tuple[str, dict[str, object]]:
    """Write who is counted in any of these: a row a case, with its membership in each.

    For comparing two questions; the counts must have the same basis.
    """
    condition, moment, _ = _basis(counts[0])
    where, said = _where(question, condition, moment)
    tests = [f"({_WHICH[count]})" for count in counts]
    columns = ", ".join(f"coalesce({test}, false) AS in_{n}" for n, test in enumerate(tests))
    sql = (
        f"SELECT case_no, {columns} FROM ({_VISIBLE}) AS visible"  # noqa: S608
        f" WHERE {where} AND ({' OR '.join(tests)})"
    )
    return sql, said


def _dimension(name: str) -> str:
    if name not in BY:
        raise ValueError(f"figures cannot be broken down by {name!r}")
    return name


def groups(
    database: Database, measure: Measure, question: Question, by: Sequence[str] = ()
) -> list[Cell]:
    """Count what a measure counts, per combination of `by`."""
    question = measure.asked(question)
    counts = measure.counts
    if measure.of is Thing.CASES:
        wanted = [one for one in counts if isinstance(one, Count)]
        items = ["item" if name == "item_type" else name for name in by]
        found = cells(database, question, wanted, items)
        if "item_type" in by:  # a case has one item: its types are added up from far fewer rows
            found = item_types.added_up(database, question, found, by.index("item_type"))
    elif measure.of is Thing.HAPPENINGS:
        happened = [one for one in counts if isinstance(one, Happened)]
        found = happened_figures.cells(database, question, happened, by)
    else:
        tallies = [one for one in counts if isinstance(one, Tally)]
        found = catalog_figures.cells(database, question, tallies, by)
    if Days.WORKING in counts:
        return _with_days(database, question, by, found)
    return found


def _with_days(
    database: Database, question: Question, by: Sequence[str], found: Sequence[Cell]
) -> list[Cell]:
    """Add the working days of each group: of its month or year, else of the whole period."""
    calendar = days.calendar(database, question)

    def counted(cell: Cell) -> int:
        said = dict(zip(by, cell.key, strict=True))
        if "month" in said:
            first, last = days.month_span(question, said["month"])
        elif "year" in said:
            first, last = days.year_span(question, int(said["year"]))
        else:
            first, last = days.span(question)
        return days.count(calendar, first, last)

    return [Cell(cell.key, {**cell.counts, Days.WORKING: counted(cell)}) for cell in found]


def answer(database: Database, measure: Measure, question: Question) -> Answer:
    """Compute one figure."""
    [cell] = groups(database, measure, question)
    return _answer(measure, question, cell.counts)


def answers(
    question: Question, measures: Iterable[Measure], counted: Mapping[Quantity, int]
) -> list[Answer]:
    """Give figures from counts that are already there."""
    return [_answer(measure, question, counted) for measure in measures]


def catalog_answers(
    database: Database, question: Question, measures: Sequence[Measure]
) -> list[Answer]:
    """Compute figures of the catalog together: what has the same period is counted at once."""
    counted: dict[tuple[datetime | None, ...], dict[Quantity, int]] = {}
    for period in dict.fromkeys(_period(measure, question) for measure in measures):
        same = [measure for measure in measures if _period(measure, question) == period]
        tallies = [count for measure in same for count in measure.counts]
        wanted = [tally for tally in dict.fromkeys(tallies) if isinstance(tally, Tally)]
        [cell] = catalog_figures.cells(database, same[0].asked(question), wanted)
        counted[period] = dict(cell.counts)
    return [_answer(measure, question, counted[_period(measure, question)]) for measure in measures]


def _period(measure: Measure, question: Question) -> tuple[datetime | None, ...]:
    asked = measure.asked(question)
    return asked.begin, asked.end


def _answer(measure: Measure, question: Question, counted: Mapping[Quantity, int]) -> Answer:
    numbers = [counted[count] for count in measure.counts]
    over = numbers[1] if len(numbers) > 1 else None
    return Answer(measure, measure.asked(question), numbers[0], over)


def list_cases(
    database: Database,
    question: Question,
    count: Count,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CaseRow]:
    """List the cases behind a count by acceptance time; `after` is the key of the last one seen."""
    condition, moment, _ = _basis(count)
    where, said = _where(question, condition, moment)
    if after is not None:
        where += " AND (accepted_at, case_no) > (%(last_at)s, %(last_no)s)"
        said |= {"last_at": after[0], "last_no": after[1]}
    sql = (
        "SELECT case_no, accepted_at, due_at, CASE WHEN done THEN completed_at END,"  # noqa: S608
        " CASE WHEN done THEN kind END, channel, department, item, region"
        f" FROM ({_VISIBLE}) AS visible WHERE {where} AND ({_WHICH[count]})"
        " ORDER BY accepted_at, case_no LIMIT %(limit)s"
    )
    return [CaseRow(*row) for row in database.read(sql, said | {"limit": limit})]


@dataclass(frozen=True)
class Arrival:
    """How far one source has arrived here."""

    watermark: int
    highest: int
    """Highest position that has taken effect; above the watermark: something is missing between."""
    parked: int
    """Messages of this source that wait for a person."""


def arrivals(database: Database) -> dict[str, Arrival]:
    """Say for every source how far it has arrived; a source never heard of is not there.

    Disclosure's own log is here as far as it is sealed.
    """
    rows = database.read(
        "SELECT source,"
        " coalesce((SELECT upper(r) - 1 FROM unnest(done) AS r WHERE lower(r) <= 1), 0),"
        " coalesce(upper(done) - 1, 0),"
        " (SELECT count(*) FROM held WHERE held.source = inbox.source AND held.state = 'parked')"
        " FROM inbox WHERE source <> 'disclosure'"
        " UNION ALL SELECT 'disclosure', tip, tip, 0"
        " FROM (SELECT coalesce(max(position), 0) AS tip FROM ledger) AS own"
    )
    return {row[0]: Arrival(*row[1:]) for row in rows}


@dataclass(frozen=True)
class Said:
    """A published figure and its corrections, as they were written."""

    figure_id: str
    measure: str
    published_at: datetime
    figure: Mapping[str, Any]
    corrections: Sequence[tuple[datetime, Mapping[str, Any]]]
    """When each was said, the oldest first."""


_PUBLISHED: Final = """
SELECT f.id::text, f.measure, f.published_at, f.figure,
       coalesce((SELECT array_agg(c.corrected_at ORDER BY c.version) FROM corrections AS c
                 WHERE c.id = f.id), '{}'),
       coalesce((SELECT jsonb_agg(c.correction ORDER BY c.version) FROM corrections AS c
                 WHERE c.id = f.id), '[]')
FROM figures AS f
"""


def list_published(
    database: Database,
    limit: int = 50,
    *,
    measure: str = "",
    after: tuple[datetime, str] | None = None,
) -> list[Said]:
    """List published figures, the newest first, from behind the key (published_at, id)."""
    last = after or (None, None)
    rows = database.read(
        f"{_PUBLISHED} WHERE (%(measure)s = '' OR f.measure = %(measure)s)"
        " AND (%(at)s::timestamptz IS NULL OR f.published_at < %(at)s"
        " OR (f.published_at = %(at)s AND f.id > %(id)s::uuid))"
        " ORDER BY f.published_at DESC, f.id LIMIT %(limit)s",
        {"measure": measure, "at": last[0], "id": last[1], "limit": limit},
    )
    return [_said(row) for row in rows]


def find_published(database: Database, figure_id: str) -> Said | None:
    """Give one published figure."""
    rows = database.read(f"{_PUBLISHED} WHERE f.id = %s", (figure_id,))
    return _said(rows[0]) if rows else None


def all_published(database: Database, after: str = "", limit: int = 200) -> list[str]:
    """Name published figures in the order of their ids."""
    rows = database.read(
        "SELECT id::text FROM figures WHERE (%(after)s::uuid IS NULL OR id > %(after)s::uuid)"
        " ORDER BY id LIMIT %(limit)s",
        {"after": after or None, "limit": limit},
    )
    return [row[0] for row in rows]


def _said(row: tuple[Any, ...]) -> Said:
    name, measure, at, figure, moments, corrections = row
    return Said(name, measure, at, figure, list(zip(moments, corrections, strict=True)))
