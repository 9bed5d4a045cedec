"""Shows an officer's work: what waits, how near its end is, and why it does not move."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update

UNDECIDED: Final = ("blocked", "open", "in_progress", "approved_conditionally")
SATISFIED: Final = ("approved", "approved_conditionally", "deemed_consented", "waived", "cancelled")
"""States of a prerequisite that keeps nobody waiting; a cancelled one is waivable, or all fall."""
Late = Literal["", "late", "amber", "still"]
_OPEN: Final = "state IN ('blocked', 'open', 'in_progress', 'approved_conditionally')"
_DUE: Final = "coalesce(t.promised_due_at, 'infinity'::timestamptz)"
_LATE: Final[Mapping[Late, str]] = {
    "late": "t.overdue <> '{}'",
    "amber": "t.approaching IS NOT NULL AND t.overdue = '{}'",
    "still": "t.suspended > 0",
}


class Work(msgspec.Struct, frozen=True):
    """One task of the work list."""

    task_id: str
    process_no: str
    project_no: str
    state: str
    item_code: str
    department: str
    created_at: datetime
    promised_due_at: datetime | None
    statutory_due_at: datetime | None
    decided_at: datetime | None
    handler: str | None
    overdue: list[str]
    suspended: int
    needs: list[str]
    standing: list[str]
    extended: int
    approaching: datetime | None
    joint_due_at: datetime | None
    """Of its process, when that is one of many departments."""
    joint_overdue: bool | None


class Holder(msgspec.Struct, frozen=True):
    """A task another one waits for."""

    task_id: str
    project_no: str
    item_code: str
    department: str
    state: str


class Counts(msgspec.Struct, frozen=True):
    """How much is undecided."""

    waiting: int
    """Ready or in progress."""
    mine: int
    late: int
    amber: int
    blocked: int
    still: int


class Watched(msgspec.Struct, frozen=True):
    """One department on the supervisor's board."""

    department: str
    undecided: int
    late: int
    amber: int
    blocked: int
    still: int
    oldest_late: datetime | None
    """The earliest end that passed."""
    oldest: datetime
    """When the oldest of its undecided tasks arrived."""
    liabilities: int


class _Said(msgspec.Struct, frozen=True):
    project_no: str = ""
    task_id: str = ""
    prerequisites: list[str] = []
    prerequisite: str = ""
    reason: str = ""
    since: datetime | None = None
    expected_days: int = 0
    days: int = 0
    clocks: list[str] = []
    clock: str = ""
    due_at: datetime | None = None
    reblocked: list[str] = []
    fresh: bool = False


_AFRESH: Final = "standing = '{}', extended = 0, approaching = NULL"


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in what the desk says of a task."""
    match event.type:
        case "approval.task-created.v1":
            said = event.read(_Said)
            if said.prerequisites:
                yield Update("task", {"task_id": said.task_id}, {"needs": said.prerequisites})
        case "approval.prerequisite-deferred.v1":
            said = event.read(_Said)
            yield _update("needs = array_remove(needs, %s)", said.task_id, said.prerequisite)
        case "approval.clock-suspended.v1":
            said = event.read(_Said)
            since = said.since.isoformat() if said.since else ""
            why = f"{said.reason}/{since}/{said.expected_days}"
            text = "standing = array_append(standing, %s), approaching = NULL"
            yield from _of_task(said, text, why)
        case "approval.clock-resumed.v1":
            said = event.read(_Said)
            text = (
                "standing = ARRAY(SELECT one FROM unnest(standing) one"
                " WHERE split_part(one, '/', 1) <> %s), approaching = NULL"
            )
            yield from _of_task(said, text, said.reason)
        case "approval.clock-extended.v1":
            said = event.read(_Said)
            yield from _set(said, extended=said.days, approaching=None)
        case "approval.clock-recalculated.v1":
            said = event.read(_Said)
            if said.clock == "PROMISED":
                yield from _set(said, approaching=None)
        case "approval.deadline-approaching.v1":
            said = event.read(_Said)
            yield from _set(said, approaching=said.due_at)
        case "approval.task-reopened.v1":
            said = event.read(_Said)
            if said.fresh:
                yield _update(_AFRESH, said.task_id or said.project_no)
        case "approval.deemed-consent-voided.v1":
            for task_id in event.read(_Said).reblocked:
                yield _update(_AFRESH, task_id)


def _set(said: _Said, **values: object) -> Iterable[Change]:
    if said.task_id:
        yield Update("task", {"task_id": said.task_id}, values)


def _of_task(said: _Said, text: str, *values: object) -> Iterable[Change]:
    """The joint clock has no task."""
    if said.task_id:
        yield _update(text, said.task_id, *values)


def _update(text: str, task_id: str, *values: object) -> Statement:
    return Statement(f"UPDATE task SET {text} WHERE task_id = %s", (*values, task_id))  # noqa: S608 - our own texts


def list_work(
    database: Database,
    *,
    department: str = "",
    state: str = "",
    item_code: str = "",
    late: Late = "",
    handler: str = "",
    after: tuple[datetime | None, str] | None = None,
    limit: int = 50,
) -> list[Work]:
    """List what is to be decided, from behind the key (end, task_id).

    The earliest end comes first, what has none at last. With a `state` the newest comes first, and
    the key is (created_at, task_id): a state may be one of those that are decided, too.

    Args:
        after: an end of None is that of tasks without one.
    """
    sql, given = work_query(department, state, item_code, late, handler, after, limit)
    return [Work(*row) for row in database.read(sql, given)]


def work_query(
    department: str,
    state: str,
    item_code: str,
    late: Late,
    handler: str,
    after: tuple[datetime | None, str] | None,
    limit: int,
) -> tuple[str, dict[str, object]]:
    """Write the statement of `list_work`; each shape has its index (`task_desk...`)."""
    told = {
        "department": department,
        "state": state,
        "item_code": item_code,
        "handler": handler,
    }
    given: dict[str, object] = {name: value for name, value in told.items() if value}
    where = [f"t.{name} = %({name})s" for name in given]
    if late:
        where.append(_LATE[late])
    if not state:
        where.append(f"t.{_OPEN}")
    key, order, than = ("t.created_at", "DESC", "<") if state else (_DUE, "ASC", ">")
    if after is not None:
        moment = "coalesce(%(moment)s::timestamptz, 'infinity'::timestamptz)"
        where.append(f"({key}, t.task_id) {than} ({moment}, %(key)s)")
        given |= {"moment": after[0], "key": after[1]}
    given["limit"] = limit
    columns = ", ".join(f"t.{name}" for name in Work.__struct_fields__[:-2])
    told_where = f" WHERE {' AND '.join(where)}" if where else ""
    sorted_by = f" ORDER BY {key} {order}, t.task_id {order}"
    page = f"SELECT t.* FROM task t{told_where}{sorted_by} LIMIT %(limit)s"  # noqa: S608 - our own texts
    return (
        f"SELECT {columns}, p.joint_due_at, p.joint_overdue FROM ({page}) t"  # noqa: S608 - our own texts
        f" LEFT JOIN process p ON p.process_no = t.process_no{sorted_by}",
        given,
    )


def count_work(database: Database, department: str, account: str) -> Counts:
    """Count what is undecided: of one department, of all when it is ""."""
    scope = " AND department = %(department)s" if department else ""
    rows = database.read(
        "SELECT count(*) FILTER (WHERE state IN ('open', 'in_progress')),"  # noqa: S608 - a fixed text
        " count(*) FILTER (WHERE handler = %(account)s), count(*) FILTER (WHERE overdue <> '{}'),"
        " count(*) FILTER (WHERE approaching IS NOT NULL AND overdue = '{}'),"
        " count(*) FILTER (WHERE state = 'blocked'), count(*) FILTER (WHERE suspended > 0)"
        f" FROM task WHERE {_OPEN}{scope}",
        {"department": department, "account": account},
    )
    return Counts(*rows[0])


def holders_of(database: Database, task_ids: Collection[str]) -> Mapping[str, Holder]:
    """Give these tasks, by their ids."""
    if not task_ids:
        return {}
    rows = database.read(
        "SELECT task_id, project_no, item_code, department, state FROM task"
        " WHERE task_id = ANY(%s)",
        (sorted(task_ids),),
    )
    return {row[0]: Holder(*row) for row in rows}


def board(database: Database) -> Sequence[Watched]:
    """Give every department that has something undecided or answers for something."""
    rows = database.read(
        "SELECT coalesce(w.department, l.department), coalesce(w.undecided, 0),"  # noqa: S608 - a fixed text
        " coalesce(w.late, 0), coalesce(w.amber, 0), coalesce(w.blocked, 0), coalesce(w.still, 0),"
        " w.oldest_late, coalesce(w.oldest, l.newest), coalesce(l.number, 0) FROM"
        " (SELECT department, count(*) AS undecided,"
        " count(*) FILTER (WHERE overdue <> '{}') AS late,"
        " count(*) FILTER (WHERE approaching IS NOT NULL AND overdue = '{}') AS amber,"
        " count(*) FILTER (WHERE state = 'blocked') AS blocked,"
        " count(*) FILTER (WHERE suspended > 0) AS still,"
        " min(promised_due_at) FILTER (WHERE overdue <> '{}') AS oldest_late,"
        f" min(created_at) AS oldest FROM task WHERE {_OPEN} GROUP BY department) w"
        " FULL JOIN (SELECT department, count(*) AS number, max(recorded_at) AS newest"
        " FROM liability WHERE NOT withdrawn GROUP BY department) l ON l.department = w.department"
        " ORDER BY 3 DESC, 4 DESC, 2 DESC, 1",
    )
    return [Watched(*row) for row in rows]


def named(
    database: Database, items: Collection[str] = (), departments: Collection[str] = ()
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Give what items and departments are called, by their codes; none that catalog has not told.

    Without `departments` all there are.
    """
    by_item = dict(
        database.read(
            "SELECT DISTINCT ON (item_code) item_code, name FROM ref_item_version"
            " WHERE item_code = ANY(%s) ORDER BY item_code, item_version DESC",
            (sorted(items),),
        )
        if items
        else ()
    )
    scope = "WHERE department = ANY(%s)" if departments else "WHERE %s::text[] IS NOT NULL"
    by_department = dict(
        database.read(
            "SELECT DISTINCT ON (department) department, department_name FROM ref_item_version "  # noqa: S608 - one of two texts
            f"{scope} ORDER BY department, effective_from DESC",
            (sorted(departments),),
        )
    )
    return by_item, by_department


def scheme_label(database: Database, scheme: str, version: int) -> str:
    """Give what a scheme is called; its code when it has not arrived."""
    rows = database.read(
        "SELECT label FROM ref_scheme WHERE scheme = %s AND scheme_version = %s", (scheme, version)
    )
    return rows[0][0] if rows else scheme
