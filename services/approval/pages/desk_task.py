"""One task to work on: its clocks, who holds what it waits for, and what can be done now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.approval.domain import Process, Task, TaskState
from services.approval.pages import STATES
from services.approval.pages.commitments import STATES as LETTER_STATES
from services.approval.pages.desk_forms import Around, forms, open_reasons
from services.approval.pages.desk_words import (
    CLOCK_LIGHTS,
    CLOCK_TITLES,
    CLOCKS,
    Names,
    left,
    shown_day,
)
from services.approval.pages.process_words import moments, of_task
from services.approval.pages.surveys import STATES as SURVEY_STATES
from services.approval.projections.commitments import CommitmentRow
from services.approval.projections.surveys import SurveyRow
from services.chassis.events import Event
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Light, Strip, Table
from services.chassis.web.strips import strip_of
from services.kernel.clock import (
    Clock,
    Kind,
    explain,
    legal_date,
    light,
)


@dataclass(frozen=True)
class Face:
    """One limit as a large number."""

    name: str
    big: str
    note: str
    light: Light = ""
    said: str = ""
    binding: bool = False


def task_desk(
    process: Process,
    task: Task,
    events: Sequence[Event],
    around: Around,
    now: datetime,
    roles: Collection[str],
    unit: str,
) -> dict[str, Any]:
    """Give what `desk_task.html` shows. The process counts by a calendar already."""
    names = around.names
    state, state_light = STATES[task.state.value]
    codes = codes_of(process)
    return {
        "task": task,
        "process": process,
        "state": state,
        "state_light": state_light,
        "item": names.item(task.item_code),
        "department": names.department(task.department),
        "own": unit == task.department,
        "faces": faces(process, task, now),
        "notes": notes(process, task),
        "needs": prerequisites(process, task, names),
        "waiting": [names.item(one.item_code) for one in process.dependants(task.task_id)],
        "strips": strips(process, task, now),
        "steps": list(task.steps.values()),
        "surveys": _surveys(around.surveys),
        "letters": _letters(around.letters),
        "documents": around.documents,
        "forms": forms(process, task, around, now, roles, unit),
        "moments": moments(
            of_task(events, task.task_id, task.project_no), names, codes, whose=False
        ),
        "shown_time": shown_time,
    }


def codes_of(process: Process) -> dict[str, str]:
    """Give the item of each task, by its id and by the number of its case."""
    found = {task.task_id: task.item_code for task in process.tasks.values()}
    return found | {task.project_no: task.item_code for task in process.tasks.values()}


def faces(process: Process, task: Task, now: datetime) -> list[Face]:
    """Give the limits of a task and of the whole, each with what is left of it."""
    binding = process.binding_due(task)
    found = []
    for kind, due_at in (
        (Kind.PROMISED, task.promised_due_at),
        (Kind.STATUTORY, task.statutory_due_at),
    ):
        clock = task.clock(kind)
        if clock is None and due_at is None:
            if task.state is TaskState.BLOCKED and task.limits is not None:
                limit = task.limits.promised if kind is Kind.PROMISED else task.limits.statutory
                if limit is not None:
                    big = f"{limit.value} 个工作日" if limit.value else "当场"
                    found.append(Face(CLOCKS[kind.value], big, "前置完成后开始计算"))
            continue
        ended = None if task.undecided else task.decided_at or now
        found.append(_face(process, kind, clock, due_at, now, ended, binding))
    if process.joint is not None:
        ended = process.decided_at
        due_at = process.joint_due_at
        found.append(_face(process, Kind.JOINT, process.joint, due_at, now, ended, binding))
    return found


def _face(
    process: Process,
    kind: Kind,
    clock: Clock | None,
    due_at: datetime | None,
    now: datetime,
    ended: datetime | None,
    binding: datetime | None,
) -> Face:
    name = CLOCKS[kind.value]
    if due_at is None:
        reasons = open_reasons([clock] if clock else [])
        return Face(
            name, "中止", "、".join(one.chinese for one in reasons) or "等待恢复", "grey", "不计时"
        )
    note = f"截止 {shown_time(due_at)}"
    if ended is not None:
        in_time = ended <= due_at
        said: tuple[Light, str] = ("green", "时限内") if in_time else ("red", "超过时限")
        return Face(name, shown_day(due_at), note, *said)
    _, big = left(process.calendar, now, due_at)
    if clock is not None:
        shown, said_light = CLOCK_LIGHTS[light(clock, process.calendar, now)]
        return Face(name, big, note, shown, said_light, binding == due_at)
    return Face(name, big, note, "red" if due_at < now else "", "超期", binding == due_at)


def notes(process: Process, task: Task) -> list[tuple[Light, str]]:
    """Give what has to be seen at once, beside the state."""
    found: list[tuple[Light, str]] = []
    found += [("red", f"已超{CLOCKS[kind]}") for kind in task.breaches]
    if process.joint_breach is not None:
        found.append(("red", "已超联合时限"))
    reasons = open_reasons(task.all_clocks)
    if reasons and task.undecided:
        found.append(("grey", f"中止：{'、'.join(one.chinese for one in reasons)}"))
    extension = next((one.extension for one in task.all_clocks if one.extension), None)
    if extension is not None:
        found.append(("grey", f"已延长 {extension.units} 个工作日"))
    if task.state is TaskState.DEEMED_CONSENTED and task.late is not None:
        found.append(("red", f"逾期决定：{'准予' if task.late else '不予'}，默许不变"))
    if process.mutual(task.task_id):
        found.append(("amber", "与其他事项互为前置"))
    return found


def prerequisites(process: Process, task: Task, names: Names) -> Table | None:
    """Say what the task waits for, and who holds it; None when it waits for nothing."""
    if not task.prerequisites:
        return None
    waits = process.waits_for(task) if not task.final else []
    rows: list[Sequence[Cell | str | int]] = []
    for task_id in task.prerequisites:
        other = process.tasks.get(task_id)
        if other is None:
            continue
        state, shown = STATES[other.state.value]
        if task_id in task.deferred:
            effect = Cell(f"凭承诺书 {task.deferred[task_id]} 不再等待", light="amber")
        elif task_id in waits:
            effect = Cell("还在等待", light="grey")
        else:
            effect = Cell("已满足", light="green")
        rows.append(
            [
                Cell(names.item(other.item_code), f"/desk/tasks/{other.project_no}"),
                names.department(other.department),
                other.handler or "–",
                Cell(state, light=shown),
                effect,
            ]
        )
    return Table(
        caption="前置审批",
        columns=[
            Column("事项", "Item"),
            Column("在谁手里", "Holder"),
            Column("经办", "Handler"),
            Column("状态", "State"),
            Column("对本任务", "Effect"),
        ],
        rows=rows,
    )


def strips(process: Process, task: Task, now: datetime) -> list[Strip]:
    """Show how each limit was counted, day by day; the promise first."""
    clocks = sorted(task.all_clocks, key=lambda one: one.kind is not Kind.PROMISED)
    found = []
    for clock in [*clocks, *([process.joint] if process.joint else [])]:
        ended = process.decided_at if clock.kind is Kind.JOINT else task.decided_at
        title, english = CLOCK_TITLES[clock.kind]
        found.append(
            strip_of(
                explain(clock, process.calendar),
                clock.limit.unit,
                title=title,
                english=english,
                today=legal_date(ended or now),
                today_said="决定" if ended else "今天",
            )
        )
    return found


def _surveys(rows: Sequence[SurveyRow]) -> Table | None:
    if not rows:
        return None
    return Table(
        caption="联合踏勘",
        columns=[Column("编号", "Survey"), Column("时间", "Time"), Column("状态", "State")],
        rows=[
            [
                Cell(row.survey_no, f"/surveys/{row.survey_no}"),
                shown_time(row.starts_at) or "待约",
                Cell(SURVEY_STATES[row.state][0], light=SURVEY_STATES[row.state][1]),
            ]
            for row in rows
        ],
    )


def _letters(rows: Sequence[CommitmentRow]) -> Table | None:
    if not rows:
        return None
    return Table(
        caption="承诺书",
        columns=[Column("编号", "Letter"), Column("期限", "Due"), Column("状态", "State")],
        rows=[
            [
                Cell(row.commitment_no, f"/commitments/{row.commitment_no}"),
                shown_time(row.due_at) or "–",
                Cell(LETTER_STATES[row.state][0], light=LETTER_STATES[row.state][1]),
            ]
            for row in rows
        ],
    )
