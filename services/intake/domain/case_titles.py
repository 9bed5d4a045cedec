"""What happens to a case in words: Chinese, English, and the colour of its light on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Light = Literal["", "green", "amber", "red", "grey"]

TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "intake.case-drafted.v1": ("起草申请", "Drafted", "grey"),
    "intake.case-submitted.v1": ("提交申请", "Submitted", ""),
    "intake.correction-notice-issued.v1": ("一次性告知补正", "Notice of corrections", "amber"),
    "intake.correction-fault-recorded.v1": ("再次告知，记过错", "Second notice, a fault", "red"),
    "intake.correction-received.v1": ("收到补正材料", "Corrections received", ""),
    "intake.correction-lapsed.v1": ("逾期未补正", "Corrections did not come", "red"),
    "intake.case-abandoned.v1": ("视为放弃申请", "Abandoned", "grey"),
    "intake.case-accepted.v1": ("受理", "Accepted", "amber"),
    "intake.acceptance-withdrawn.v1": ("撤回受理", "Acceptance withdrawn", "red"),
    "intake.case-refused.v1": ("不予受理", "Refused", "red"),
    "intake.case-refused.v2": ("不予受理", "Refused", "red"),
    "intake.refusal-overturned.v1": ("不予受理被撤销", "Refusal overturned", "amber"),
    "intake.case-not-required.v1": ("不受理（无需许可）", "Not required", "grey"),
    "intake.case-routed.v1": ("转入审批", "With approval", ""),
    "intake.case-suspended.v1": ("时限中止", "Clocks stand still", "grey"),
    "intake.case-resumed.v1": ("时限恢复", "Clocks go on", ""),
    "intake.case-extended.v1": ("时限延长", "Limits extended", "amber"),
    "intake.step-reported.v1": ("环节办理", "Step", ""),
    "intake.result-reported.v1": ("办理结果", "Result", ""),
    "intake.case-decided.v1": ("作出决定", "Decided", "green"),
    "intake.case-completed.v1": ("办结", "Completed", "green"),
    "intake.case-reopened.v1": ("撤销办结，重新办理", "Reopened", "red"),
    "intake.case-delivered.v1": ("送达", "Delivered", "green"),
    "intake.case-archived.v1": ("归档", "Archived", "grey"),
    "intake.case-withdrawn.v1": ("申请人撤回", "Withdrawn", "grey"),
    "intake.case-forwarded-up.v1": ("转报上级", "Forwarded up", "grey"),
    "intake.case-undo-requested.v1": ("申请作废或者删除，等待批准", "To be undone", "amber"),
    "intake.case-undo-declined.v1": ("未批准作废或者删除", "Not undone", "grey"),
    "intake.case-voided.v1": ("作废", "Voided", "red"),
    "intake.case-deleted-in-error.v1": ("误录删除", "Deleted, entered in error", "red"),
    "intake.human-review-requested.v1": ("要求人工复核", "Human review requested", "amber"),
    "intake.human-review-concluded.v1": ("人工复核结论", "Human review concluded", ""),
    "intake.clock-recalculated.v1": ("时限重算", "Limit counted again", "grey"),
    "intake.limit-recounted.v1": ("补正期限重算", "Days counted again", "grey"),
    "intake.deadline-approaching.v1": ("时限临近", "Limit approaches", "amber"),
    "intake.clock-breached.v1": ("超过时限", "Limit passed", "red"),
    "intake.external-record-corrected.v1": ("外部记录更正", "Record corrected", "grey"),
    "intake.external-record-retracted.v1": ("外部记录撤回", "Record retracted", "red"),
}
