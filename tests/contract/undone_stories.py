"""Stories of cases that are undone in two steps."""

from __future__ import annotations

from services.intake.domain import Case
from services.intake.domain.undo_events import Undoing
from tests.contract.case_stories import OLD as SEED
from tests.contract.case_stories import SUPERVISOR, accepted, told


def undone_case() -> Case:
    case = accepted("case-31")
    case.ask_undoing(told("case-31", 1), Undoing.DELETION, "重复录入")
    case.decline_undoing(told("case-31", 2, SUPERVISOR), Undoing.DELETION, "不是重复录入")
    case.ask_undoing(told("case-31", 3), Undoing.VOIDING, "申请人主体已注销")
    case.confirm_undoing(told("case-31", 4, SUPERVISOR), Undoing.VOIDING, SEED)
    case.ask_undoing(told("case-31", 5), Undoing.DELETION, "测试数据")
    case.confirm_undoing(told("case-31", 6, SUPERVISOR), Undoing.DELETION, SEED)
    return case


UNDONE_STORIES = {
    "intake-undone-case": undone_case,
}
