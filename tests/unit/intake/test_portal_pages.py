"""What an applicant reads: may I, what is wrong, which papers, what next, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.events import Event
from services.chassis.identity import Caller
from services.chassis.web import Call, Page
from services.intake.application.materials import Checklist, own_promise_until
from services.intake.domain import Case, Decision
from services.intake.domain.accepted import AUTO, BY_SILENCE
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case_rules import CaseStateError
from services.intake.domain.checklists import material_code, missing
from services.intake.domain.items import ItemVersion, ListedItem, Status, StatusKind
from services.intake.domain.material_events import Form, RejectionGround
from services.intake.domain.material_terms import Needed, Stored
from services.intake.domain.materials import MaterialFile
from services.intake.domain.rules import IntakeRuleError
from services.intake.domain.terms import Acceptance, Application, CaseState, NoticeItem
from services.intake.pages.offers import reviewable
from services.intake.pages.portal.eligibility import Offer, check, conditions_of, promise_of
from services.intake.pages.portal.journey import Standing, holder, next_step, stops
from services.intake.pages.portal.mine import filters, lines, mandates, pages
from services.intake.pages.portal.papers import asked_for, lacking, papers, since
from services.intake.pages.portal.particulars import FillForm, labels, wrongs
from services.intake.pages.portal.story import came, noticed_at, story
from services.intake.pages.portal.words import LEVELS, STATES, refusal_of
from services.intake.projections import CaseRow
from services.intake.projections.agency import AgencyRow
from services.intake.projections.fees import FeeRow
from services.intake.service.portal_desk import may, own_case
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind
from services.kernel.identity_numbers import resident_id_check
from services.kernel.limits import Limit, Unit
from tests.unit.facts import CLERK, NOW, facts
from tests.unit.intake.lives import accepted, applied, at, due, notify, told
from tests.unit.intake.rows import ITEM

NUMBER = "99000019000101001"
OWN = Actor(ActorKind.PERSON, "applicant-7", role="applicant")
FORM, PLAN, LICENCE, MORE = "申请表", "施工图", "营业执照", "其他说明"
NEEDED = [
    Needed(material_code(FORM), FORM, form="电子(PDF)", originals=1),
    Needed(material_code(PLAN), PLAN),
    Needed(material_code(LICENCE), LICENCE, shared=True),
    Needed(material_code(MORE), MORE, required=False),
]


def item(**changed: Any) -> ListedItem:
    said = {
        "item_code": "I1",
        "item_version": 1,
        "name": "许可",
        "case_type": "PROMISED",
        "department": "D07",
        "department_name": "住建局",
        "promised": Limit(7),
        "effective_from": at("2020-01-01 00:00"),
    }
    return ListedItem([ItemVersion(**(said | changed))])


def draft() -> Case:
    case = Case.draft(told("2020-09-24 09:00"), Application("case-1", "I1", "pc", "s-1"))
    case.collect_events()
    return case


def checklist(case: Case, file: MaterialFile | None = None) -> Checklist:
    file = file or MaterialFile.of("case-1")
    return Checklist(case, 1, NEEDED, file, missing(NEEDED, file.held))


def file_with(name: str, when: datetime = NOW, content: str = "a") -> MaterialFile:
    file = MaterialFile.of("case-1")
    bring(file, name, when, content)
    return file


def bring(file: MaterialFile, name: str, when: datetime = NOW, content: str = "a") -> None:
    [needed] = [one for one in NEEDED if one.name == name]
    stored = Stored(content * 64, 3 << 20, "application/pdf")
    file.receive(facts(OWN, when), needed, Form.ELECTRONIC, 1, stored)


def events(source: Any) -> list[Event]:
    return [event_of(fact, body_of(fact)) for fact in source.pending]


def fee(state: str = "notified", **changed: Any) -> FeeRow:
    said: dict[str, Any] = {
        "order_no": "F1",
        "project_no": "case-1",
        "department": "D07",
        "state": state,
        "item_code": "I1",
        "item_version": 1,
        "fee": "工本费",
        "amount_fen": 1050,
        "assessed_at": NOW,
        "notice_no": "NF1",
        "due_at": at("2020-10-09 23:59"),
        "transaction_no": None,
        "paid_at": None,
        "refunded_fen": 0,
        "refunds_due": 0,
    }
    return FeeRow(**(said | changed))


def row(state: str, **changed: Any) -> CaseRow:
    said: dict[str, Any] = {
        "project_no": "case-1",
        "state": state,
        "item_code": "I1",
        "channel": "pc",
        "submitted_at": NOW,
        "item_version": None,
        "item_name": None,
        "department": None,
        "accepted_at": None,
        "promised_due_at": None,
        "completed_at": None,
        "completion_kind": None,
        "granted": None,
    }
    return CaseRow(**(said | changed))


def test_conditions_are_asked_one_by_one() -> None:
    text = "1.有场所；2.有人员；\n\n（一）健康。（二）无欠税。\n1、甲；乙；2、丙"

    assert conditions_of(text) == [
        "1.有场所；",
        "2.有人员；",
        "（一）健康。",
        "（二）无欠税。",
        "1、甲；乙；",
        "2、丙",
    ]


def test_who_meets_every_condition_may_apply() -> None:
    offer = Offer(audience=[1, 2], conditions="甲\n乙")

    found = check(item(), offer, NOW, asked=True, who=2, met=[1, 2])

    assert found.eligible
    assert [text for _, text in found.choices] == ["自然人（个人）", "企业"]
    assert not check(item(), offer, NOW).eligible, "nothing was answered yet"


def test_who_may_not_is_told_each_reason() -> None:
    offer = Offer(audience=[2], conditions="甲\n乙")

    nobody = check(item(), offer, NOW, asked=True, met=[1])
    person = check(item(), offer, NOW, asked=True, who=1, met=[1, 2])

    assert nobody.reasons == ["请先选择以谁的名义办理。", "您没有确认：乙"]
    assert person.reasons == ["这个事项只面向企业办理，自然人（个人）不能申请。"]
    assert [one.confirmed for one in nobody.conditions] == [True, False]


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        (None, "清单之外无审批"),
        (item(listed=False), "清单之外无审批"),
        (item(effective_from=NOW + timedelta(days=1)), "尚未生效"),
        (ListedItem(item().versions, [Status(StatusKind.FROZEN, NOW)]), "已冻结"),
        (ListedItem(item().versions, [Status(StatusKind.SPLIT, NOW, None, ["I2"])]), "I2"),
    ],
)
def test_v07_what_takes_no_cases_says_why_and_asks_nothing(
    listed: ListedItem | None, words: str
) -> None:
    found = check(listed, Offer(), NOW, asked=True, who=1)

    assert words in found.barred
    assert not found.open and not found.eligible


def test_an_item_of_the_window_is_not_filled_in_online() -> None:
    assert check(item(), Offer(handling_forms=[1, 4]), NOW).at_window
    assert not check(item(), Offer(handling_forms=[1, 3]), NOW).at_window
    assert not check(item(), Offer(), NOW).at_window, "a list that does not say does not forbid"


def test_the_promise_is_told_in_its_own_unit() -> None:
    at_once = item(promised=Limit(0, Unit.IMMEDIATE)).versions[0]

    assert promise_of(item().versions[0]) == "7 个工作日"
    assert promise_of(at_once) == "当场办结"


def test_particulars_say_next_to_the_field_what_is_wrong() -> None:
    right = NUMBER + resident_id_check(NUMBER)
    good = FillForm(who=1, name=" 测试人 ", id_number=right, phone="000-0000 0000")

    assert wrongs(good) == {}
    assert good.applicant().fields() == {
        "name": "测试人",
        "document_no": right,
        "phone": "000-0000 0000",
        "kind": "自然人（个人）",
    }
    assert set(wrongs(FillForm(who=1))) == {"name", "id_number", "phone"}
    other = "0" if right[-1] != "0" else "1"
    wrong = wrongs(FillForm(who=1, name="x", id_number=right[:-1] + other, phone="1" * 40))
    assert set(wrong) == {"id_number", "phone"}
    assert right[:-1] not in str(wrong), "what was typed is not repeated"
    assert (
        "校验位"
        in wrongs(FillForm(who=2, name="x", id_number=right, phone="00000000"))["id_number"]
    )
    assert labels(2)["name"] == "单位名称"
    assert "测试人" not in repr(good)


def test_the_checklist_says_of_each_paper_where_it_stands() -> None:
    file = file_with(FORM)

    form, plan, licence, more = papers(checklist(draft(), file))

    assert (form.state, form.light, form.upload, form.accept) == (
        "已收到",
        "green",
        "换一份",
        ".pdf",
    )
    assert form.file and form.note == "电子文件，3.0 MB" and form.wanted == "电子(PDF)，1 份原件"
    assert (plan.state, plan.upload, plan.required, plan.kinds[:3]) == (
        "待上传",
        "上传",
        True,
        "PDF",
    )
    assert (licence.state, licence.upload, licence.required) == ("免提交", "", False)
    assert (more.state, more.folded) == ("可不交", True)
    assert [one.name for one in lacking([form, plan, licence, more])] == [PLAN]


def test_a_rejected_paper_says_why_and_a_promised_one_until_when() -> None:
    file = file_with(FORM)
    file.reject(facts(CLERK), material_code(FORM), RejectionGround.UNSIGNED)
    file.promise(facts(CLERK), NEEDED[1], at("2020-11-02 00:00").date())

    form, plan, *_ = papers(checklist(applied(), file))

    assert (form.state, form.note, form.upload) == ("需要重交", "退回原因：未签字或盖章。", "上传")
    assert (plan.state, plan.ready) == ("容缺后补", True)
    assert "2020-11-02" in plan.note and "视为撤回" in plan.note


def test_what_is_required_and_not_here_can_be_promised_before_the_acceptance() -> None:
    file = file_with(FORM)

    assert [one.promise for one in papers(checklist(draft(), file))] == [False, True, False, False]
    assert [one.promise for one in papers(checklist(accepted(), file))] == [False] * 4
    file.promise(facts(OWN), NEEDED[1], at("2020-11-02 00:00").date())
    assert not any(one.promise for one in papers(checklist(draft(), file)))


def test_an_applicant_promises_at_most_ten_working_days_ahead() -> None:
    assert own_promise_until(at("2020-09-24 10:00"), SEED).isoformat() == "2020-10-14"


def test_a_result_that_waits_leads_to_its_pick_up_code() -> None:
    case = accepted()
    case.complete(told("2020-09-29 10:00"), Decision(True, 0, at("2020-09-29 10:00")))

    found = next_step(case, at("2020-09-29 12:00"), Standing(waiting=True))

    assert ("取件码" in found.text, found.to) == (True, "#result")


def test_nothing_is_uploaded_for_a_case_that_is_over() -> None:
    case = applied()
    case.withdraw(told("2020-09-25 10:00"), "whole", (), "", SEED)

    assert [one.upload for one in papers(checklist(case))] == ["", "", "", ""]


def test_what_came_before_the_notice_does_not_answer_it() -> None:
    case = applied()
    file = file_with(PLAN, at("2020-09-24 11:00"))
    items = [NoticeItem(material_code(PLAN), PLAN, "缺签章"), NoticeItem("visit", "现场", "请整改")]
    case.notify(told("2020-09-25 10:00"), items, due("2020-09-25 10:00", 5), "clerk-12", "07")
    noticed = noticed_at(events(case))

    before = papers(checklist(case, file), since(came(events(file)), noticed))
    [plan, visit] = asked_for(case.outstanding, before)
    assert (plan.ready, before[1].state, before[1].upload) == (False, "需要改正", "上传补正")
    assert visit.paper is None and not visit.ready

    bring(file, PLAN, at("2020-09-25 11:00"), "b")
    after = papers(checklist(case, file), since(came(events(file)), noticed))
    assert asked_for(case.outstanding, after)[0].ready
    assert after[1].state == "已收到"


def step(case: Case, now: str = "2020-09-28 12:00", **standing: Any) -> str:
    return next_step(case, at(now), Standing(**standing)).text


def test_each_state_has_one_sentence_about_what_to_do() -> None:
    assert step(draft(), lacking=2) == "请上传还缺的 2 份必要材料，然后提交申请。"
    assert step(draft()) == "材料已经齐了，请提交申请。"
    waiting = applied()
    assert "依法视为受理" in step(waiting)
    notify(waiting, "2020-09-25 10:00")
    assert "补交 2 项材料，逾期视为放弃" in step(waiting, asked=2)
    assert "交回补正" in step(waiting, asked=2, brought=2)
    assert holder(waiting, "住建局") == "您"


def test_a_running_case_asks_for_the_money_then_for_papers_then_for_patience() -> None:
    case = accepted()

    assert (
        step(case, fees=[fee()], rejected=1) == "请在 2020-10-09 23:59 前在缴费平台缴纳 10.50 元。"
    )
    assert "1 份材料被退回" in step(case, fees=[fee("paid")], rejected=1)
    assert "住建局承诺在" in step(case, department="住建局")
    assert "12345" in step(case, "2021-09-28 12:00", department="住建局")
    assert holder(case, "住建局") == "住建局"
    assert [one.state for one in stops(case)] == ["done"] * 3 + ["now"] + ["ahead"] * 2


def test_what_a_rule_accepted_is_told_as_the_systems_act_and_still_wants_its_papers() -> None:
    case = applied(account=OWN.id)
    when = at("2020-09-28 10:00")
    case.accept(facts(OWN, when), ITEM, when, SEED, Acceptance(AUTO, rule="I1", rule_version=1))

    assert story(events(case), [], OWN.id)[0].actor == "系统"
    assert "还有 2 份必要材料" in step(case, lacking=2)
    assert "不用做什么" in step(accepted(), lacking=2), "the clerk has seen them on paper"


def test_a_decided_case_says_where_the_result_is_or_how_to_appeal() -> None:
    for granted, words in ((True, "统一出件窗口"), (False, "行政复议")):
        case = accepted()
        when = at("2020-09-29 10:00")
        case.complete(told("2020-09-29 10:00"), Decision(granted, 0 if granted else 1, when))

        found = next_step(case, when, Standing(ratable=2))

        assert words in found.text
        assert (found.button, found.to) == ("给服务打分", "/ratings/2")


def test_every_state_has_its_words_and_its_next_step() -> None:
    for state in CaseState:
        case = draft()
        case.state = state
        assert STATES[state.value][0]
        assert next_step(case, NOW, Standing()).text
        assert len(stops(case)) == 6 and holder(case, "")


def test_a_refusal_says_why_in_the_words_of_the_list() -> None:
    case = applied()
    case.refuse(told("2020-09-25 09:00"), "item_frozen", "x", automatic=True)

    assert step(case).startswith("该事项已冻结，暂不受理")
    assert reviewable(case), "a rule refused it"


def test_only_what_a_rule_decided_is_looked_at_by_a_person() -> None:
    by_rule = accepted(how=Acceptance(AUTO, rule="I1", rule_version=1))

    assert reviewable(by_rule)
    assert not reviewable(accepted())
    assert not reviewable(accepted(how=BY_SILENCE))
    by_rule.request_review(told("2020-09-28 11:00"))
    assert not reviewable(by_rule), "it is asked for already"


def test_the_story_is_told_newest_first_without_accounts_of_staff() -> None:
    case = Case.submit(
        facts(OWN, at("2020-09-24 10:00"), "case-1"),
        Application("case-1", "I1", "pc", "s-1", account=OWN.id, at_once=False),
        calendar=SEED,
    )
    file = file_with(FORM, at("2020-09-24 10:30"))
    file.reject(facts(CLERK, at("2020-09-24 11:00")), material_code(FORM), RejectionGround.EXPIRED)
    notify(case, "2020-09-25 10:00")

    moments = story(events(case), events(file), OWN.id)

    assert [one.title for one in moments] == [
        "窗口一次性告知：需要补正",
        "材料退回：申请表",
        "收到材料：申请表",
        "您提交了申请",
    ]
    assert moments[3].actor == "您" and moments[0].actor.startswith("窗口工作人员")
    assert moments[1].detail == "已过有效期"
    assert all(not one.raw and CLERK.id not in one.actor + one.detail for one in moments)


def test_a_routed_case_names_the_department_not_its_code() -> None:
    case = accepted()
    case.route(told("2020-09-28 11:00"), "D07", "task-1")

    [moment] = story(events(case), [], OWN.id, "住建局")

    assert (moment.title, moment.detail) == ("转给审批部门", "住建局")


def test_the_list_names_each_case_and_marks_what_waits_for_its_owner() -> None:
    rows = [
        row("correction_pending"),
        row("in_review", item_name="许可", accepted_at=NOW, promised_due_at=NOW),
        row("completed", item_name="许可", completed_at=NOW),
        row("draft", item_code="I9"),
    ]

    found = lines(rows, {"I1": "按清单"})

    assert [one.name for one in found] == ["按清单", "许可", "许可", "I9"]
    assert [one.yours for one in found] == [True, False, False, True]
    assert ["前办结" in found[1].note, "办结" in found[2].note, "开始填写" in found[3].note] == [
        True
    ] * 3


def test_paging_keeps_the_filters() -> None:
    page = Page([row("draft")], "abc")

    assert pages(page, {"state": "draft", "item_code": ""}, "") == (
        "",
        "/my/cases?state=draft&cursor=abc",
    )
    assert pages(Page([row("draft")]), {"state": "", "item_code": ""}, "abc")[0] == "/my/cases"
    offered = filters("draft", "", {"I1": "许可"})
    assert offered[0].value == "draft" and offered[1].options[1].text == "许可"


def test_an_agent_sees_the_cases_of_mandates_not_those_they_gave() -> None:
    def mandate(agent: str, numbers: Sequence[str]) -> AgencyRow:
        day = datetime(2020, 1, 1, tzinfo=UTC)
        return AgencyRow("A", "accepted", agent, None, list(numbers), [], day, day, day, None)

    found = mandates(
        [mandate("me", ["c1", "c2"]), mandate("you", ["c3"]), mandate("me", ["c1"])], "me"
    )

    assert found == ["c1", "c2"]


class Shelf:
    """A service that knows one case, and which accounts act for it."""

    def __init__(self, case: Case | None, *agents: str) -> None:
        self.cases = self
        self.case = case
        self.agents = agents

    def find(self, kind: type[Case], stream: UUID) -> Case | None:
        return self.case

    def acts_for(self, account: str, project_no: str, scope: AgencyScope) -> bool:
        return account in self.agents and scope is AgencyScope.FOLLOW


def asks(account: str) -> Call[Any, Any]:
    caller = Caller(account, frozenset({"applicant"}))
    return Call(None, None, {"project_no": "case-1"}, caller, "c")


def test_only_the_account_of_a_case_and_its_agents_see_it() -> None:
    case = applied(account="applicant-7")

    assert own_case(Shelf(case), asks("applicant-7")) is case
    assert own_case(Shelf(case, "agent-3"), asks("agent-3")) is case
    answers = set()
    for shelf in (Shelf(None), Shelf(case, "agent-3"), Shelf(applied())):
        with pytest.raises(NotFoundError) as refused:
            own_case(shelf, asks("applicant-8"))
        answers.add(str(refused.value))
    assert len(answers) == 1, "nobody is told whether there is one"
    with pytest.raises(NotFoundError):
        own_case(Shelf(applied()), asks(""))


def test_an_agent_does_what_the_mandate_says() -> None:
    case = applied(account="applicant-7")

    assert may(Shelf(case), asks("applicant-7"), case, AgencyScope.FULL)
    assert not may(Shelf(case, "agent-3"), asks("agent-3"), case, AgencyScope.WITHDRAW)
    with pytest.raises(NotFoundError):
        own_case(Shelf(case, "agent-3"), asks("agent-3"), AgencyScope.FULL)


def test_refusals_are_said_in_the_applicants_words() -> None:
    assert refusal_of(None) == ""
    assert "状态" in refusal_of(CaseStateError("only a draft is handed in"))
    assert refusal_of(IntakeRuleError("其他原因")) == "其他原因"
    assert [number for number, *_ in LEVELS] == [1, 2, 3, 4, 5]
