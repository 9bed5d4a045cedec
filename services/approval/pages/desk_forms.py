"""What a caller can do to a task on the desk, and what each form offers and will do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.approval.domain import Process, Task, TaskState, VoidGround
from services.approval.pages.desk_words import CLOCKS, Names, shown_day
from services.approval.pages.foresight import Act, foresee
from services.approval.projections.commitments import CommitmentRow
from services.approval.projections.papers import DecisionRow
from services.approval.projections.surveys import SurveyRow
from services.kernel.clock import TERMS, Approver, Clock, ClockRuleError, Kind, Reason

ACTS: Final = {
    "start": ("开始办理", "Start"),
    "decide": ("作出决定", "Decide"),
    "conditional": ("凭承诺书预先决定", "Decide on a commitment"),
    "document": ("出具决定文书", "Issue the document"),
    "late": ("补录逾期决定", "File a late decision"),
    "suspend": ("中止计时", "Suspend"),
    "resume": ("恢复计时", "Resume"),
    "extend": ("延长时限", "Extend"),
    "notice": ("告知申请人延误", "Applicant's delay"),
    "survey": ("申请联合踏勘", "Ask for a survey"),
    "return": ("退回", "Give back"),
    "reopen": ("重新办理", "Reopen"),
    "void": ("认定默许无效", "Void the deemed consent"),
    "overturn": ("撤销默许", "Overturn the deemed consent"),
    "waive": ("免办", "Do without it"),
}
"""What can be done to a task on the desk, in the order in which it is shown."""
RULINGS: Final[Mapping[str, tuple[Act, tuple[object, ...]]]] = {
    "reopen": (Process.reopen_task, ("",)),
    "void": (Process.void, (VoidGround.WRONG_CLOCK, "")),
    "overturn": (Process.overturn, ("", False)),
    "waive": (Process.waive, ("",)),
}
"""Acts of a supervisor, tried to see what they would do."""


@dataclass(frozen=True)
class Choice:
    """One reason a form offers, and what it does."""

    value: str
    text: str
    effect: str = ""

    @property
    def plain(self) -> tuple[str, str]:
        """Value and text alone."""
        return self.value, self.text

    @property
    def pair(self) -> tuple[str, str]:
        """Value and text, as an option of a choice shows them."""
        return self.value, f"{self.text}：{self.effect}" if self.effect else self.text


@dataclass(frozen=True)
class Forms:
    """What the forms of the page offer."""

    acts: Sequence[tuple[str, str, str]]
    """Name, Chinese, English; the first one is the next step."""
    suspensions: Sequence[Choice] = ()
    resumptions: Sequence[Choice] = ()
    extensions: Sequence[Choice] = ()
    departments: Sequence[Choice] = ()
    letters: Sequence[Choice] = ()
    effects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What each act of a supervisor would do."""
    seen: int = 0


@dataclass(frozen=True)
class Around:
    """What the read model knows beside the process itself."""

    names: Names
    surveys: Sequence[SurveyRow] = ()
    letters: Sequence[CommitmentRow] = ()
    documents: Sequence[DecisionRow] = ()


def open_reasons(clocks: Iterable[Clock]) -> list[Reason]:
    """Give the reasons for which some of these clocks stand still, each once."""
    found = [
        one.reason
        for clock in clocks
        for one in clock.suspensions
        if one.until is None and one.reason is not None
    ]
    return list(dict.fromkeys(found))


def forms(
    process: Process,
    task: Task,
    around: Around,
    now: datetime,
    roles: Collection[str],
    unit: str,
) -> Forms:
    """Say what this caller can do to the task now, and what each form offers."""
    effects = rulings(process, task, around.names, now) if "supervisor" in roles else {}
    if unit != task.department:
        told = [(name, *ACTS[name]) for name in ACTS if name in effects]
        return Forms(told, effects=effects, seen=process.version)
    signed = [one for one in around.letters if one.state == "signed"]
    possible: list[str] = []
    if "officer" in roles:
        possible += _officer(process, task, around, signed)
    extensions = _extensions(process, task, now)
    if "department_head" in roles and extensions:
        possible.append("extend")
    possible += effects
    names = around.names
    return Forms(
        acts=[(name, *ACTS[name]) for name in ACTS if name in possible],
        suspensions=_suspensions(task),
        resumptions=[Choice(one.value, one.chinese) for one in open_reasons(task.all_clocks)],
        extensions=extensions,
        departments=[
            Choice(code, names.department(code))
            for code in dict.fromkeys(one.department for one in process.tasks.values())
        ],
        letters=[Choice(one.commitment_no, one.commitment_no) for one in signed],
        effects=effects,
        seen=process.version,
    )


def rulings(
    process: Process, task: Task, names: Names, now: datetime
) -> Mapping[str, Sequence[str]]:
    """Give what each act of a supervisor would do to a task now, without those it refuses."""
    found = {}
    for name, (act, told) in RULINGS.items():
        seen = foresee(process, names, now, act, task.task_id, *told)
        if seen is not None:
            found[name] = seen.lines
    return found


def _officer(
    process: Process, task: Task, around: Around, signed: Sequence[CommitmentRow]
) -> list[str]:
    if task.state is TaskState.DEEMED_CONSENTED:
        return ["late"] if task.late is None else []
    if task.state in (TaskState.APPROVED, TaskState.REJECTED) and not around.documents:
        return ["document"]
    possible = ["survey"] if not task.final else []
    if not task.undecided:
        return possible
    possible += ["decide"]
    possible += ["start"] if task.state is TaskState.OPEN else ["return"]
    if task.clocks is not None:
        possible.append("notice")
        if _suspensions(task):
            possible.append("suspend")
    if open_reasons(task.all_clocks):
        possible.append("resume")
    if signed:
        possible.append("conditional")
    return possible


def _suspensions(task: Task) -> list[Choice]:
    """Offer the reasons that stop something, and say what; the applicant's delay has its notice."""
    found = []
    for reason in Reason:
        if reason is Reason.APPLICANT_CAUSE:
            continue
        clocks = list(task.all_clocks)
        stopped = [one.kind for one in clocks if one.stopped_by(reason)]
        if not stopped or any(one.suspended_for(reason) for one in clocks):
            continue
        said = "、".join(CLOCKS[kind.value] for kind in stopped)
        others = [one.kind for one in clocks if one.kind not in stopped]
        runs_on = "、".join(CLOCKS[kind.value] for kind in others)
        effect = f"停止{said}；{runs_on}照常计算" if others else f"停止{said}"
        found.append(Choice(reason.value, reason.chinese, effect))
    return found


def _extensions(process: Process, task: Task, now: datetime) -> list[Choice]:
    """Offer the days by which the head may extend, each with the new end; none when it is over."""
    if not task.undecided or task.clocks is None:
        return []
    found = []
    most = TERMS[Kind.PROMISED].most
    for days in range(1, most + 1):
        try:
            after = task.clocks.extend(days, Approver.AUTHORITY_HEAD.value, now, process.calendar)
        except ClockRuleError:
            return []
        ends = []
        for before, clock in zip(task.clocks.all, after.all, strict=True):
            due = clock.due(process.calendar)
            if before != clock:
                end = shown_day(due.at) if due else "恢复后再定"
                ends.append(f"{CLOCKS[clock.kind.value]}至 {end}")
        found.append(Choice(str(days), f"{days} 个工作日", "，".join(ends)))
    return found


def consequences(process: Process, task: Task, granted: bool, names: Names) -> list[str]:
    """Say what a decision will do to the others of the process."""
    if granted:
        go_on = [
            names.item(one.item_code)
            for one in process.dependants(task.task_id)
            if one.state is TaskState.BLOCKED and process.waits_for(one) == [task.task_id]
        ]
        return [f"可以开始办理：{'、'.join(go_on)}"] if go_on else []
    if task.waivable:
        return []
    fallen: list[str] = []
    ahead = [task.task_id]
    while ahead:
        for one in process.dependants(ahead.pop()):
            name = names.item(one.item_code)
            if not one.final and name not in fallen:
                fallen.append(name)
                ahead.append(one.task_id)
    return [f"随之终止：{'、'.join(fallen)}"] if fallen else []
