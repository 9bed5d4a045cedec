"""What a clerk reads of the queue, of a case, of the notice, of fees and of bad reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.projection import Statement, Update
from services.chassis.web import Page
from services.chassis.web.entrypoint import routes_of
from services.chassis.web.parts import Cell
from services.intake import domain
from services.intake.answers import Applicant
from services.intake.case_answers import Refuse
from services.intake.desk_answers import (
    BadQuery,
    FormError,
    NewForm,
    NoticeForm,
    QueueQuery,
    SearchQuery,
    said,
    words,
    yes_or_no,
)
from services.intake.domain import Case, Known, ListedItem, NoticeItem
from services.intake.domain.case_rules import SameApproverError
from services.intake.domain.fee_terms import FeeState
from services.intake.domain.material_events import RejectionGround
from services.intake.domain.material_terms import MaterialState
from services.intake.domain.rating_events import RATING_FACTS
from services.intake.domain.rating_terms import Answer, AppealGround, Measure, RatingState, Scale
from services.intake.domain.reconciliation import Difference, Found
from services.intake.domain.rules import IntakeRuleError
from services.intake.domain.terms import Acceptance, Standstill
from services.intake.material_answers import ChecklistView, MaterialLine, MissingLine
from services.intake.pages import desk, desk_case, desk_fees, desk_ratings, desk_words, offers
from services.intake.pages.tickets import ticket_acts
from services.intake.projections.desk import DeskCounts, DeskRow, project, queue_key
from services.intake.service import Service, desk_acts
from services.kernel.calendar_seed import SEED
from services.kernel.clock import ClockRuleError
from tests.contract.rating_stories import CALLED, OPERATOR, UNIT, received, told
from tests.unit.facts import CLERK, NOW
from tests.unit.intake import lives
from tests.unit.intake.charges import notified
from tests.unit.intake.lives import PLAN, at
from tests.unit.intake.rows import ITEM

TIMES = desk.Times.of(at("2020-09-29 10:00"), SEED)
KNOWN = Known({"I1": ListedItem([ITEM])}, SEED)


def row(**changed: Any) -> DeskRow:
    told: dict[str, Any] = {
        "project_no": "case-1",
        "state": "submitted",
        "item_code": "I1",
        "item_name": None,
        "channel": "pc",
        "department": "D07",
        "window_no": None,
        "submitted_at": at("2020-09-24 10:00"),
        "due_at": at("2020-09-30 23:59"),
        "corrected_at": None,
        "review": None,
        "clerk": None,
    }
    return DeskRow(**told | changed)


@pytest.mark.parametrize(
    ("due", "light", "words_"),
    [
        ("2020-09-28 23:59", "red", "已逾期"),
        ("2020-09-29 23:59", "amber", "今天到期"),
        ("2020-09-30 23:59", "amber", "下一工作日到期"),
        ("2020-10-09 23:59", "", ""),
    ],
)
def test_what_is_late_is_red_and_what_is_about_to_be_is_amber(
    due: str, light: str, words_: str
) -> None:
    assert desk.due_of(at(due), TIMES) == (light, words_)


def test_before_a_holiday_the_first_day_after_it_is_the_next_one() -> None:
    times = desk.Times.of(at("2020-09-30 10:00"), SEED)

    assert desk.due_of(at("2020-10-09 23:59"), times)[1] == "下一工作日到期"
    assert desk.due_of(None, times) == ("", "")


def test_a_line_says_what_a_case_waits_for() -> None:
    known = Known({"I1": ListedItem([ITEM])}, SEED)
    times = desk.Times.of(NOW, SEED)

    def why(**changed: Any) -> str:
        return desk.line_of(row(**changed), times, known).why

    assert why() == "等受理或一次性告知"
    assert why(corrected_at=NOW) == "补正材料已到，请核对"
    assert why(state="correction_pending") == "等申请人补正"
    assert why(review="refusal", state="refused") == "申请人要求人工复核"
    line = desk.line_of(row(review="refusal", state="refused"), times, known)
    assert (line.item, line.due_light, line.window) == ("施工许可", "", "未分窗口")
    assert desk.line_of(row(item_code="other"), times, known).item == "other"


def test_counts_lead_to_their_part_and_keep_the_scope() -> None:
    counts = DeskCounts(3, 1, 2, 4, 5, 1, 1)
    query = QueueQuery(waits="late", scope="all", channel="pc")

    found = {one.text: one for one in desk.tiles(counts, query)}

    assert found["全部待办"].number == 5
    assert found["在办已逾期"].light == "red" and found["在办已逾期"].here
    assert found["待受理"].href == "/desk/queue?waits=submitted&scope=all&channel=pc"
    calm = desk.tiles(DeskCounts(), QueueQuery(waits="nonsense"))
    assert not any(one.light for one in calm) and calm[0].here


def test_who_sits_at_no_window_sees_every_window() -> None:
    assert desk.scope_of(QueueQuery(), "07") == "window"
    assert desk.scope_of(QueueQuery(), "") == "all"
    assert desk.scope_of(QueueQuery(scope="mine"), "") == "mine"
    options = desk.queue_filters(QueueQuery(), "07", {})[1].options
    assert options[0].text == "07 号窗口和未分窗口的"


def test_the_next_page_begins_behind_the_last_line() -> None:
    assert queue_key(row(due_at=None)) == ("infinity", "case-1")
    page = desk.queue_page(
        QueueQuery(scope="all"), Page([row()], "next-1"), DeskCounts(), TIMES, KNOWN, "07"
    )
    assert page["next_href"] == "/desk/queue?scope=all&cursor=next-1"
    assert page["today"] == "2020-09-29 星期二"


def pending(case: Case) -> list[Any]:
    return [event_of(fact, body_of(fact)) for fact in case.pending]


def marks(case: Case) -> list[tuple[object, ...]]:
    changes = [change for event in pending(case) for change in project(event)]
    said = [one.statement() if isinstance(one, Update) else one for one in changes]
    return [one.params for one in said if isinstance(one, Statement)]


def test_marks_follow_notice_corrections_and_reviews() -> None:
    case = lives.applied()
    lives.notify(case, "2020-09-25 10:00", [PLAN])
    case.take_corrections(lives.told("2020-09-28 10:00"), ["plan"], SEED)
    assert [values[1] for values in marks(case)] == ["clerk-12", at("2020-09-28 10:00")]
    case = lives.accepted(how=Acceptance("auto", rule="I1", rule_version=1))
    case.request_review(lives.told("2020-09-29 10:00"))
    case.conclude_review(lives.told("2020-09-29 11:00"), False, "材料不符", SEED)
    assert marks(case) == [
        ("case-1", "acceptance"),
        ("case-1", None),
        (None, "case-1"),
    ]


def test_only_what_the_law_allows_is_offered() -> None:
    case = lives.applied()
    assert offers.acts_of(case) == {
        "acceptance", "notice", "refusal", "not-required", "withdrawal", "voiding", "deletion"
    }  # fmt: skip
    lives.notify(case, "2020-09-25 10:00")
    assert {"correction", "notice"} <= offers.acts_of(case)
    assert "acceptance" not in offers.acts_of(case)
    running = offers.acts_of(lives.accepted())
    assert {"forwarding", "withdrawal"} <= running and not running & {"decision", "recall"}
    by_rule = lives.accepted(how=Acceptance("auto", rule="I1", rule_version=1))
    assert "recall" in offers.acts_of(by_rule)
    by_rule.request_review(lives.told("2020-09-29 10:00"))
    assert "review" in offers.acts_of(by_rule)
    immediate = domain.ItemVersion(**vars(ITEM) | {"case_type": "IMMEDIATE"})
    assert "decision" in offers.acts_of(lives.accepted(item=immediate))
    case.withdraw(lives.told("2020-09-29 10:00"), "whole", [], "", SEED)
    assert offers.acts_of(case) == {"deletion"}


def test_each_act_is_offered_to_the_roles_that_may_do_it() -> None:
    running = lives.accepted()
    assert offers.acts_for(running, {"officer"}) == {"suspension"}
    assert offers.acts_for(running, {"supervisor"}) == {"voiding", "deletion"}
    assert {"suspension", "forwarding"} <= offers.acts_for(running, {"clerk"})
    hearing = Standstill("HEARING", at("2020-09-28 11:00"), 10)
    running.suspend(lives.told("2020-09-28 11:00"), hearing, SEED)
    assert "resumption" in offers.acts_for(running, {"officer"})
    refused = lives.applied()
    refused.refuse(lives.told("2020-09-25 10:00"), "other", "不符合条件")
    assert "overturning" in offers.acts_for(refused, {"supervisor"})
    assert "overturning" not in offers.acts_for(refused, {"clerk", "officer"})
    by_rule = lives.accepted(how=Acceptance("auto", rule="I1", rule_version=1))
    assert "review-request" in offers.acts_for(by_rule, {"clerk"})
    by_rule.request_review(lives.told("2020-09-29 10:00"))
    assert "review" in offers.acts_for(by_rule, {"supervisor"})


def test_every_act_of_the_page_is_one_of_the_forms() -> None:
    """What a page offers is sent somewhere, to a route that takes the same roles."""
    elsewhere = {"notice", "shelving"}
    states = [lives.applied(), lives.accepted()]
    offered = frozenset().union(*(offers.acts_of(case) for case in states))
    assert offered - elsewhere <= set(desk_acts.ACTS) and set(offers.WHO) <= set(desk_acts.ACTS)
    routes = dict(routes_of(Service))
    for name, act in desk_acts.ACTS.items():
        assert (routes[act.route].roles_at(Service) or frozenset()) >= offers.who_does(name), name


def test_a_moment_is_one_of_the_countys_clock() -> None:
    assert desk_acts.moment(" ") is None
    assert desk_acts.moment("2020-09-28T10:00") == at("2020-09-28 10:00")
    with pytest.raises(FormError, match="检查"):
        desk_acts.moment("gestern")


def test_what_the_clock_refuses_is_said_in_chinese() -> None:
    running = lives.accepted()
    survey = Standstill("SURVEY", at("2020-09-28 11:00"), 3)
    with pytest.raises(ClockRuleError) as refused:
        running.suspend(lives.told("2020-09-28 11:00"), survey, SEED)
    assert "行政许可法第四十五条" in desk_words.said_of(refused.value)


def test_the_next_step_is_said() -> None:
    case = lives.applied()
    assert "还缺 2 项" in desk_case.next_step(case, 2)
    assert "核对无误就受理" in desk_case.next_step(case, 0)
    assert "已转审批" in desk_case.next_step(lives.accepted(), 0)
    assert "同意容缺就受理" in desk_case.next_step(case, 0, 1)
    running = lives.accepted()
    hearing = Standstill("HEARING", at("2020-09-28 11:00"), 10)
    running.suspend(lives.told("2020-09-28 11:00"), hearing, SEED)
    assert "时限中止：听证" in desk_case.next_step(running, 0)


LINES = [
    MaterialLine("M1", "申请表", True, False, "absent", wanted_form="电子"),
    MaterialLine(
        "M2", "平面图", True, False, "rejected", form="paper", copies=2, reason="unsigned"
    ),
    MaterialLine("M3", "照片", False, False, "received", content_hash="a" * 64, size_bytes=2048),
    MaterialLine("M4", "身份证", True, True, "shared"),
]
VIEW = ChecklistView(
    "case-1",
    "I1",
    2,
    False,
    LINES,
    [
        MissingLine("M1", "申请表", True, "尚未提交"),
        MissingLine("M2", "平面图", True, "未签字或盖章"),
    ],
    [],
)


def test_a_paper_says_what_came_and_what_can_be_done() -> None:
    form, plan, photo, resident = desk_case.papers(VIEW, True)
    assert (form.wrong, form.can_promise, form.can_reject) == ("尚未提交", True, False)
    assert plan.came == "纸质 · 2 份 · 未签字或盖章" and plan.can_return
    assert photo.came == "2 KB" and photo.file_href == "/cases/case-1/materials/M3/file"
    assert not resident.can_receive
    assert not any(one.can_receive or one.can_reject for one in desk_case.papers(VIEW, False))
    assert desk_case.size(3 << 20) == "3.0 MB"


def test_the_notice_is_composed_from_the_checklist() -> None:
    lines = desk_case.lines_of(VIEW)
    assert [(one.code, one.ticked, one.text) for one in lines] == [
        ("M1", True, "尚未提交"),
        ("M2", True, "未签字或盖章"),
        ("M3", False, desk_case.UNFIT),
    ]


def test_typed_texts_stay_with_their_lines_even_when_one_is_empty() -> None:
    form = NoticeForm(tick=["M1", "M3"], text=["@M1", "@M2", "请盖章", "@M3", "太暗"])
    lines = desk_case.lines_of(VIEW, form)
    assert [(one.ticked, one.text) for one in lines] == [
        (True, ""),
        (False, "请盖章"),
        (True, "太暗"),
    ]
    items, wrong = desk_case.asked_for(lines, form)
    assert "申请表" in wrong and len(items) == 2


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (NoticeForm(), "至少勾选一项。"),
        (NoticeForm(other="申请表第三栏"), "“其他”一行要写明事项和问题。"),
        (NoticeForm(other="申请表第三栏", other_wrong="没有填写"), ""),
    ],
)
def test_a_notice_without_anything_is_none(form: NoticeForm, wrong: str) -> None:
    items, told = desk_case.asked_for(desk_case.lines_of(VIEW, form), form)
    assert told == wrong
    if not wrong:
        assert items == [NoticeItem("other-1", "申请表第三栏", "没有填写")]


def test_who_comes_second_reads_what_happened_since() -> None:
    case = lives.applied()
    seen = case.version
    case.accept(lives.told("2020-09-28 10:00"), ITEM, at("2020-09-28 10:00"), SEED)
    events = pending(case)

    shown = desk_case.changed_page(case, events, seen)

    assert [one.title for one in shown["moments"]] == ["受理"]
    assert "clerk-12" in shown["moments"][0].actor
    assert desk_case.changed_page(case, events, case.version)["moments"] == []


def test_a_fee_offers_what_its_state_allows() -> None:
    order = notified()
    shown = desk_fees.fee_page(order, [], desk.Times.of(NOW, SEED))
    assert (shown["state"], shown["can_notify"], shown["can_waive"]) == ("待缴款", False, True)
    assert shown["amount"] == "10.00" and shown["refundable"] == []
    late = desk_fees.fee_page(order, [], desk.Times.of(NOW + timedelta(days=90), SEED))
    assert late["due_light"] == "red"


def test_differences_are_said_in_words() -> None:
    found = [Found("T1", Difference.MISSING_HERE, "F1", None, 1000)]
    table = desk_fees.differences_table(at("2020-09-29 10:00").date(), found)
    assert table.rows[0][1:] == [Cell("平台有、本中心没有", light="red"), "F1", "–", "10.00 元"]
    assert desk_fees.totals({"paid": (2, 2000)})[0] == ("已入账", "green", 2, "20.00")


def test_every_word_has_its_chinese() -> None:
    assert set(desk_words.MATERIALS) == {one.value for one in MaterialState} | {"absent", "shared"}
    assert set(desk_words.REJECTIONS) == {one.value for one in RejectionGround}
    assert set(desk_words.FEES) == {one.value for one in FeeState}
    assert set(desk_words.DIFFERENCES) == {one.value for one in Difference}
    assert set(desk_words.RATINGS) == {one.value for one in RatingState}
    assert set(desk_words.MEASURES) == set(Measure)
    assert set(desk_words.APPEALS) == set(AppealGround)
    assert set(desk_words.RATED) == {fact.TOPIC for fact in RATING_FACTS}


def test_a_refusal_is_chinese_and_names_the_field() -> None:
    assert "另一个人" in desk_words.said_of(SameApproverError("somebody else approves it"))
    assert desk_words.said_of(IntakeRuleError("原因如此")) == "原因如此"
    with pytest.raises(FormError) as caught:
        said(Refuse, reason="")
    assert desk_words.said_of(caught.value) == "请检查填写的内容：理由。"
    assert said(Applicant, name="甲", phone=None).name == "甲"


def test_typed_lists_and_choices_are_read() -> None:
    assert words("D07、 D09,D11\n") == ["D07", "D09", "D11"]
    assert [yes_or_no(text) for text in ("yes", "no", "")] == [True, False, None]
    assert "甲" not in repr(NewForm(name="甲"))


def test_a_search_keeps_what_was_asked_for() -> None:
    table = desk.found_table(SearchQuery(item_code="I1"), Page([], "next-1"), "找到的")
    assert table.next_href == "/desk/search?item_code=I1&cursor=next-1"
    assert desk.search_filters(SearchQuery(since="x"), "since")[2].error


def test_bad_reviews_offer_each_role_its_own() -> None:
    rating = bad()
    unit = frozenset({"unit"})
    assert desk_ratings.acts_of(rating, unit, "D07") == {"contact", "appeal"}
    assert desk_ratings.acts_of(rating, unit, "D09") == set()
    assert desk_ratings.acts_of(rating, frozenset({"clerk"}), "") == set()
    rating.contact(told(UNIT, CALLED), False)
    assert "plan" in desk_ratings.acts_of(rating, unit, "D07")
    page = desk_ratings.rating_page(rating, [], TIMES, unit, "D07")
    assert page["state"] == "已联系" and page["next_step"].startswith("被评价的部门提出")
    assert desk_ratings.bad_filters(BadQuery(), "D07")[-1].name == "overdue"


def bad() -> domain.Rating:
    rating = domain.Rating.of("case-1", 1)
    rating.invite(told(CLERK, CALLED), "case-1", 1, "s-1", ["sms"], SEED)
    rating.submit(told(CLERK, CALLED), Answer(5, Scale.BEST_1, "sms"), False, SEED)
    return rating


def test_a_ticket_offers_each_role_its_own() -> None:
    ticket = received()
    operator, unit = frozenset({"hotline_operator"}), frozenset({"unit"})
    assert ticket_acts(ticket, operator, "") == {"dispatch", "refusal"}
    ticket.dispatch(told(OPERATOR, CALLED), "D07", [], SEED)
    assert ticket_acts(ticket, operator, "") == set()
    assert ticket_acts(ticket, unit, "D07") == {"reply", "return"}
    assert ticket_acts(ticket, unit, "D09") == set()
    assert ticket_acts(ticket, frozenset({"supervisor"}), "") == {"extension"}


def test_times_are_in_the_countys_clock() -> None:
    times = desk.Times.of(datetime(2020, 9, 29, 17, tzinfo=UTC), SEED)
    assert times.today == at("2020-10-01 00:00")
