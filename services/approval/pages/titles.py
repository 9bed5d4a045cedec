"""What the events of a process are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.approval.domain import process_events as events
from services.chassis.web.parts import Light

PROCESS_TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    events.ParallelApprovalStarted.TOPIC: ("并联审批启动", "Parallel approval started", ""),
    events.TaskReady.TOPIC: ("可以办理", "Ready", ""),
    events.TaskStarted.TOPIC: ("开始办理", "Started", ""),
    events.TaskReturned.TOPIC: ("退回", "Returned", "amber"),
    events.TaskConditionallyApproved.TOPIC: ("预先准予", "Approved conditionally", "amber"),
    events.TaskWaived.TOPIC: ("免办", "Waived", "grey"),
    events.MutualPrerequisiteDetected.TOPIC: ("互为前置", "Mutual prerequisite", "amber"),
    events.PrerequisiteDeferred.TOPIC: ("前置后补", "Prerequisite deferred", "amber"),
    events.TaskDeemedConsented.TOPIC: ("默许", "Deemed consent", "amber"),
    events.DeemedConsentVoided.TOPIC: ("默许无效", "Deemed consent voided", "grey"),
    events.DeemedConsentOverturned.TOPIC: ("默许撤销", "Deemed consent overturned", "red"),
    events.LateDecisionRecorded.TOPIC: ("逾期决定", "Late decision", "red"),
    events.LiabilityRecorded.TOPIC: ("责任登记", "Liability recorded", "red"),
    events.LiabilityWithdrawn.TOPIC: ("责任撤销", "Liability withdrawn", "grey"),
    events.ClockSuspended.TOPIC: ("中止计时", "Clock suspended", "grey"),
    events.ClockResumed.TOPIC: ("恢复计时", "Clock resumed", ""),
    events.ClockExtended.TOPIC: ("延长时限", "Clock extended", "amber"),
    events.ClockRecalculated.TOPIC: ("时限重算", "Clock counted again", ""),
    events.DeadlineApproaching.TOPIC: ("临近时限", "Deadline approaching", "amber"),
    events.ClockBreached.TOPIC: ("超过时限", "Limit passed", "red"),
    events.ApplicantDelayNoticed.TOPIC: ("申请人延误告知", "Applicant delay noticed", "amber"),
    events.ProcessDecided.TOPIC: ("并联审批办结", "Process decided", "green"),
    events.ProcessReopened.TOPIC: ("并联审批重新办理", "Process reopened", "amber"),
}
