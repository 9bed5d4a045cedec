"""What a person sees of approval: words and tables for the templates beside this file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from services.approval import domain
from services.approval.answers import TasksQuery
from services.approval.domain import Task
from services.approval.pages.titles import PROCESS_TITLES
from services.approval.projections import TaskRow
from services.chassis import words as shared
from services.chassis.events import Event
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Moment, Option, Table

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "blocked": ("等待前置", "grey"),
    "open": ("待办", "grey"),
    "in_progress": ("审批中", "grey"),
    "approved": ("准予", "green"),
    "approved_conditionally": ("预先准予", "amber"),
    "rejected": ("不予", "red"),
    "deemed_consented": ("默许", "amber"),
    "overturned": ("默许已撤销", "red"),
    "waived": ("免办", "grey"),
    "cancelled": ("已撤销", "grey"),
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    domain.TaskCreated.TOPIC: ("任务到达部门", "Task created", ""),
    domain.StepRecorded.TOPIC: ("环节办理", "Step recorded", ""),
    domain.TaskApproved.TOPIC: ("准予", "Approved", "green"),
    domain.TaskRejected.TOPIC: ("不予", "Rejected", "red"),
    domain.TaskReopened.TOPIC: ("重新办理", "Reopened", "amber"),
    domain.TaskCancelled.TOPIC: ("任务撤销", "Cancelled", "grey"),
    **PROCESS_TITLES,
}
OUTCOMES: Final = shared.STEP_OUTCOMES
KINDS: Final = shared.COMPLETION_KINDS


def task_page(task: Task, events: Sequence[Event]) -> dict[str, Any]:
    """Give what `task.html` shows."""
    state, light = STATES[task.state.value]
    return {
        "task": task,
        "state": state,
        "light": light,
        "shown_time": shown_time,
        "moments": [
            _in_words(moment, event)
            for moment, event in zip(timeline(events, TITLES), events, strict=True)
        ],
    }


def _in_words(moment: Moment, event: Event) -> Moment:
    said: dict[str, Any] = msgspec.json.decode(event.body.data)
    match event.type:
        case domain.TaskCreated.TOPIC:
            return replace(moment, detail=f"部门 {said['department']}")
        case domain.StepRecorded.TOPIC:
            handler = f"经办 {said['handler']}" if said.get("handler") else ""
            outcome = OUTCOMES.get(said["outcome"], said["outcome"])
            return replace(
                moment,
                title=f"环节：{said['name']}",
                detail=" · ".join(filter(None, [outcome, handler])),
                light="amber" if said["outcome"] == "return" else "",
            )
        case domain.TaskApproved.TOPIC | domain.TaskRejected.TOPIC:
            return replace(moment, detail=KINDS[said["completion_kind"]])
    return moment


def filters(query: TasksQuery) -> list[Filter]:
    """Give the filter form of the list."""
    states = [Option("", "全部"), *(Option(key, text) for key, (text, _) in STATES.items())]
    return [
        Filter(name="state", label="状态", value=query.state, options=states),
        Filter(name="department", label="部门编码", value=query.department),
    ]


def task_table(query: TasksQuery, page: Page[TaskRow]) -> Table:
    """Give the list as a table."""
    kept = {"department": query.department, "state": query.state}
    kept = {name: value for name, value in kept.items() if value}
    return Table(
        caption="审批任务，最近到达的在前",
        columns=[
            Column("办件编号", "Case"),
            Column("状态", "State"),
            Column("部门", "Department"),
            Column("到达", "Created", numeric=True),
            Column("承诺时限", "Promised by", numeric=True),
            Column("环节", "Steps", numeric=True),
        ],
        rows=[
            [
                Cell(row.project_no, f"/tasks/{row.project_no}"),
                Cell(STATES[row.state][0], light=STATES[row.state][1]),
                row.department,
                shown_time(row.created_at),
                shown_time(row.promised_due_at) or "–",
                row.steps,
            ]
            for row in page.items
        ],
        next_href=f"/?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/?{urlencode(kept)}" if query.cursor else "",
    )
