"""The picture of a process: who holds what, who waits for whom, and how near each end is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.approval.domain import Process, Task, TaskState
from services.approval.pages import STATES
from services.approval.pages.desk_forms import open_reasons
from services.approval.pages.desk_task import (
    Face,
    codes_of,
    faces,
    strips,
)
from services.approval.pages.desk_words import (
    CLOCK_LIGHTS,
    PROCESS_KINDS,
    RESULTS,
    Names,
    left,
    shown_day,
)
from services.approval.pages.process_words import moments
from services.chassis.events import Event
from services.chassis.web.graphs import path, places, size_of, wrap
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Light, Table
from services.kernel.clock import Kind, light

BOX: Final = (236, 112)
COLUMN: Final = 316
ROW: Final = 134
ICONS: Final = {"green": "✓", "amber": "!", "red": "✕", "grey": "–", "": ""}


@dataclass(frozen=True)
class Node:
    """One task, placed."""

    href: str
    x: int
    y: int
    lines: Sequence[str]
    holder: str
    light: Light
    icon: str
    state: str
    due: str
    mutual: bool


@dataclass(frozen=True)
class Arrow:
    """One task waits for another."""

    path: str
    kind: str
    """waits, met, or cut: a commitment let it go."""


@dataclass(frozen=True)
class Drawing:
    """Everything the template draws."""

    width: int
    height: int
    nodes: Sequence[Node]
    arrows: Sequence[Arrow]
    description: str
    box_width: int = BOX[0]
    box_height: int = BOX[1]


def process_page(
    process: Process,
    events: Sequence[Event],
    names: Names,
    label: str,
    now: datetime,
    *,
    inside: bool,
) -> dict[str, Any]:
    """Give what `process.html` shows.

    Args:
        label: what its scheme is called.
        inside: the reader works here; links lead to the desk then.
    """
    result = process.result
    if result is not None:
        state, state_light = RESULTS[result.value]
        state = f"已办结：{state}"
    else:
        done = sum(task.final for task in process.tasks.values())
        state, state_light = f"进行中，{done}/{len(process.tasks)} 已完成", "grey"
    return {
        "process": process,
        "label": label,
        "kind": PROCESS_KINDS.get(process.kind, process.kind),
        "lead": names.department(process.lead) if process.lead else "",
        "state": state,
        "state_light": state_light,
        "joint": _joint(process, now),
        "drawing": draw(process, names, now, inside=inside),
        "tasks": _table(process, names, now, inside),
        "cycles": _cycles(process, names),
        "deemed": [
            (names.item(one.item_code), names.department(one.department), one.deemed_due)
            for one in process.tasks.values()
            if one.state is TaskState.DEEMED_CONSENTED
        ],
        "liabilities": sum(not one.withdrawn for one in process.liabilities.values()),
        "inside": inside,
        "strips": strips(process, next(iter(process.tasks.values())), now)[-1:]
        if process.joint is not None and process.tasks
        else [],
        "moments": moments(events, names, codes_of(process), whose=not process.is_single),
        "shown_time": shown_time,
    }


def standing_of(process: Process, task: Task, now: datetime) -> tuple[Light, str]:
    """Say how near the end of a task is; what passed stays red."""
    if task.final or task.state is TaskState.APPROVED_CONDITIONALLY:
        if task.breaches:
            return "red", "曾超期"
        return STATES[task.state.value][1], ""
    if task.breaches:
        return "red", "已超期"
    if task.state is TaskState.BLOCKED:
        return "grey", "等待前置"
    reasons = open_reasons(task.all_clocks)
    if task.promise_suspended:
        return "grey", f"中止：{'、'.join(one.chinese for one in reasons)}"
    due_at = process.binding_due(task)
    clock = task.clock(Kind.PROMISED)
    if due_at is None or clock is None:
        return "grey", "不计时"
    shown, _ = CLOCK_LIGHTS[light(clock, process.calendar, now)]
    _, text = left(process.calendar, now, due_at)
    return ("red" if due_at < now else shown), text


def draw(process: Process, names: Names, now: datetime, *, inside: bool) -> Drawing:
    """Place every task right of all it waits for; those that wait for each other share a column."""
    tasks = process.tasks
    ids = list(tasks)
    needs = {one: [n for n in tasks[one].prerequisites if n in tasks] for one in ids}
    groups = [list(group) for group in process.cycles]
    found = places(ids, needs, groups, COLUMN, ROW)
    mutual = {one for group in groups for one in group}
    width, height = size_of(found.values(), bool(mutual), BOX, ROW)
    nodes = []
    for task in tasks.values():
        shown, due = standing_of(process, task, now)
        state = STATES[task.state.value][0]
        holder = names.department(task.department)
        nodes.append(
            Node(
                f"{'/desk' if inside else ''}/tasks/{task.project_no}",
                *found[task.task_id],
                wrap(names.item(task.item_code), 13),
                wrap(f"{holder} · {task.handler}" if task.handler else holder, 15, 1)[0],
                shown,
                ICONS[shown],
                state,
                due if due != state else "",
                task.task_id in mutual,
            )
        )
    arrows = [
        Arrow(path(found[before], found[after], BOX), _kind(process, tasks[after], before))
        for after in ids
        for before in needs[after]
    ]
    item = {one: names.item(tasks[one].item_code) for one in ids}
    said = "；".join(
        f"{item[after]}须先有{item[before]}" for after in ids for before in needs[after]
    )
    return Drawing(
        width,
        height,
        nodes,
        arrows,
        f"共 {len(ids)} 个事项。{said or '各事项可以同时办理'}。",
    )


def _kind(process: Process, task: Task, before: str) -> str:
    if before in task.deferred:
        return "cut"
    return "waits" if not task.final and before in process.waits_for(task) else "met"


def _joint(process: Process, now: datetime) -> Face | None:
    if process.joint is None or not process.tasks:
        return None
    return faces(process, next(iter(process.tasks.values())), now)[-1]


def _cycles(process: Process, names: Names) -> list[tuple[str, list[str]]]:
    """Give the groups that wait for each other, and how each was cut."""
    found = []
    for group in process.cycles:
        items = " ⇄ ".join(names.item(process.tasks[one].item_code) for one in group)
        cuts = [
            f"{names.item(process.tasks[one].item_code)} 凭承诺书 {letter} 先于"
            f" {names.item(process.tasks[before].item_code)} 办理"
            for one in group
            for before, letter in process.tasks[one].deferred.items()
            if before in group
        ]
        found.append((items, cuts))
    return found


def _table(process: Process, names: Names, now: datetime, inside: bool) -> Table:
    rows: list[Sequence[Cell | str | int]] = []
    for task in process.tasks.values():
        state, state_light = STATES[task.state.value]
        shown, said = standing_of(process, task, now)
        waits = process.waits_for(task) if not task.final else []
        rows.append(
            [
                Cell(
                    names.item(task.item_code),
                    f"{'/desk' if inside else ''}/tasks/{task.project_no}",
                ),
                names.department(task.department) + (f" · {task.handler}" if task.handler else ""),
                Cell(state, light=state_light),
                Cell(said, light=shown) if said else "–",
                shown_day(task.promised_due_at) or "–",
                shown_day(task.statutory_due_at) or "–",
                "、".join(names.item(process.tasks[one].item_code) for one in waits) or "–",
            ]
        )
    return Table(
        caption="各部门的任务",
        columns=[
            Column("事项", "Item"),
            Column("在谁手里", "Holder"),
            Column("状态", "State"),
            Column("时限", "Limit"),
            Column("承诺", "Promised", numeric=True),
            Column("法定", "Statutory", numeric=True),
            Column("还等", "Waits for"),
        ],
        rows=rows,
    )
