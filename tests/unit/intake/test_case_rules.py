"""Acceptance by declared rules, human review, and what a later check takes back (PIPL art. 24)."""

from __future__ import annotations

import pytest

from services.intake.domain import AcceptanceRule, CaseState, Conditions
from services.intake.domain.case_rules import (
    CaseStateError,
    NotByRuleError,
    ReviewStateError,
)
from services.intake.domain.terms import Acceptance
from services.kernel.calendar_seed import SEED
from tests.unit.facts import HOUSE
from tests.unit.intake.lives import accepted, applied, at, names, told
from tests.unit.intake.rows import ITEM

BY_RULE = Acceptance("auto", rule="I1", rule_version=2)
WHEN = "2020-09-29 10:00"


def rule(**changed: bool) -> AcceptanceRule:
    found = AcceptanceRule.of("I1")
    found.declare(told(WHEN), "I1", Conditions(["online", "mobile"], **changed))
    return found


def test_rule_accepts_when_all_its_conditions_hold() -> None:
    assert rule().accepts("online", declared_trust=True, complete=True)
    assert not rule().accepts("window", declared_trust=True, complete=True)
    assert not rule().accepts("online", declared_trust=False, complete=True)
    assert not rule().accepts("online", declared_trust=True, complete=False)
    assert rule(needs_declared_trust=False).accepts("online", False, True)
    assert rule(needs_all_materials=False).accepts("online", True, False)


def test_rule_has_versions_names_who_declared_it_and_ends() -> None:
    found = rule()
    found.declare(told(WHEN), "I1", Conditions(["online"]))
    assert (found.rule_version, found.declared_by) == (2, "clerk-12")

    found.revoke(told(WHEN), "停用")

    assert not found.accepts("online", declared_trust=True, complete=True)
    with pytest.raises(CaseStateError):
        found.revoke(told(WHEN), "停用")


def test_acceptance_by_rule_names_its_version() -> None:
    case = applied()

    case.accept(told(WHEN), ITEM, at(WHEN), SEED, BY_RULE)

    event = case.pending[-1]
    assert (event.mode, event.rule, event.rule_version) == ("auto", "I1", 2)  # type: ignore[attr-defined]


def test_review_takes_back_what_does_not_stand() -> None:
    case = accepted(WHEN, BY_RULE)
    case.request_review(told(WHEN))
    with pytest.raises(ReviewStateError):
        case.request_review(told(WHEN))

    case.conclude_review(told("2020-09-30 10:00"), False, "声明不实", SEED)

    assert names(case)[-2:] == ["HumanReviewConcluded", "AcceptanceWithdrawn"]
    assert (case.state, case.accepted_at) == (CaseState.SUBMITTED, None)
    assert str(case.notice_due_at) == "2020-10-14 23:59:59+08:00"
    case.refuse(told("2020-10-09 10:00"), "false_statement", "声明不实")
    assert case.state is CaseState.REFUSED


def test_review_that_upholds_changes_nothing() -> None:
    case = accepted(WHEN, BY_RULE)
    case.request_review(told(WHEN))

    case.conclude_review(told(WHEN), True, "属实", SEED)

    assert (case.state, case.review) == (CaseState.ACCEPTED, None)
    with pytest.raises(ReviewStateError):
        case.conclude_review(told(WHEN), True, "属实", SEED)


def test_refusal_by_rule_is_reviewed_and_overturned() -> None:
    case = applied()
    case.refuse(told("2020-09-24 10:00"), "item_frozen", "冻结", automatic=True)
    case.request_review(told("2020-09-25 10:00"))

    case.conclude_review(told("2020-09-25 11:00"), False, "已恢复", SEED)

    assert case.state is CaseState.SUBMITTED


def test_what_a_person_or_silence_decided_is_no_rules_doing() -> None:
    with pytest.raises(NotByRuleError):
        accepted().request_review(told(WHEN))
    with pytest.raises(NotByRuleError):
        accepted().withdraw_acceptance(told(WHEN), "x", SEED)
    silent = applied("2020-09-24 10:00")
    silent.deem_accepted(told("2020-10-01 00:00", HOUSE), ITEM, at("2020-10-01 00:00"), SEED)
    with pytest.raises(NotByRuleError):
        silent.withdraw_acceptance(told("2020-10-09 10:00"), "x", SEED)


def test_later_check_that_fails_withdraws_the_acceptance() -> None:
    case = accepted(WHEN, BY_RULE)

    case.withdraw_acceptance(told("2020-09-30 10:00"), "登记信息不符", SEED)

    assert case.pending[-1].rule_version == 2  # type: ignore[attr-defined]
    assert (case.state, dict(case.counts)) == (CaseState.SUBMITTED, {})
