"""What is counted of tasks, their limits, projects, and of results brought to the door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement
from services.disclosure.messages import happened as said_of
from services.disclosure.projections.happening_rows import (
    GIVE,
    HAPPENINGS,
    INTO,
    PLACE,
    place,
    row,
    take_back,
)
from services.kernel.times import SHANGHAI

# ruff: noqa: S608 - every text below is written here; what an event says is a parameter.

_OF_TASK: Final = (
    f"{INTO} SELECT {PLACE}, %s::text, %s::text, %s::timestamptz, %s::int, %s::timestamptz,"
    " coalesce(t.region, %s::text), coalesce(t.department, %s::text), t.item, NULL, %s::text, NULL,"
    " %s::text, 1 FROM (SELECT) AS one LEFT JOIN"
    " (SELECT * FROM happenings WHERE kind = 'task' AND thing = %s::text ORDER BY id DESC LIMIT 1)"
    " AS t ON true"
)


def _of_task(
    event: Event,
    kind: str,
    task: str,
    case_no: str | None,
    *,
    mark: str = "",
    due_at: datetime | None = None,
    department: str = "",
) -> Statement:
    """Add a row with the item and department of its task."""
    at = event.body.occurred_at.astimezone(SHANGHAI)
    month = at.year * 12 + at.month - 1
    body = event.body
    return Statement(
        _OF_TASK,
        (
            *(*place(event), kind, task, at, month, due_at, body.region),
            *(department or body.department, mark, case_no, task),
        ),
    )


def _task_created(event: Event) -> Iterable[Change]:
    """A task of its own begins with its creation; one of a project when it becomes ready."""
    said = event.read(said_of.Task)
    if said.process_no not in (None, said.project_no) or said.promised_due_at is None:
        return ()
    return (_task(event, said, said.accepted_at),)


def _task(event: Event, said: said_of.Task, at: datetime | None) -> Insert:
    return row(
        event,
        "task",
        said.task_id or said.project_no,
        at,
        due_at=said.promised_due_at,
        department=said.department,
        item=said.item_code,
        case_no=said.project_no,
    )


_UNLESS_THERE: Final = (
    f"{GIVE} WHERE NOT EXISTS (SELECT FROM happenings WHERE kind = 'task' AND thing = %s::text)"
)


def _task_ready(event: Event) -> Iterable[Change]:
    """Once a task, however often it has to wait again."""
    said = event.read(said_of.Task)
    if said.promised_due_at is None:
        return ()
    told = _task(event, said, said.ready_at).row
    return (Statement(_UNLESS_THERE, (*told, told[HAPPENINGS.index("thing")])),)


def _breached(event: Event) -> Iterable[Change]:
    said = event.read(said_of.TaskLimit)
    if said.task_id is None:
        return ()
    told = {"mark": said.clock, "due_at": said.due_at}
    return (_of_task(event, "breach", said.task_id, said.project_no, **told),)  # type: ignore[arg-type]


def _recalculated(event: Event) -> Iterable[Change]:
    """A limit that ends later now has not passed when it was said to."""
    said = event.read(said_of.TaskLimit)
    old, new = said.old_due_at, said.new_due_at
    if said.task_id is None or old is None or new is None or new <= old:
        return ()
    return (
        take_back(
            event,
            ("breach",),
            said.task_id,
            "mark = %s::text AND due_at = %s::timestamptz",
            said.clock,
            old,
        ),
    )


def _deemed(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Deemed)
    return (_of_task(event, "deemed", said.task_id, said.project_no, department=said.department),)


def _voided(event: Event) -> Iterable[Change]:
    """The consent is void, and the limit behind it had not passed; the statutory one may have."""
    said = event.read(said_of.Deemed)
    return (take_back(event, ("deemed", "breach"), said.task_id, "mark <> 'STATUTORY'"),)


def _parallel(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Parallel)
    at, lead = said.started_at, said.lead
    return (row(event, "parallel", said.process_no, at, department=lead, mark=said.kind),)


def _meeting(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Meeting)
    yield row(event, "meeting", said.meeting_no, said.held_at)
    for project in said.projects:
        yield row(event, "meeting_project", project, said.held_at, who=said.meeting_no)


def _served(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Served)
    if said.how != "door":
        return ()
    at = said.served_at or said.delivered_at
    return (row(event, "door", said.project_no, at, case_no=said.project_no),)


SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    "approval.certificate-served.v1": _served,
    "approval.clock-breached.v1": _breached,
    "approval.clock-recalculated.v1": _recalculated,
    "approval.deemed-consent-voided.v1": _voided,
    "approval.parallel-approval-started.v1": _parallel,
    "approval.review-meeting-held.v1": _meeting,
    "approval.task-created.v1": _task_created,
    "approval.task-deemed-consented.v1": _deemed,
    "approval.task-ready.v1": _task_ready,
    "intake.case-delivered.v1": _served,
}
