"""What each form of a task's page does, once it has been read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.approval.act_answers import DecideLate, Extend, Suspend
from services.approval.desk_answers import ActForm
from services.approval.domain import ApprovalRuleError, Notice, Process, Task, Verdict
from services.approval.domain.survey_terms import Participant, ParticipantKind
from services.approval.pages.desk_words import EXTEND_REASONS, RETURN_REASONS
from services.approval.service.desk_forms import (
    converted,
    delay_of,
    granted_in,
    one_of,
    read_form,
    reason_of,
    ruling_in,
    wording_of,
)
from services.approval.service.desk_room import DeskRoom, FormError, moment_in
from services.chassis.errors import BanjianError
from services.kernel.clock import ClockRuleError
from services.kernel.facts import Facts


@dataclass(frozen=True)
class Doing:
    """An act that was read from its form and is ready to be done."""

    run: Callable[[Facts, str | None], object]


class DeskDoings(DeskRoom):
    """Part of the service: from a form to the command it means."""

    def _doing(self, form: ActForm, process: Process, task: Task) -> Doing:
        """Read a form; give what does it.

        Raises:
            FormError: a field cannot be read; `field` is its name.
        """
        number, seen, tasks = task.project_no, form.seen, self.tasks

        def act(name: str, **arguments: Any) -> Doing:
            return Doing(
                lambda facts, key: tasks.act(facts, name, number, arguments, seen, key=key)
            )

        match form.act:
            case "start":
                return act("start")
            case "return":
                return act("return", reason=one_of(RETURN_REASONS, form.reason, "reason"))
            case "suspend":
                stop = read_form(form, Suspend, "reason", "expected_days", "notice_no")
                notice = Notice(stop.notice_no, stop.expected_days)
                return act("suspend", reason=stop.reason, notice=notice, clocks=[])
            case "resume":
                return act("resume", reason=reason_of(form.reason))
            case "extend":
                one_of(EXTEND_REASONS, form.reason, "reason")
                more = read_form(form, Extend, "days", "reason", "notice_no")
                told = {"days": more.days, "reason": more.reason, "notice_no": more.notice_no}
                return act("extend", **told)
            case "notice":
                return act("notice", **delay_of(form))
            case "survey":
                return self._survey(form, process)
            case "late":
                return self._late(form, task)
            case "conditional":
                letter = form.commitment_no
                if not letter:
                    raise FormError("请选择一份已签署的承诺书。", "commitment_no")
                return Doing(
                    lambda facts, key: tasks.decide_on_commitment(facts, letter, None, key=key)
                )
            case "document":
                wording = wording_of(form, task.granted or bool(task.late))
                return Doing(
                    lambda facts, key: tasks.issue_decision(
                        facts, number, wording, form.statement, key=key
                    )
                )
            case "void" | "overturn" | "reopen" | "waive":
                return act(form.act, **ruling_in(form))
        return self._decision(form, task)

    def _survey(self, form: ActForm, process: Process) -> Doing:
        place = form.place.strip()
        if not place:
            raise FormError("请写明地点（只写现场，不写住址）。", "place")
        asked = [Participant(code, ParticipantKind.DEPARTMENT) for code in form.departments]
        if not asked:
            raise FormError("请至少选一个部门。", "departments")
        for line in form.others.splitlines():
            code, _, kind = line.strip().partition(" ")
            if code:
                between = kind.strip() == "中介"
                one = ParticipantKind.INTERMEDIARY if between else ParticipantKind.UTILITY
                asked.append(Participant(code, one))
        number = process.process_no
        return Doing(
            lambda facts, key: self.tasks.request_survey(facts, number, asked, place, key=key)
        )

    def _late(self, form: ActForm, task: Task) -> Doing:
        at = moment_in(form.decided_at, "decided_at")
        if at > self.tasks.received_now():
            raise FormError("作出决定的时间不能晚于现在。", "decided_at")
        granted = granted_in(form)
        told = {
            "decision": form.decision,
            "decided_at": at,
            "reason": form.reasons[0] if form.reasons and not granted else "",
            "proof": form.proof.strip().lower(),
        }
        said = converted(told, DecideLate)
        verdict = Verdict(granted, 0 if granted else 1, at, reason=said.reason or None)
        number, seen = task.project_no, form.seen
        return Doing(
            lambda facts, key: self.tasks.decide_late(
                facts, number, verdict, said.proof, seen, key=key
            )
        )

    def _decision(self, form: ActForm, task: Task) -> Doing:
        granted = granted_in(form)
        wording = wording_of(form, granted) if form.document.strip() or not granted else None
        reason = form.reasons[0] if form.reasons and not granted else None
        number, kind = task.project_no, 0 if granted else 1

        def run(facts: Facts, key: str | None) -> str:
            self.tasks.decide(facts, number, granted, kind, reason, form.seen, key=key)
            if wording is None:
                return "decide"
            own = f"{key}/document" if key else None
            try:
                self.tasks.issue_decision(facts, number, wording, form.statement, key=own)
            except (ApprovalRuleError, ClockRuleError, BanjianError):
                return "document_failed"
            return "decided_with_document"

        return Doing(run)
