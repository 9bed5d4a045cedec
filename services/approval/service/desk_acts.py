"""One task on the desk: its page, and every act on it as a form of that page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from services.approval.application.decisions import REASONS
from services.approval.desk_answers import ActForm, TaskQuery
from services.approval.domain import (
    ApprovalRuleError,
    NoTaskError,
    Process,
    Task,
)
from services.approval.domain.decision_terms import Remedies
from services.approval.pages.desk_forms import ACTS, RULINGS, Around, consequences
from services.approval.pages.desk_task import task_desk
from services.approval.pages.desk_words import (
    DELAY_REASONS,
    DELAY_REMEDIES,
    EXTEND_REASONS,
    OVERTURN_GROUNDS,
    REOPEN_REASONS,
    RETURN_REASONS,
    VOID_GROUNDS,
    WAIVE_REASONS,
)
from services.approval.projections.commitments import list_commitments
from services.approval.projections.papers import list_decisions
from services.approval.projections.surveys import list_surveys
from services.approval.service.desk_doings import DeskDoings
from services.approval.service.desk_forms import granted_in, lines_of, typed_in
from services.approval.service.desk_room import (
    DESK,
    PAGES,
    FormError,
    said_of,
    to,
)
from services.chassis.errors import ConflictError, NotAllowedError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.kernel.clock import ClockRuleError, legal_date

S = TypeVar("S", bound=msgspec.Struct)
HEAD_ACTS: Final = frozenset({"extend"})
"""Acts of the head of the department; RULINGS are the supervisor's, all others the officer's."""
UNVERSIONED: Final = frozenset({"conditional", "survey", "document"})
"""Acts whose commands do not compare the version themselves."""
DONE: Final[Mapping[str, str]] = {
    "start": "已开始办理，经办人是您。",
    "return": "已退回，等待他人办理；时限照常计算。",
    "suspend": "时限已中止；办妥后请恢复计时。",
    "resume": "时限已恢复计算。",
    "extend": "时限已延长。",
    "notice": "申请人延误已告知；同时告知申请人和综合窗口的，承诺时限中止。",
    "survey": "联合踏勘已申请，由综合窗口约定时间。",
    "late": "逾期决定已登记。",
    "conditional": "已预先作出决定；承诺的材料补齐前不发证。",
    "decide": "决定已作出。",
    "decided_with_document": "决定已作出，文书已出具，等待用印。",
    "document": "文书已出具，等待用印。",
    "void": "默许已认定无效；任务重新等待决定。",
    "overturn": "默许已撤销。",
    "reopen": "任务已重新办理，时限从现在起算。",
    "waive": "这个事项已免办。",
    "document_failed": "决定已作出，但文书没有出具成功；请在下面再出具一次。",
}


class DeskActs(DeskDoings):
    """Pages of approval's service: one task, and what is done to it."""

    @route(
        "GET",
        "/desk/tasks/<project_no>",
        html=True,
        query=TaskQuery,
        roles=DESK,
        summary="A task to work on: its clocks, what it waits for, and what can be done",
    )
    def show_task(self, call: Call[None, TaskQuery]) -> str:
        return self._task_page(call, ActForm(), done=DONE.get(call.query.done, ""))

    @route(
        "POST",
        "/desk/tasks/<project_no>",
        html=True,
        request=ActForm,
        roles=DESK,
        summary="Act on a task; refused with a page that says what changed meanwhile",
    )
    def act_on_desk(self, call: Call[ActForm]) -> Any:
        """A decision is first shown with what it will do, and done when that is confirmed."""
        form, number = call.body, call.path["project_no"]
        role = role_for(form.act)
        if role not in call.caller.roles or form.act not in ACTS:
            raise NotAllowedError("您的角色不能这样办理。your role does not do this")
        process, task = self._process(number)
        try:
            shows = form.act == "decide" and form.confirmed != "yes"
            if (shows or form.act in UNVERSIONED) and form.seen != process.version:
                raise ConflictError("it changed meanwhile; look again")
            doing = self._doing(form, process, task)
            if shows:
                return self._confirm(call, form, process, task)
            done = doing.run(
                self._facts(call, role, process.process_no), self.key_of(call, form.once)
            )
        except ConflictError:
            return Reply(self._conflict(call, form), status=409)
        except (FormError, ApprovalRuleError, ClockRuleError, NoTaskError) as error:
            return Reply(self._task_page(call, form, error), status=422)
        said = done if isinstance(done, str) else form.act
        return to(call, f"/desk/tasks/{number}?done={said}")

    def _process(self, number: str) -> tuple[Process, Task]:
        process: Process = self.tasks.process_of_task(number, counting=True)
        return process, process.task(number)

    def _around(self, process: Process, task: Task) -> Around:
        database, number = self.tasks.database, task.project_no
        letters = list_commitments(database, project_no=number, limit=20)
        return Around(
            self.names({one.item_code for one in process.tasks.values()}),
            [
                one
                for one in list_surveys(database, process_no=process.process_no, limit=20)
                if task.department in one.departments
            ],
            letters,
            list_decisions(database, project_no=number, limit=5),
        )

    def _task_page(
        self,
        call: Call[Any, Any],
        form: ActForm,
        refused: Exception | None = None,
        done: str = "",
    ) -> str:
        process, task = self._process(call.path["project_no"])
        events = self.tasks.events_of(process.id)
        around = self._around(process, task)
        caller = call.caller
        return PAGES.render(
            "desk_task.html",
            call,
            title=around.names.item(task.item_code),
            english="A task to decide",
            crumbs=[Crumb("审批工作台", "/desk")],
            done=done,
            warned=call.query is not None and call.query.done == "document_failed",
            opened=form.act,
            typed=form,
            refused=said_of(refused),
            wrong=refused.field if isinstance(refused, FormError) else "",
            once=self.once(),
            names_of_acts={name: text for name, (text, _) in ACTS.items()},
            reasons=REASONS,
            return_reasons=RETURN_REASONS,
            extend_reasons=EXTEND_REASONS,
            delay_reasons=DELAY_REASONS,
            delay_remedies=DELAY_REMEDIES,
            reopen_reasons=REOPEN_REASONS,
            waive_reasons=WAIVE_REASONS,
            overturn_grounds=OVERTURN_GROUNDS,
            void_grounds=VOID_GROUNDS,
            **task_desk(process, task, events, around, self.clock.now(), caller.roles, caller.unit),
        )

    def _confirm(self, call: Call[Any, Any], form: ActForm, process: Process, task: Task) -> str:
        granted = granted_in(form)
        names = self.names({one.item_code for one in process.tasks.values()})
        day = legal_date(self.clock.now())
        remedies = "" if granted else Remedies(form.review.strip(), form.court.strip()).text(day)
        return PAGES.render(
            "desk_confirm.html",
            call,
            title="确认决定" if granted else "确认不予许可",
            english="Confirm the decision",
            crumbs=[
                Crumb("审批工作台", "/desk"),
                Crumb(names.item(task.item_code), f"/desk/tasks/{task.project_no}"),
            ],
            task=task,
            item=names.item(task.item_code),
            department=names.department(task.department),
            granted=granted,
            form=form,
            once=self.once(),
            reasons=[REASONS.get(one, one) for one in form.reasons],
            legal_basis=lines_of(form.legal_basis),
            remedies=remedies,
            effects=consequences(process, task, granted, names),
        )

    def _conflict(self, call: Call[Any, Any], form: ActForm) -> str:
        process, task = self._process(call.path["project_no"])
        back = f"/desk/tasks/{task.project_no}"
        return self.conflict_page(call, process, form.seen, ACTS[form.act][0], back, typed_in(form))


def role_for(act: str) -> str:
    """Say in which role an act on a task is done."""
    if act in RULINGS:
        return "supervisor"
    return "department_head" if act in HEAD_ACTS else "officer"
