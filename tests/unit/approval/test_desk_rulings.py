"""What supervisors, the lead and the government are offered on the desk, and what it says first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from services.approval.desk_answers import ActForm, JointForm
from services.approval.domain import Notice, Process, VoidGround
from services.approval.pages.desk_forms import Around, forms, rulings
from services.approval.pages.desk_joint import JOINT_ACTS, ROLES, joint_forms
from services.approval.pages.foresight import foresee
from services.approval.service.desk_acts import role_for
from services.approval.service.desk_forms import ruling_in
from services.approval.service.desk_joint import _member
from services.approval.service.desk_room import FormError
from services.kernel.clock import Reason
from tests.unit.approval.projects import (
    BEGUN,
    REFUSE,
    chain,
    day,
    decide,
    everything,
    facts,
    fire,
    member,
    officer,
    opened,
    single,
)
from tests.unit.approval.test_desk_pages import NAMES, process_html, task_page

LATER = day(9, 24)
GOVERNMENT = officer("00", "head-1", "government_head")
PROOF = "a" * 64


def offered(process: Process, item: str, at: datetime = LATER) -> set[str]:
    """Give the acts a supervisor is offered on the task of an item."""
    task = process.task(f"case-{item}")
    return {name for name, _, _ in forms(process, task, Around(NAMES), at, {"supervisor"}, "").acts}


def jointly(process: Process, role: str, at: datetime = BEGUN) -> set[str]:
    """Give the acts somebody is offered on the whole."""
    return {name for name, _, _ in joint_forms(process, NAMES, at, {role}).acts}


def test_supervisor_is_offered_to_void_or_overturn_a_deemed_consent() -> None:
    process = chain(A="", B="A")
    assert offered(process, "A", BEGUN) == set()
    fire(process, "A")

    assert offered(process, "A") == {"void", "overturn"}
    decide(process, "B", at=LATER)
    assert offered(process, "A") == {"overturn"}  # the next stage stands on it (K07)


def test_supervisor_is_offered_to_reopen_what_was_rejected_and_waive_what_may_be() -> None:
    process = opened(member("A"), member("B", waivable=True))
    decide(process, "A", REFUSE)

    assert offered(process, "A", BEGUN) == {"reopen"}
    assert offered(process, "B", BEGUN) == {"waive"}
    assert role_for("waive") == "supervisor"


def test_officer_is_offered_no_ruling() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    found = forms(process, process.task("case-A"), Around(NAMES), LATER, {"officer"}, "DA")

    assert {name for name, _, _ in found.acts} == {"late"}
    assert (role_for("late"), role_for("extend")) == ("officer", "department_head")


def test_ruling_says_first_what_it_will_do() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    effects = rulings(process, process.task("case-A"), NAMES, LATER)

    assert effects["void"][:2] == ["规划许可：默许 → 待办", "施工许可：待办 → 等待前置"]
    assert "撤销责任记录 2 条" in effects["void"]
    assert "施工许可：待办 → 已撤销" in effects["overturn"]
    assert "并联审批办结：不予" in effects["overturn"]
    assert not any("责任" in line for line in effects["overturn"])


def test_looking_ahead_changes_nothing() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    before, version = everything(process), process.version
    pending = len(process.pending)
    told = ("case-A", VoidGround.WRONG_CLOCK, "")

    assert foresee(process, NAMES, LATER, Process.void, *told) is not None
    assert foresee(process, NAMES, LATER, Process.reopen_task, "case-A", "") is None
    assert (everything(process), process.version, len(process.pending)) == (
        before,
        version,
        pending,
    )


def test_page_of_a_supervisor_has_the_forms_with_what_they_do() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    page = task_page(process, role="supervisor", at=LATER)

    assert "认定默许无效" in page and "撤销默许" in page
    assert "规划许可：默许 → 待办。" in page and "button-danger" in page


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"act": "void", "proof": PROOF}, "ground"),
        ({"act": "void", "ground": "WRONG_CLOCK", "proof": "no digest"}, "proof"),
        ({"act": "void", "ground": "WRONG_CLOCK"}, "proof"),
        ({"act": "overturn", "compensation": "no"}, "legal_ground"),
        ({"act": "overturn", "legal_ground": "art_69_1_2"}, "compensation"),
        ({"act": "overturn", "legal_ground": "art_69_2", "compensation": "yes"}, "compensation"),
        ({"act": "reopen", "reason": "because"}, "reason"),
        ({"act": "waive"}, "reason"),
    ],
)
def test_ruling_without_its_ground_is_refused_at_its_field(
    typed: dict[str, Any], field: str
) -> None:
    with pytest.raises(FormError) as refused:
        ruling_in(ActForm(**typed))

    assert refused.value.field == field


def test_ruling_is_read_as_the_api_reads_it() -> None:
    void = ActForm(act="void", ground="CALENDAR_AMENDED", proof=PROOF.upper())
    overturn = ActForm(act="overturn", legal_ground="art_69_1_3", compensation="yes")

    assert ruling_in(void) == {"ground": VoidGround.CALENDAR_AMENDED, "proof": PROOF}
    assert ruling_in(overturn) == {"legal_ground": "art_69_1_3", "compensation": True}


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("clerk", {"suspend", "add", "withdraw"}),
        ("government_head", {"extend"}),
        ("supervisor", set()),
        ("officer", set()),
    ],
)
def test_whole_is_acted_on_by_its_roles(role: str, acts: set[str]) -> None:
    assert jointly(chain(A="", B="A"), role) == acts


def test_case_of_one_department_has_no_joint_acts() -> None:
    assert jointly(single(), "clerk") == set()
    assert set(ROLES) == set(JOINT_ACTS)


def test_suspended_joint_limit_is_offered_to_go_on_and_an_extended_one_not_again() -> None:
    process = chain(A="", B="A")
    process.suspend_joint(facts(), Reason.HEARING, Notice("TZ-1", 5))
    assert "resume" in jointly(process, "clerk")
    process.resume_joint(facts(), Reason.HEARING)
    assert "resume" not in jointly(process, "clerk")

    process.extend_joint(facts(GOVERNMENT), 15, "complex_case", "TZ-2")
    assert jointly(process, "government_head") == set()


def test_extension_shows_the_new_end_of_each_choice() -> None:
    found = joint_forms(chain(A=""), NAMES, BEGUN, {"government_head"}).extensions

    assert len(found) == 15
    assert found[0].pair == ("1", "1 个工作日：联合时限至 11月16日")


def test_withdrawal_says_what_falls_with_each_item() -> None:
    found = joint_forms(chain(A="", B="A", C=""), NAMES, BEGUN, {"clerk"}).withdrawals
    said = {one.text: one.effect for one in found}

    assert said["规划许可"] == "规划许可：待办 → 已撤销；施工许可：等待前置 → 已撤销"
    assert said["消防验收"] == "消防验收：待办 → 已撤销"


def test_only_waivable_items_are_offered_to_be_done_without() -> None:
    process = opened(member("A"), member("B", waivable=True), member("C", "B"))

    assert [one.value for one in joint_forms(process, NAMES, BEGUN, {"clerk"}).waivers] == [
        "case-B"
    ]
    assert "waive" in jointly(process, "supervisor")


def test_process_page_shows_each_its_own_forms() -> None:
    process = chain(A="", B="A")
    clerk, head = process_html(process, role="clerk"), process_html(process, role="government_head")

    assert "中止联合时限" in clerk and "撤回申请" in clerk and "延长联合时限" not in clerk
    assert "延长联合时限" in head and "中止联合时限" not in head
    assert "可以做什么" not in process_html(process)


def test_department_that_joins_is_read_as_the_api_reads_it() -> None:
    told: dict[str, Any] = {
        "project_no": " case-9 ",
        "item_code": "E",
        "department": "DE",
        "needs": ["A"],
    }
    assert _member(JointForm(act="add", **told)).needs == ("A",)
    with pytest.raises(FormError) as refused:
        _member(JointForm(act="add", item_code="E", department="DE"))

    assert refused.value.field == "project_no"
