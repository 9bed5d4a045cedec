"""What is done to a whole process, as forms of its page."""

from __future__ import annotations

from typing import Any, Final

from services.approval.act_answers import AddDepartment, Extend, Suspend
from services.approval.desk_answers import JointForm
from services.approval.domain import ApprovalRuleError, Member, NoTaskError, Notice, Process
from services.approval.pages.desk_joint import JOINT_ACTS, ROLES
from services.approval.pages.desk_words import EXTEND_REASONS, WAIVE_REASONS
from services.approval.service.desk_forms import converted, one_of, reason_of
from services.approval.service.desk_room import (
    CLERK,
    GOVERNMENT,
    SUPERVISOR,
    DeskRoom,
    FormError,
    to,
)
from services.chassis.errors import ConflictError, NotAllowedError
from services.chassis.web import Call, Reply, route
from services.kernel.clock import ClockRuleError
from services.kernel.facts import Facts

JOINT_DONE: Final = {
    "suspend": "联合时限已中止；办妥后请恢复计时。",
    "resume": "联合时限已恢复计算。",
    "extend": "联合时限已延长。",
    "add": "部门已加入；联合时限不变。",
    "waive": "这个事项已免办。",
    "withdraw": "已撤回；已经作出的决定不受影响。",
}


class DeskJoint(DeskRoom):
    """Part of the service: the lead's, the government's and the supervisor's acts on the whole."""

    @route(
        "POST",
        "/desk/processes/<process_no>",
        html=True,
        request=JointForm,
        roles=CLERK | GOVERNMENT | SUPERVISOR,
        summary="Act on a process: its joint limit, its departments, what is withdrawn",
    )
    def act_on_process(self, call: Call[JointForm]) -> Any:
        form, number = call.body, call.path["process_no"]
        roles = [one for one in ROLES.get(form.act, ()) if one in call.caller.roles]
        if not roles:
            raise NotAllowedError("您的角色不能这样办理。your role does not do this")
        facts = self._facts(call, roles[0], number)
        try:
            self._do(form, number, facts, self.key_of(call, form.once))
        except ConflictError:
            return Reply(self._process_conflict(call, form), status=409)
        except (FormError, ApprovalRuleError, ClockRuleError, NoTaskError) as error:
            return Reply(self._process_again(call, form, error), status=422)
        return to(call, f"/processes/{number}?done={form.act}")

    def _do(self, form: JointForm, number: str, facts: Facts, key: str | None) -> None:
        """Read a form and do what it says.

        Raises:
            FormError: a field cannot be read; `field` is its name.
        """
        told: dict[str, Any]
        match form.act:
            case "add":
                member = _member(form)
                self.tasks.add_department(facts, number, member, form.seen, key=key)
                return
            case "waive":
                if not form.task:
                    raise FormError("请选择一个事项。", "task")
                told = {"reason": one_of(WAIVE_REASONS, form.reason, "reason")}
                self.tasks.act(facts, "waive", form.task, told, form.seen, key=key)
                return
            case "suspend":
                stop = converted(_some(form, "reason", "expected_days", "notice_no"), Suspend)
                notice = Notice(stop.notice_no, stop.expected_days)
                told = {"reason": stop.reason, "notice": notice}
            case "resume":
                told = {"reason": reason_of(form.reason)}
            case "extend":
                one_of(EXTEND_REASONS, form.reason, "reason")
                more = converted(_some(form, "days", "reason", "notice_no"), Extend)
                told = {"days": more.days, "reason": more.reason, "notice_no": more.notice_no}
            case _:
                if not form.tasks:
                    raise FormError("请至少选一个事项。", "tasks")
                told = {"task_ids": list(form.tasks)}
        self.tasks.act_jointly(facts, form.act, number, told, form.seen, key=key)

    def _process_again(self, call: Call[Any, Any], form: JointForm, refused: Exception) -> str:
        process: Process = self.tasks.process_of(call.path["process_no"], counting=True)
        events = self.tasks.events_of(process.id)
        return self.picture_of(call, process, events, form, refused)

    def _process_conflict(self, call: Call[Any, Any], form: JointForm) -> str:
        process: Process = self.tasks.process_of(call.path["process_no"], counting=True)
        act, back = JOINT_ACTS[form.act][0], f"/processes/{process.process_no}"
        typed = [("书面通知编号", form.notice_no), ("办件编号", form.project_no)]
        return self.conflict_page(
            call, process, form.seen, act, back, [one for one in typed if one[1]]
        )


def _member(form: JointForm) -> Member:
    told = _some(form, "project_no", "item_code", "department")
    said = converted(told | {"needs": list(form.needs)}, AddDepartment)
    return Member(said.project_no, said.item_code, said.department, None, tuple(said.needs))


def _some(form: JointForm, *names: str) -> dict[str, Any]:
    told = {name: getattr(form, name).strip() for name in names}
    return {name: value for name, value in told.items() if value}
