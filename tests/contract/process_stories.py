"""Stories of parallel approval: a project with everything that can happen to it, and a meeting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from services.approval.domain import Notice, Process, ReviewMeeting, Verdict, VoidGround
from services.approval.domain.refusal import Refusal, Reply
from services.intake.domain.projects import Project, ProjectCase
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.clock import Cause, Reason
from tests.unit.approval.projects import (
    BEGUN,
    CLERK,
    TIMER,
    day,
    decide,
    facts,
    fire,
    member,
    officer,
    opened,
    single,
)

TOLD = Notice("TZ-2020-0009", 5)


def project() -> Process:
    """Two that wait for each other are cut loose; one is refused, and opened again."""
    process = opened(member("A", "B"), member("B", "A"), member("C", waivable=True), member("D"))
    process.defer_prerequisite(facts(), "case-A", "case-B", "CN-1")
    process.start(facts(officer("A")), "case-A")
    process.return_task(facts(officer("A")), "case-A", "wrong_handler")
    verdict = Verdict(True, 0, day(9, 8), reason="conditions_met", delegation="SQ-1")
    process.approve_conditionally(facts(officer("A"), day(9, 8)), "case-A", "CN-1", verdict)
    process.waive(facts(CLERK, day(9, 9)), "case-C", "not_needed")
    decide(process, "D", granted=False, at=day(9, 9))
    decide(process, "B", at=day(9, 10))
    process.fulfil_conditional(facts(officer("A"), day(9, 11)), "case-A")
    process.reopen_task(facts(CLERK, day(11, 2)), "case-D", "reconsideration")
    process.add_task(facts(CLERK, day(11, 3)), member("E", "D"))
    process.withdraw(facts(CLERK, day(11, 4)), ["case-D"])
    return process


def silent_project() -> Process:
    """A department is silent; the consent is voided, comes again, is late, is overturned."""
    process = opened(member("A"), member("B", "A"))
    process.approach(facts(TIMER, day(9, 18)), "p-1/A", day(9, 18))
    fire(process, "A")
    process.void(facts(CLERK, day(9, 22)), "case-A", VoidGround.WRONG_CLOCK, "ab" * 32)
    fire(process, "A")
    decide(process, "A", granted=False, at=day(9, 23))
    process.overturn(facts(CLERK, day(9, 25)), "case-A", "art_69_1", compensation=True)
    return process


def timed_project() -> Process:
    """Clocks of a task and of the whole: stopped, resumed, extended, counted again, passed."""
    at = day(1, 20)
    known = calendar_as_of(at.date())
    process = opened(member("A"), member("B", "A"), at=at, calendar=known)
    process.counting_by(SEED).recalculate(facts(TIMER, day(1, 27)), Cause.CALENDAR_AMENDED)
    head, mayor = officer("A", "head-A", "department_head"), officer("", "m-1", "government_head")
    process.extend(facts(head, day(2, 3)), "case-A", 5, "complex_case", "TZ-1")
    process.extend_joint(facts(mayor, day(2, 3)), 15, "complex_project", "TZ-2")
    process.notice_delay(
        facts(officer("A"), day(2, 4)),
        "case-A",
        "no_show",
        "bring_the_plan",
        TOLD,
        to_applicant=True,
        to_window=True,
    )
    process.resume(facts(officer("A"), day(2, 6)), "case-A", Reason.APPLICANT_CAUSE)
    process.suspend_joint(facts(CLERK, day(2, 6)), Reason.HEARING, TOLD)
    process.resume_joint(facts(CLERK, day(2, 10)), Reason.HEARING)
    process.approach_joint(facts(TIMER, day(5, 1)), process.joint_due_at or BEGUN)
    process.breach_joint(facts(TIMER, day(5, 1)), day(12, 1))
    return process


def counted_task() -> Process:
    """A case of one department whose limits are counted here; its statutory one passes."""
    process = single(saved=False)
    process.start(facts(officer("A"), day(9, 8)))
    process.suspend(facts(officer("A"), day(9, 9)), "case-A", Reason.EXPERT_REVIEW, TOLD)
    process.resume(facts(officer("A"), day(9, 11)), "case-A", Reason.EXPERT_REVIEW)
    fire(process, "A")
    process.breach(facts(TIMER, day(10, 20)), "case-A", day(10, 20))
    decide(process, "A", at=day(10, 21))
    return process


def meeting() -> ReviewMeeting:
    """A meeting about two projects; one department does not come."""
    at = BEGUN + timedelta(days=2)
    found = ReviewMeeting.schedule(facts(), "LS-1", ["p-1", "p-2"], ["DA", "DB"], at, "hall")
    found.hold(facts(CLERK, at), ["DA"], "ab" * 32)
    return found


def row_refused() -> Refusal:
    """A row of an outside department is answered."""
    reply = Reply(
        "province-housing",
        "department-decision",
        "no_such_time",
        "decided_at names a day or hour that does not exist",
        "row-1",
        "case-A",
        "decided_at",
    )
    return Refusal.tell(facts(), reply, "ab" * 32)


def opened_project() -> Project:
    """A project of two cases is handed in."""
    cases = [ProjectCase("case-A", "A", 1, "DA"), ProjectCase("case-B", "B", 1, "DB")]
    told = ("p-1", "S1", 3, "城东标准化厂房", "window", cases, "07")
    return Project.open(facts(), *told)


PROCESS_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "approval-project": project,
    "approval-silent-project": silent_project,
    "approval-timed-project": timed_project,
    "approval-counted-task": counted_task,
    "approval-meeting": meeting,
    "approval-row-refused": row_refused,
    "intake-project": opened_project,
}
