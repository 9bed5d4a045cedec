"""A case before its decision, over HTTP: handed in, accepted, asked for more, turned away."""

from __future__ import annotations

from typing import Any

from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.web import Call, route
from services.intake.answers import Taken
from services.intake.application.cases import stream_of
from services.intake.case_answers import (
    Accept,
    Act,
    Conclude,
    Correct,
    DeclareRule,
    Explain,
    Notify,
    Overturn,
    Refuse,
    Resume,
    RuleView,
    Suspend,
)
from services.intake.domain import AcceptanceRule, Case, Conditions, NoticeItem
from services.intake.service.case_desk import (
    APPLYING,
    CLERK,
    DECIDING,
    REVIEWING,
    SUPERVISOR,
    act,
    facts_of_case,
    moment_in,
    role_of,
)


class CaseActRoutes:
    """Routes of the nameko service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/cases/<project_no>/submission",
        request=Act,
        response=Taken,
        roles=APPLYING,
        summary="Hand in a draft",
    )
    def submit_draft(self, call: Call[Act]) -> Taken:
        return act(self, call, APPLYING, self.cases.submit_draft)

    @route(
        "POST",
        "/cases/<project_no>/acceptance",
        request=Accept,
        response=Taken,
        roles=CLERK,
        summary="Accept an application (受理); names the required materials that are missing (422)",
    )
    def accept_case(self, call: Call[Accept]) -> Taken:
        return act(self, call, CLERK, self.cases.accept_case, call.body.attested)

    @route(
        "POST",
        "/cases/<project_no>/notices",
        request=Notify,
        response=Taken,
        roles=CLERK,
        status=201,
        summary="Tell the applicant all that is missing, once (一次性告知)",
    )
    def notify_case(self, call: Call[Notify]) -> Taken:
        """A second notice is a recorded fault and gives nobody another five days."""
        said = call.body
        items = [NoticeItem(one.code, one.material, one.wrong) for one in said.items]
        return act(self, call, CLERK, self.cases.notify_case, items, said.days)

    @route(
        "POST",
        "/cases/<project_no>/corrections",
        request=Correct,
        response=Taken,
        roles=APPLYING,
        status=201,
        summary="Bring what the notice asks for, all or part (补正)",
    )
    def take_corrections(self, call: Call[Correct]) -> Taken:
        return act(self, call, APPLYING, self.cases.take_corrections, call.body.items)

    @route(
        "POST",
        "/cases/<project_no>/refusal",
        request=Refuse,
        response=Taken,
        roles=CLERK,
        status=201,
        summary="Refuse an application (不予受理) with its reason; the remedies are added",
    )
    def refuse_case(self, call: Call[Refuse]) -> Taken:
        said = call.body
        told = (said.reason_code, said.reason, said.other_authority)
        return act(self, call, CLERK, self.cases.refuse_case, *told)

    @route(
        "POST",
        "/cases/<project_no>/not-required",
        request=Explain,
        response=Taken,
        roles=CLERK,
        status=201,
        summary="Say that it needs no licence (不受理)",
    )
    def declare_not_required(self, call: Call[Explain]) -> Taken:
        return act(self, call, CLERK, self.cases.declare_not_required, call.body.reason)

    @route(
        "POST",
        "/cases/<project_no>/refusal/overturning",
        request=Overturn,
        response=Taken,
        roles=SUPERVISOR,
        status=201,
        summary="Void a refusal; the application is dealt with again",
    )
    def overturn_refusal(self, call: Call[Overturn]) -> Taken:
        said = call.body
        told = (said.ground, said.ruling_no)
        return act(self, call, SUPERVISOR, self.cases.overturn_refusal, *told)

    @route(
        "POST",
        "/cases/<project_no>/suspension",
        request=Suspend,
        response=Taken,
        roles=DECIDING,
        status=201,
        summary="Let its clocks stand still (中止); art. 45 stops both, other reasons the promise",
    )
    def suspend_case(self, call: Call[Suspend]) -> Taken:
        said = call.body
        self._check_department(call)
        since = moment_in("since", said.since)
        told = (said.reason.value, since, said.expected_days)
        notice_no = said.notice_no or None
        return act(self, call, DECIDING, self.cases.suspend_case, *told, notice_no=notice_no)

    @route(
        "POST",
        "/cases/<project_no>/resumption",
        request=Resume,
        response=Taken,
        roles=DECIDING,
        status=201,
        summary="Let its clocks go on",
    )
    def resume_case(self, call: Call[Resume]) -> Taken:
        said = call.body
        self._check_department(call)
        on = moment_in("on", said.on)
        reason = said.reason.value if said.reason else ""
        return act(self, call, DECIDING, self.cases.resume_case, on, reason)

    @route(
        "POST",
        "/cases/<project_no>/human-review",
        request=Act,
        response=Taken,
        roles=APPLYING,
        status=201,
        summary="Ask for a person to look at what a rule decided (个人信息保护法 art. 24)",
    )
    def request_review(self, call: Call[Act]) -> Taken:
        return act(self, call, APPLYING, self.cases.request_review)

    @route(
        "POST",
        "/cases/<project_no>/human-review/conclusion",
        request=Conclude,
        response=Taken,
        roles=REVIEWING,
        status=201,
        summary="Say what a person found; what does not stand is taken back",
    )
    def conclude_review(self, call: Call[Conclude]) -> Taken:
        said = call.body
        return act(self, call, REVIEWING, self.cases.conclude_review, said.upheld, said.reason)

    @route(
        "POST",
        "/cases/<project_no>/acceptance/withdrawal",
        request=Explain,
        response=Taken,
        roles=CLERK,
        status=201,
        summary="Take back an acceptance by rule that a later check does not confirm",
    )
    def withdraw_acceptance(self, call: Call[Explain]) -> Taken:
        return act(self, call, CLERK, self.cases.withdraw_acceptance, call.body.reason)

    @route(
        "GET",
        "/items/<item_code>/acceptance-rule",
        response=RuleView,
        public=True,
        summary="The rule by which applications for an item are accepted (自动受理)",
    )
    def get_rule(self, call: Call) -> RuleView:
        return self._rule(call.path["item_code"])

    @route(
        "POST",
        "/items/<item_code>/acceptance-rule",
        request=DeclareRule,
        response=RuleView,
        roles=SUPERVISOR,
        status=201,
        summary="Declare the next version of an item's acceptance rule",
    )
    def declare_rule(self, call: Call[DeclareRule]) -> RuleView:
        code, said = call.path["item_code"], call.body
        facts = facts_of_case(self, call, code, SUPERVISOR)
        wanted = Conditions(
            sorted(set(said.channels)), said.needs_declared_trust, said.needs_all_materials
        )
        self.cases.declare_rule(facts, code, wanted, key=call.idempotency_key or None)
        return self._rule(code)

    @route(
        "POST",
        "/items/<item_code>/acceptance-rule/revocation",
        request=Explain,
        response=RuleView,
        roles=SUPERVISOR,
        summary="End an item's acceptance rule",
    )
    def revoke_rule(self, call: Call[Explain]) -> RuleView:
        code = call.path["item_code"]
        facts = facts_of_case(self, call, code, SUPERVISOR)
        self.cases.revoke_rule(facts, code, call.body.reason, key=call.idempotency_key or None)
        return self._rule(code)

    def _check_department(self, call: Call[Any]) -> None:
        """Let an officer stop and start the clocks of their own department's cases only."""
        if role_of(call, DECIDING) != "officer":
            return
        case: Case | None = self.cases.find(Case, stream_of(call.path["project_no"]))
        if case is not None and case.department:
            call.caller.require_unit(case.department)

    def _rule(self, item_code: str) -> RuleView:
        rule: AcceptanceRule | None = self.cases.acceptance_rule(item_code)
        if rule is None:
            raise NotFoundError("no acceptance rule of this item was ever declared")
        said = rule.conditions
        return RuleView(
            rule.item_code,
            rule.rule_version,
            rule.in_force,
            list(said.channels),
            said.needs_declared_trust,
            said.needs_all_materials,
            rule.declared_by,
        )
