"""What a caller can do to a whole process on its page, and what each form offers and will do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.approval.domain import Process, Task
from services.approval.pages.desk_forms import Choice, open_reasons
from services.approval.pages.desk_words import CLOCKS, Names, shown_day
from services.approval.pages.foresight import Foreseen, foresee
from services.kernel.clock import Approver, Clock, ClockRuleError, Kind, Reason

JOINT_ACTS: Final = {
    "suspend": ("中止联合时限", "Suspend the joint limit"),
    "resume": ("恢复联合时限", "Resume the joint limit"),
    "extend": ("延长联合时限", "Extend the joint limit"),
    "add": ("增加一个部门", "Bring a department in"),
    "waive": ("免办一个事项", "Do without an item"),
    "withdraw": ("撤回申请", "Withdraw"),
}
"""What can be done to a process, in the order in which it is shown."""
ROLES: Final = {
    "suspend": ("clerk",),
    "resume": ("clerk",),
    "extend": (Approver.GOVERNMENT_HEAD.value,),
    "add": ("clerk",),
    "waive": ("clerk", "supervisor"),
    "withdraw": ("clerk",),
}
"""In which role each is done; the first of them that somebody has."""


@dataclass(frozen=True)
class JointForms:
    """What the forms of the page offer."""

    acts: Sequence[tuple[str, str, str]] = ()
    """Name, Chinese, English."""
    suspensions: Sequence[Choice] = ()
    resumptions: Sequence[Choice] = ()
    extensions: Sequence[Choice] = ()
    items: Sequence[Choice] = ()
    waivers: Sequence[Choice] = ()
    withdrawals: Sequence[Choice] = ()
    seen: int = 0


def joint_forms(
    process: Process, names: Names, now: datetime, roles: Collection[str]
) -> JointForms:
    """Say what this caller can do to the process now. It counts by a calendar already."""
    if process.is_single or process.joint is None:
        return JointForms()
    offered: dict[str, Sequence[Choice]] = {
        "suspend": _suspensions(process, process.joint, now),
        "resume": [Choice(one.value, one.chinese) for one in open_reasons([process.joint])],
        "extend": _extensions(process, process.joint, now),
        "add": [Choice(one.item_code, names.item(one.item_code)) for one in process.tasks.values()],
        "waive": _waivers(process, names, now),
        "withdraw": _withdrawals(process, names, now),
    }
    may = [name for name in JOINT_ACTS if offered[name] and set(ROLES[name]) & set(roles)]
    return JointForms(
        [(name, *JOINT_ACTS[name]) for name in may],
        offered["suspend"],
        offered["resume"],
        offered["extend"],
        offered["add"],
        offered["waive"],
        offered["withdraw"],
        process.version,
    )


def _suspensions(process: Process, joint: Clock, now: datetime) -> list[Choice]:
    if not process.is_open:
        return []
    found = []
    for reason in Reason:
        try:
            joint.suspend(reason, now, process.calendar)
        except ClockRuleError:
            continue
        found.append(Choice(reason.value, reason.chinese, "各部门自己的时限照常计算"))
    return found


def _extensions(process: Process, joint: Clock, now: datetime) -> list[Choice]:
    """Offer the days the scheme allows, each with the new end."""
    found = []
    for days in range(1, process.joint_extension + 1) if process.is_open else ():
        try:
            after = joint.extend(days, Approver.GOVERNMENT_HEAD.value, now, process.calendar)
        except ClockRuleError:
            return []
        due = after.due(process.calendar)
        end = shown_day(due.at) if due else "恢复后再定"
        text = f"{CLOCKS[Kind.JOINT.value]}至 {end}"
        found.append(Choice(str(days), f"{days} 个工作日", text))
    return found


def _waivers(process: Process, names: Names, now: datetime) -> list[Choice]:
    """Offer each item the scheme lets be done without, with what that would do."""
    found = []
    for task in process.tasks.values():
        seen = foresee(process, names, now, Process.waive, task.task_id, "")
        if seen is not None:
            found.append(_choice(task, seen, names))
    return found


def _withdrawals(process: Process, names: Names, now: datetime) -> list[Choice]:
    """Offer each undecided item, with what falls when it is withdrawn."""
    found = []
    for task in process.tasks.values():
        seen = foresee(process, names, now, Process.withdraw, [task.task_id])
        if seen is not None and not task.final:
            found.append(_choice(task, seen, names))
    return found


def _choice(task: Task, seen: Foreseen, names: Names) -> Choice:
    return Choice(task.project_no, names.item(task.item_code), "；".join(seen.lines))
