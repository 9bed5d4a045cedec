"""What officers and their heads do to single tasks over HTTP, short of deciding them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.approval.act_answers import (
    Act,
    Because,
    DecideLate,
    Extend,
    NoticeDelay,
    Overturn,
    Resume,
    Suspend,
    Void,
)
from services.approval.answers import Decided
from services.approval.domain import Notice, Verdict
from services.chassis.errors import ContractError
from services.chassis.web import Call, route
from services.chassis.web.histories import written
from services.kernel.facts import Facts

OFFICER: Final = frozenset({"officer"})
HEAD: Final = frozenset({"department_head"})
SUPERVISOR: Final = frozenset({"supervisor"})
LEAD: Final = frozenset({"clerk", "supervisor"})


class ActRoutes:
    """Routes of the nameko service."""

    name: str
    frame: Any
    tasks: Any

    @route(
        "POST",
        "/tasks/<project_no>/start",
        request=Act,
        response=Decided,
        roles=OFFICER,
        status=201,
        summary="Take a task of one's own department up",
    )
    def start(self, call: Call[Act]) -> Decided:
        return self._act(call, "officer", "start")

    @route(
        "POST",
        "/tasks/<project_no>/return",
        request=Because,
        response=Decided,
        roles=OFFICER,
        status=201,
        summary="Give a task back that was taken up (退回)",
    )
    def give_back(self, call: Call[Because]) -> Decided:
        return self._act(call, "officer", "return", reason=call.body.reason)

    @route(
        "POST",
        "/tasks/<project_no>/suspension",
        request=Suspend,
        response=Decided,
        roles=OFFICER,
        status=201,
        summary="Let the clocks of a task stand still, with a written notice",
    )
    def suspend(self, call: Call[Suspend]) -> Decided:
        said = call.body
        notice = Notice(said.notice_no, said.expected_days)
        clocks = list(said.clocks)
        return self._act(
            call, "officer", "suspend", reason=said.reason, notice=notice, clocks=clocks
        )

    @route(
        "POST",
        "/tasks/<project_no>/resumption",
        request=Resume,
        response=Decided,
        roles=OFFICER,
        status=201,
        summary="Let the clocks of a task go on",
    )
    def resume(self, call: Call[Resume]) -> Decided:
        return self._act(call, "officer", "resume", reason=call.body.reason)

    @route(
        "POST",
        "/tasks/<project_no>/extension",
        request=Extend,
        response=Decided,
        roles=HEAD,
        status=201,
        summary="Give a task more time, once, before it is due",
    )
    def extend(self, call: Call[Extend]) -> Decided:
        said = call.body
        told = {"days": said.days, "reason": said.reason, "notice_no": said.notice_no}
        return self._act(call, "department_head", "extend", **told)

    @route(
        "POST",
        "/tasks/<project_no>/delay-notice",
        request=NoticeDelay,
        response=Decided,
        roles=OFFICER,
        status=201,
        summary="Say that the applicant keeps the task waiting",
    )
    def notice_delay(self, call: Call[NoticeDelay]) -> Decided:
        said = call.body
        return self._act(
            call,
            "officer",
            "notice",
            reason=said.reason,
            remedy=said.remedy,
            notice=Notice(said.notice_no, said.expected_days),
            to_applicant=said.to_applicant,
            to_window=said.to_window,
        )

    @route(
        "POST",
        "/tasks/<project_no>/waiver",
        request=Because,
        response=Decided,
        roles=LEAD,
        status=201,
        summary="Do without a task, where the scheme allows it",
    )
    def waive(self, call: Call[Because]) -> Decided:
        role = min(call.caller.roles & LEAD)
        return self._act(call, role, "waive", reason=call.body.reason)

    @route(
        "POST",
        "/tasks/<project_no>/reopening",
        request=Because,
        response=Decided,
        roles=SUPERVISOR,
        status=201,
        summary="Have a rejected task decided again, after reconsideration",
    )
    def reopen(self, call: Call[Because]) -> Decided:
        return self._act(call, "supervisor", "reopen", reason=call.body.reason)

    @route(
        "POST",
        "/tasks/<project_no>/overturning",
        request=Overturn,
        response=Decided,
        roles=SUPERVISOR,
        status=201,
        summary="Set a deemed consent aside (行政许可法 art. 69)",
    )
    def overturn(self, call: Call[Overturn]) -> Decided:
        said = call.body
        told = {"legal_ground": said.legal_ground, "compensation": said.compensation}
        return self._act(call, "supervisor", "overturn", **told)

    @route(
        "POST",
        "/tasks/<project_no>/voiding",
        request=Void,
        response=Decided,
        roles=SUPERVISOR,
        status=201,
        summary="Undo a deemed consent that should not have been",
    )
    def void(self, call: Call[Void]) -> Decided:
        said = call.body
        return self._act(call, "supervisor", "void", ground=said.ground, proof=said.proof)

    @route(
        "POST",
        "/tasks/<project_no>/late-decision",
        request=DecideLate,
        response=Decided,
        roles=OFFICER,
        status=201,
        summary="File a decision after silence had counted as consent",
    )
    def decide_late(self, call: Call[DecideLate]) -> Decided:
        """With proof that it was made in time the deemed consent is void; else it stands."""
        said, task_id = call.body, call.path["project_no"]
        if said.decided_at.tzinfo is None:
            raise ContractError("decided_at needs an offset", field="decided_at")
        facts = self._facts(call, "officer", self.tasks.home_of(task_id))
        if said.decided_at > facts.occurred_at:
            raise ContractError("it cannot be decided later than now", field="decided_at")
        granted = said.decision == "approve"
        kind = (0 if granted else 1) if said.completion_kind is None else said.completion_kind
        verdict = Verdict(granted, kind, said.decided_at, reason=said.reason or None)
        key, seen = call.idempotency_key or None, said.expected_version
        place = self.tasks.decide_late(facts, task_id, verdict, said.proof, seen, key=key)
        return self._said(call, task_id, place)

    def _act(self, call: Call[Any], role: str, name: str, **arguments: Any) -> Decided:
        task_id = call.path["project_no"]
        facts = self._facts(call, role, self.tasks.home_of(task_id))
        place = self.tasks.act(
            facts,
            name,
            task_id,
            arguments,
            call.body.expected_version,
            key=call.idempotency_key or None,
        )
        return self._said(call, task_id, place)

    def _facts(self, call: Call[Any], role: str, subject: str) -> Facts:
        """Say who acts in which role; the time is when the database received it (D01)."""
        moment: datetime = self.tasks.received_now()
        return Facts(
            occurred_at=moment,
            subject=subject,
            actor=call.caller.actor(role),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
            department=call.caller.unit,
        )

    def _said(self, call: Call[Any], project_no: str, place: tuple[str, int]) -> Decided:
        found = written(call, self.tasks.database, self.name, *place)
        return Decided(project_no, found.event, found.position)
