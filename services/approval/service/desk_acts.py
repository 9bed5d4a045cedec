"""One task on the desk: its page, and every act on it as a form of that page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from services.approval.act_answers import DecideLate, Extend, NoticeDelay, Suspend
from services.approval.application.decisions import REASONS
from services.approval.certificate_answers import IssueDecision
from services.approval.desk_answers import ActForm, TaskQuery
from services.approval.domain import (
    ApprovalRuleError,
    NoTaskError,
    Notice,
    Process,
    Task,
    Verdict,
)
from services.approval.domain.decision_terms import DecisionResult, Remedies, Wording
from services.approval.domain.survey_terms import Participant, ParticipantKind
from services.approval.pages.desk_task import ACTS, Around, codes_of, consequences, task_desk
from services.approval.pages.desk_words import (
    DELAY_REASONS,
    DELAY_REMEDIES,
    EXTEND_REASONS,
    RETURN_REASONS,
    Names,
    refusal,
)
from services.approval.pages.process_words import moments
from services.approval.projections.certificates import list_decisions
from services.approval.projections.commitments import list_commitments
from services.approval.projections.surveys import list_surveys
from services.approval.service.desk_room import (
    DESK,
    PAGES,
    DeskRoom,
    FormError,
    moment_in,
    to,
)
from services.chassis.errors import BanjianError, ConflictError, NotAllowedError
from services.chassis.events import Event
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.kernel.clock import ClockRuleError, Reason, legal_date
from services.kernel.facts import Facts

S = TypeVar("S", bound=msgspec.Struct)
HEAD_ACTS: Final = frozenset({"extend"})
"""Acts of the head of the department; all others are the officer's."""
UNVERSIONED: Final = frozenset({"late", "conditional", "survey", "document"})
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
    "document_failed": "决定已作出，但文书没有出具成功；请在下面再出具一次。",
}


@dataclass(frozen=True)
class Doing:
    """An act that was read from its form and is ready to be done."""

    run: Callable[[Facts, str | None], object]


class DeskActs(DeskRoom):
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
        role = "department_head" if form.act in HEAD_ACTS else "officer"
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
                return act("return", reason=_one_of(RETURN_REASONS, form.reason, "reason"))
            case "suspend":
                stop = _read(form, Suspend, "reason", "expected_days", "notice_no")
                notice = Notice(stop.notice_no, stop.expected_days)
                return act("suspend", reason=stop.reason, notice=notice, clocks=[])
            case "resume":
                return act("resume", reason=_reason(form.reason))
            case "extend":
                _one_of(EXTEND_REASONS, form.reason, "reason")
                more = _read(form, Extend, "days", "reason", "notice_no")
                told = {"days": more.days, "reason": more.reason, "notice_no": more.notice_no}
                return act("extend", **told)
            case "notice":
                return act("notice", **_delay(form))
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
                wording = _wording(form, task.granted or bool(task.late))
                return Doing(
                    lambda facts, key: tasks.issue_decision(
                        facts, number, wording, form.statement, key=key
                    )
                )
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
        granted = _granted(form)
        told = {
            "decision": form.decision,
            "decided_at": at,
            "reason": form.reasons[0] if form.reasons and not granted else "",
            "proof": form.proof.strip().lower(),
        }
        said = _converted(told, DecideLate)
        verdict = Verdict(granted, 0 if granted else 1, at, reason=said.reason or None)
        number = task.project_no
        return Doing(
            lambda facts, key: self.tasks.decide_late(facts, number, verdict, said.proof, key=key)
        )

    def _decision(self, form: ActForm, task: Task) -> Doing:
        granted = _granted(form)
        wording = _wording(form, granted) if form.document.strip() or not granted else None
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
            refused=_refused(refused),
            wrong=refused.field if isinstance(refused, FormError) else "",
            once=self.once(),
            names_of_acts={name: text for name, (text, _) in ACTS.items()},
            reasons=REASONS,
            return_reasons=RETURN_REASONS,
            extend_reasons=EXTEND_REASONS,
            delay_reasons=DELAY_REASONS,
            delay_remedies=DELAY_REMEDIES,
            **task_desk(process, task, events, around, self.clock.now(), caller.roles, caller.unit),
        )

    def _confirm(self, call: Call[Any, Any], form: ActForm, process: Process, task: Task) -> str:
        granted = _granted(form)
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
            legal_basis=_lines(form.legal_basis),
            remedies=remedies,
            effects=consequences(process, task, granted, names),
        )

    def _conflict(self, call: Call[Any, Any], form: ActForm) -> str:
        process, task = self._process(call.path["project_no"])
        events: list[Event] = self.tasks.events_of(process.id)
        since = [event for event in events if event.version > form.seen]
        names: Names = self.names({one.item_code for one in process.tasks.values()})
        return PAGES.render(
            "desk_conflict.html",
            call,
            title="内容已被他人更改",
            english="It changed meanwhile",
            crumbs=[
                Crumb("审批工作台", "/desk"),
                Crumb(names.item(task.item_code), f"/desk/tasks/{task.project_no}"),
            ],
            task=task,
            act=ACTS[form.act][0],
            typed=_typed(form),
            moments=moments(since, names, codes_of(process), whose=not process.is_single),
        )


def _refused(error: Exception | None) -> str:
    if error is None:
        return ""
    return str(error) if isinstance(error, FormError) else f"{refusal(error)} {error}"


def _granted(form: ActForm) -> bool:
    if form.decision not in ("approve", "reject"):
        raise FormError("请选择准予或者不予。", "decision")
    return form.decision == "approve"


def _wording(form: ActForm, granted: bool) -> Wording:
    """Read what the document says.

    Raises:
        FormError: a refusal lacks what art. 38 asks for, or there is no number.
    """
    if not granted:
        for value, field, message in (
            (form.reasons, "reasons", "不予许可须说明理由（行政许可法第三十八条）。"),
            (_lines(form.legal_basis), "legal_basis", "请写明法律依据，每行一条。"),
            (form.review.strip(), "review", "请写明向谁申请行政复议。"),
            (form.court.strip(), "court", "请写明向哪个法院起诉。"),
        ):
            if not value:
                raise FormError(message, field)
    told = {
        "document": form.document.strip(),
        "result": DecisionResult.GRANTED if granted else DecisionResult.REFUSED,
        "reasons": [] if granted else list(form.reasons),
        "legal_basis": _lines(form.legal_basis),
        "review": form.review.strip(),
        "court": form.court.strip(),
        "statement": form.statement,
    }
    if not told["document"]:
        raise FormError("请填写文号。", "document")
    said = _converted(told, IssueDecision)
    remedies = None if granted else Remedies(said.review, said.court)
    return Wording(said.document, said.result, said.reasons, said.legal_basis, remedies)


def _delay(form: ActForm) -> dict[str, Any]:
    _one_of(DELAY_REASONS, form.reason, "reason")
    _one_of(DELAY_REMEDIES, form.remedy, "remedy")
    both = {"to_applicant": bool(form.to_applicant), "to_window": bool(form.to_window)}
    if not any(both.values()):
        raise FormError("请至少选一个告知对象；同时告知双方才停止时限。", "to_applicant")
    said = _read(form, NoticeDelay, "reason", "remedy", "notice_no", "expected_days", **both)
    notice = Notice(said.notice_no, said.expected_days)
    return {"reason": said.reason, "remedy": said.remedy, "notice": notice, **both}


_FIELDS: Final = {
    "expected_days": "请填写预计的工作日数，1 到 365。",
    "days": "请选择延长的天数。",
    "notice_no": "请填写书面通知的编号。",
    "reason": "请选择原因。",
    "proof": "文书摘要是 64 位十六进制数；没有可以不填。",
}


def _read(form: ActForm, shape: type[S], *names: str, **more: Any) -> S:
    """Read these fields as the API would."""
    told: dict[str, Any] = {name: getattr(form, name).strip() for name in names}
    return _converted({name: value for name, value in told.items() if value} | more, shape)


def _converted(told: dict[str, Any], shape: type[S]) -> S:
    try:
        return msgspec.convert(told, shape, strict=False)
    except msgspec.ValidationError as error:
        text = str(error)
        place = text.rpartition("`$.")[2].partition("`")[0].partition("[")[0]
        missing = text.partition("required field `")[2].partition("`")[0]
        field = missing or place
        message = _FIELDS.get(field, f"请核对这一项。{text.partition(' - ')[0]}")
        raise FormError(message, field) from None


def _one_of(known: Mapping[str, str], code: str, field: str) -> str:
    if code not in known:
        raise FormError("请选择一项。", field)
    return code


def _reason(text: str) -> Reason:
    try:
        return Reason(text)
    except ValueError:
        raise FormError("请选择原因。", "reason") from None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _typed(form: ActForm) -> list[tuple[str, str]]:
    """Give what was typed and would be lost, in words."""
    labels = {
        "notice_no": "通知编号",
        "expected_days": "预计工作日",
        "days": "延长",
        "document": "文号",
        "legal_basis": "法律依据",
        "statement": "说明",
        "place": "地点",
    }
    return [(text, getattr(form, name)) for name, text in labels.items() if getattr(form, name)]
