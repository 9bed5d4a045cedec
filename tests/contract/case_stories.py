"""Stories of cases: every way they begin, wait and end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.intake.domain import (
    AcceptanceRule,
    Application,
    Case,
    Conditions,
    Decision,
    NoticeItem,
    Standstill,
)
from services.intake.domain.accepted import AUTO
from services.intake.domain.clocks import count
from services.intake.domain.events import CaseRefusedV1
from services.intake.domain.terms import Acceptance, ReopeningGround
from services.kernel.aggregate import Aggregate
from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Kind
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.limits import Limit
from tests.unit.facts import CLERK, HOUSE, NOW, facts
from tests.unit.intake.rows import ITEM

SUPERVISOR = Actor(ActorKind.PERSON, "supervisor-2", role="supervisor")
APPLICANT = Actor(ActorKind.PERSON, "applicant-7", role="applicant")
PLAN = NoticeItem("plan-drawing", "施工图", "缺少签章,请补盖后提交")
SOIL = NoticeItem("soil-report", "地质勘察报告", "未提交")
IMMEDIATE = replace(ITEM, case_type="IMMEDIATE")
OLD = WorkCalendar.of(
    [Edition(2020, 1, "unamended", date(2019, 11, 21), {date(2020, 10, 26): "放假"}, {})]
)
"""With a holiday that was cancelled later."""
BY_RULE = Acceptance(AUTO, rule="I1", rule_version=1)


def day(days: float) -> datetime:
    return NOW + timedelta(days=days)


def told(number: str, days: float = 0, actor: Actor = CLERK) -> Facts:
    return facts(actor, day(days), number)


def applied(number: str, **changed: object) -> Case:
    said = Application(number, "I1", "online", f"s-{number}", account="applicant-7", at_once=False)
    return Case.submit(told(number, actor=APPLICANT), replace(said, **changed), calendar=SEED)  # type: ignore[arg-type]


def accepted(number: str, how: Acceptance | None = None, **changed: object) -> Case:
    case = applied(number, **changed)
    case.accept(told(number), ITEM, NOW, SEED, how or Acceptance(attested=True))
    return case


def corrected_case() -> Case:
    """Drafted, handed in, asked for more twice (the second a fault), brought in two parts."""
    number = "case-20"
    said = Application(
        number, "I1", "online", "s-20", None, 1, "2", None, "applicant-7", declared_trust=True
    )
    case = Case.draft(told(number, actor=APPLICANT), said)
    case.hand_in(told(number, 0.1, APPLICANT), SEED)
    limit = count(Kind.NOTICE, Limit(10), day(1), SEED)
    case.notify(told(number, 1), [PLAN, SOIL], limit, "clerk-12", "07")
    case.take_corrections(told(number, 2, APPLICANT), ["plan-drawing"], SEED)
    case.notify(told(number, 3), [NoticeItem("lease", "租赁合同", "遗漏")], limit, "clerk-12", "07")
    case.take_corrections(told(number, 4, APPLICANT), ["soil-report"], SEED)
    return case


def abandoned_case() -> Case:
    case = applied("case-21")
    limit = count(Kind.NOTICE, Limit(10), day(1), SEED)
    case.notify(told("case-21", 1), [PLAN], limit, "clerk-12", None)
    case.lapse_corrections(told("case-21", 20, HOUSE), day(20))
    return case


def deemed_case() -> Case:
    """Nobody said anything: accepted as of the receipt; decided on a condition, then for good."""
    case = applied("case-22")
    case.deem_accepted(told("case-22", 8, HOUSE), ITEM, day(8), SEED)
    case.route(told("case-22", 8, HOUSE), "D07", "case-22")
    case.complete(told("case-22", 9, HOUSE), Decision(True, 0, day(9), conditional=True))
    case.complete(told("case-22", 12, HOUSE), Decision(True, 0, day(12), task_id="case-22"))
    case.deliver(told("case-22", 13), "courier")
    case.archive(told("case-22", 14), "2020-0022")
    return case


def reviewed_case() -> Case:
    """Refused by a rule, reviewed; accepted by a rule, reviewed; then refused by a clerk."""
    case = applied("case-23", declared_trust=True)
    case.refuse(told("case-23"), "item_frozen", "该事项已冻结。", automatic=True)
    case.request_review(told("case-23", 1, APPLICANT))
    case.conclude_review(told("case-23", 1), False, "事项已恢复", SEED)
    case.accept(told("case-23", 2, HOUSE), ITEM, day(2), SEED, BY_RULE)
    case.request_review(told("case-23", 3, APPLICANT))
    case.conclude_review(told("case-23", 4), False, "声明与登记不符", SEED)
    case.refuse(told("case-23", 5), "no_jurisdiction", "不属于本机关职权", "市自然资源和规划局")
    case.overturn_refusal(told("case-23", 30, SUPERVISOR), "suit", SEED, "行初7号")
    return case


def not_required_case() -> Case:
    case = applied("case-24")
    case.declare_not_required(told("case-24", 1), "该活动依法不需要取得行政许可。")
    return case


def withdrawn_case() -> Case:
    """Stands still, goes on, gets more time, is withdrawn in part and as a whole."""
    case = accepted("case-25")
    said = Standstill("EXPERT_REVIEW", day(1), 5, "case-25", "N-17")
    case.suspend(told("case-25", 1), said, SEED)
    case.resume(told("case-25", 3), "EXPERT_REVIEW", day(3), SEED, "case-25")
    case.extend(told("case-25", 4), 5, "authority_head", day(4), SEED)
    case.withdraw(told("case-25", 5, APPLICANT), "part", ["sub-item-2"], "", SEED)
    case.withdraw(told("case-25", 6, APPLICANT), "whole", [], "已缴费用按规定退还", SEED)
    return case


def forwarded_case() -> Case:
    case = accepted("case-26")
    case.forward_up(told("case-26", 1), "市住房和城乡建设局", SEED)
    return case


def voided_case() -> Case:
    case = accepted("case-27")
    case.void(told("case-27", 1), "chief-3", "申请人主体已注销", SEED)
    return case


def deleted_case() -> Case:
    case = accepted("case-28")
    case.delete_in_error(told("case-28", 1), "chief-3", "重复录入")
    return case


def immediate_case() -> Case:
    case = applied("case-29")
    case.accept(told("case-29"), IMMEDIATE, NOW, SEED)
    case.decide_on_spot(told("case-29"), True, "材料齐全")
    return case


def refused_before() -> Case:
    """As earlier releases refused: their logs stay readable."""
    case = Case.submit(told("case-30"), Application("case-30", "X", "online", "s-30"))
    case.record(
        CaseRefusedV1,
        told("case-30"),
        project_no="case-30",
        item_code="X",
        reason_code="not_on_any_list",
        reason="清单之外无审批。",
        refused_at=NOW,
    )
    return case


def reopened_case() -> Case:
    """Its deemed consent was void: decided again, and otherwise; the days of its notice moved."""
    number = "case-33"
    case = applied(number)
    case.notify(told(number), [PLAN], count(Kind.NOTICE, Limit(10), NOW, OLD), "clerk-12", "07", 10)
    case.recount_limit(told(number, 1, HOUSE), SEED)
    case.take_corrections(told(number, 2, APPLICANT), ["plan-drawing"], SEED)
    case.accept(told(number, 2), ITEM, day(2), SEED)
    case.route(told(number, 2), "D07", number)
    case.complete(told(number, 12, HOUSE), Decision(True, 0, day(12), task_id=number))
    ground = ReopeningGround.DEEMED_CONSENT_VOIDED
    case.reopen(told(number, 13, HOUSE), ground, SEED, number)
    case.complete(told(number, 13, HOUSE), Decision(False, 1, day(9), task_id=number))
    return case


def acceptance_rule() -> AcceptanceRule:
    rule = AcceptanceRule.of("I1")
    rule.declare(facts(SUPERVISOR, subject="I1"), "I1", Conditions(["online"]))
    rule.declare(facts(SUPERVISOR, subject="I1"), "I1", Conditions(["online", "mobile"], False))
    rule.revoke(facts(SUPERVISOR, subject="I1"), "规则停用")
    return rule


CASE_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-corrected-case": corrected_case,
    "intake-abandoned-case": abandoned_case,
    "intake-deemed-case": deemed_case,
    "intake-reviewed-case": reviewed_case,
    "intake-not-required-case": not_required_case,
    "intake-withdrawn-case": withdrawn_case,
    "intake-forwarded-case": forwarded_case,
    "intake-voided-case": voided_case,
    "intake-deleted-case": deleted_case,
    "intake-immediate-case": immediate_case,
    "intake-refused-before": refused_before,
    "intake-reopened-case": reopened_case,
    "intake-acceptance-rule": acceptance_rule,
}
