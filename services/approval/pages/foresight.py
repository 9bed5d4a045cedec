"""What an act would do to a process: it is tried on a copy, so that the domain itself says it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.approval.domain import ApprovalRuleError, Process
from services.approval.pages import STATES
from services.approval.pages.desk_words import RESULTS, Names, shown_day
from services.kernel.clock import ClockRuleError
from services.kernel.facts import Actor, ActorKind, Facts

Act = Callable[..., object]
"""A command of `Process`."""
_NOBODY: Final = Actor(ActorKind.PERSON, "trial", role="supervisor")


@dataclass(frozen=True)
class Foreseen:
    """Which tasks come to be something else, and what becomes of the whole."""

    changes: list[tuple[str, str, str]]
    """Item, state before, state after; both in words."""
    dues: list[str]
    """New ends of limits."""
    excused: int
    """Records of who answers that are withdrawn."""
    whole: str
    """What the process is now, when that changes."""

    @property
    def lines(self) -> list[str]:
        """Say all of it in sentences without a full stop."""
        found = [f"{item}：{before} → {after}" for item, before, after in self.changes]
        found += self.dues
        if self.excused:
            found.append(f"撤销责任记录 {self.excused} 条")
        return [*found, *filter(None, [self.whole])]


def foresee(
    process: Process, names: Names, now: datetime, act: Act, *told: object
) -> Foreseen | None:
    """Say what an act would do now, told all this; None when it would be refused."""
    calendar = process.calendar
    after = deepcopy(process, {id(calendar): calendar}).counting_by(calendar)
    facts = Facts(now, process.process_no, _NOBODY, "trial")
    try:
        act(after, facts, *told)
    except (ApprovalRuleError, ClockRuleError):
        return None
    changes, dues = [], []
    for task_id, task in after.tasks.items():
        before, item = process.tasks[task_id], names.item(task.item_code)
        if before.state is not task.state:
            said = STATES[before.state.value][0], STATES[task.state.value][0]
            changes.append((item, *said))
        if task.undecided and task.promised_due_at not in (None, before.promised_due_at):
            dues.append(f"{item}的承诺时限至 {shown_day(task.promised_due_at)}")
    return Foreseen(changes, dues, _standing(process) - _standing(after), _whole(process, after))


def _standing(process: Process) -> int:
    return sum(not one.withdrawn for one in process.liabilities.values())


def _whole(before: Process, after: Process) -> str:
    if before.result is after.result:
        return ""
    if after.result is None:
        return "并联审批重新进行"
    return f"并联审批办结：{RESULTS[after.result.value][0]}"
