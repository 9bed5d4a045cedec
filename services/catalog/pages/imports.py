"""What the pages of imports show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.catalog.imports.jobs import Job
from services.catalog.imports.names import LIST, NAMES
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Light, Option, Table

STATES: Final[dict[str, tuple[str, Light]]] = {
    "QUEUED": ("排队中", "grey"),
    "RUNNING": ("进行中", "amber"),
    "DONE": ("已完成", "green"),
    "REFUSED": ("有错误，未导入", "red"),
    "FAILED": ("系统故障，未导入", "red"),
    "INTERRUPTED": ("中断，未导入", "red"),
}
KINDS: Final = {
    "basic": "基本目录",
    "implementation": "实施清单",
    "claim": "事项认领",
    "region": "区划",
    "department": "部门",
    "window": "窗口",
    "staff": "人员",
    "delegation": "首席代表授权",
    "seal": "审批专用章",
    "calendar": "工作日历",
    "scheme": "并联审批方案",
    "adjustment": "事项调整",
    "material": "申报材料",
    "fee": "收费项目",
    "step": "办理环节",
    LIST: "公布的清单（自有列名）",
}


def state(job: Job) -> tuple[str, Light]:
    """Give the word and the light of a job's state."""
    text, light = STATES[job.state]
    return (f"{text}（试运行）" if job.dry_run else text), light


def kinds() -> list[Option]:
    """Give the choices of a form."""
    known = [Option(kind, f"{KINDS.get(kind, kind)} {kind}") for kind in (*NAMES, LIST)]
    return [Option("", "自动识别 Find out"), *known]


def jobs_table(found: Sequence[Job]) -> Table:
    """List jobs."""
    rows: list[list[Cell | str | int]] = []
    for job in found:
        text, light = state(job)
        rows.append(
            [
                Cell(job.file_name or "（未命名）", f"/imports/{job.id}"),
                Cell(text, light=light),
                shown_time(job.asked_at),
                job.account,
                job.rows,
                job.new,
                job.changed,
                job.wrong,
            ]
        )
    return Table(
        caption="最近的导入",
        columns=[
            Column("文件", "File"),
            Column("状态", "State"),
            Column("时间", "Asked at"),
            Column("账号", "Account"),
            Column("行数", "Rows", numeric=True),
            Column("新增", "New", numeric=True),
            Column("变更", "Changed", numeric=True),
            Column("错误", "Errors", numeric=True),
        ],
        rows=rows,
        empty="还没有导入",
        empty_hint="No import yet.",
    )


def flags_table(job: Job) -> Table:
    """List the irregularities that were taken as they are."""
    return Table(
        caption="不规范之处（已照原样收录）",
        columns=[Column("标记", "Flag"), Column("含义", "Meaning"), Column("行数", "Rows", True)],
        rows=[[one.flag, one.meaning or "—", one.rows] for one in job.flags],
        empty="没有不规范之处",
        empty_hint="Nothing irregular.",
    )


def errors_table(job: Job) -> Table:
    """List what is wrong, row by row."""
    return Table(
        caption="逐行错误",
        columns=[
            Column("行", "Line", numeric=True),
            Column("字段", "Field"),
            Column("原因", "Reason"),
            Column("怎么改", "Remedy"),
        ],
        rows=[
            [
                f"{error.sheet} {error.line}".strip() if error.line else "—",
                error.field or "—",
                error.reason,
                error.remedy or "—",
            ]
            for error in job.errors
        ],
        empty="没有错误",
        empty_hint="No errors.",
    )
