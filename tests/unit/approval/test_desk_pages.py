"""The desk's pages without a house: what they say, and that every template can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from werkzeug.datastructures import Headers

from services.approval.application.decisions import REASONS
from services.approval.desk_answers import (
    ActForm,
    JointForm,
    MeetingForm,
    MeetingsQuery,
    RegisterQuery,
    WorkQuery,
)
from services.approval.domain import Notice, Process
from services.approval.pages.desk import desk_page, judge, line
from services.approval.pages.desk_forms import ACTS, Around, consequences, forms
from services.approval.pages.desk_joint import JOINT_ACTS, joint_forms
from services.approval.pages.desk_task import task_desk
from services.approval.pages.desk_words import (
    EXTEND_REASONS,
    REFUSALS,
    WAIVE_REASONS,
    Names,
    left,
    refusal,
    standing,
)
from services.approval.pages.picture import draw, process_page, standing_of
from services.approval.pages.registers import board_page, cause_href, liability_page, meetings_page
from services.approval.projections import LiabilityRow, MeetingRow, ProcessRow
from services.approval.projections.desk import Counts, Holder, Watched, Work, project
from services.approval.service.desk_forms import wording_of
from services.approval.service.desk_room import PAGES, FormError, moment_in
from services.chassis.events import Body, Event
from services.chassis.identity import Caller
from services.chassis.projection import Update
from services.chassis.web import Call, Page
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Reason
from services.kernel.facts import Actor, ActorKind
from tests.unit.approval.projects import (
    BEGUN,
    REFUSE,
    chain,
    day,
    decide,
    facts,
    fire,
    officer,
    single,
)

NAMES = Names({"A": "规划许可", "B": "施工许可", "C": "消防验收"}, {"DA": "规划局", "DB": "住建局"})
NOTICE = Notice("TZ-1", 5)


def call(role: str = "officer", unit: str = "DA", **query: Any) -> Call[Any, Any]:
    caller = Caller("officer-1", frozenset({role}), unit)
    return Call(None, None, {}, caller, "c", csrf="token", headers=Headers(), **query)


def drawn(template: str, who: Call[Any, Any] | None = None, **values: Any) -> str:
    return PAGES.render(template, who or call(), title="t", **values)


def task_page(
    process: Process, item: str = "A", role: str = "officer", at: datetime = BEGUN
) -> str:
    task = process.task(f"case-{item}")
    unit = f"D{item}"
    told = task_desk(process, task, [], Around(NAMES), at, {role}, unit)
    typed = ActForm()
    return drawn(
        "desk_task.html",
        call(role, unit),
        done="",
        warned=False,
        opened="",
        typed=typed,
        refused="",
        wrong="",
        once="o",
        names_of_acts={name: text for name, (text, _) in ACTS.items()},
        reasons=REASONS,
        return_reasons={},
        extend_reasons={},
        delay_reasons={},
        delay_remedies={},
        reopen_reasons={},
        waive_reasons={},
        overturn_grounds={},
        void_grounds={},
        **told,
    )


def acts(
    process: Process, item: str = "A", role: str = "officer", at: datetime = BEGUN
) -> set[str]:
    found = forms(process, process.task(f"case-{item}"), Around(NAMES), at, {role}, f"D{item}")
    return {name for name, _, _ in found.acts}


def work(**changed: Any) -> Work:
    said: dict[str, Any] = {
        "task_id": "p-1/A",
        "process_no": "p-1",
        "project_no": "case-A",
        "state": "open",
        "item_code": "A",
        "department": "DA",
        "created_at": BEGUN,
        "promised_due_at": day(9, 21, 23, 59, 59),
        "statutory_due_at": None,
        "decided_at": None,
        "handler": None,
        "overdue": [],
        "suspended": 0,
        "needs": [],
        "standing": [],
        "extended": 0,
        "approaching": None,
        "joint_due_at": None,
        "joint_overdue": None,
    }
    return Work(**(said | changed))


def tell(topic: str, **data: Any) -> Event:
    actor = Actor(ActorKind.PERSON, "officer-A", role="officer")
    body = Body(BEGUN, "p-1", actor, "c", data=msgspec.Raw(msgspec.json.encode(data)))
    return Event("approval", f"approval.{topic}.v1", UUID(int=1), 3, 1, 0, None, body)


def test_days_left_are_working_days_and_count_no_holiday() -> None:
    assert left(SEED, day(9, 30, 10), day(10, 9, 23)) == (1, "还剩 1 个工作日")
    assert left(SEED, day(9, 7, 10), day(9, 7, 23)) == (0, "今天截止")
    assert left(SEED, day(9, 9, 10), day(9, 7, 23)) == (-2, "已过 2 个工作日")


def test_standstill_says_why_since_when_and_until_when() -> None:
    text = standing(SEED, "EXPERT_REVIEW/2020-09-07T09:00:00+08:00/5")

    assert text == "中止：专家评审，9月7日 起，预计 9月14日 恢复"


@pytest.mark.parametrize(
    ("changed", "now", "light"),
    [
        ({}, day(9, 8), "green"),
        ({"approaching": day(9, 21)}, day(9, 17), "amber"),
        ({}, day(9, 21), "amber"),
        ({}, day(9, 22), "red"),
        ({"overdue": ["STATUTORY"]}, day(9, 8), "red"),
        ({"joint_overdue": True}, day(9, 8), "red"),
        ({"joint_due_at": day(9, 8, 23)}, day(9, 8), "amber"),
        ({"suspended": 1, "promised_due_at": None}, day(9, 8), "grey"),
        ({"state": "blocked", "promised_due_at": None}, day(9, 8), "grey"),
        ({"state": "blocked", "promised_due_at": None, "overdue": ["JOINT"]}, day(9, 8), "red"),
        ({"state": "approved", "overdue": ["PROMISED"]}, day(9, 8), ""),
    ],
)
def test_light_says_how_near_the_end_is(changed: Any, now: datetime, light: str) -> None:
    assert judge(work(**changed), SEED, now)[0] == light


def test_line_says_which_prerequisite_keeps_a_task_and_who_holds_it() -> None:
    holder = Holder("p-1/B", "case-B", "B", "DB", "in_progress")

    shown = line(
        work(state="blocked", needs=["p-1/B"], promised_due_at=None, extended=5),
        NAMES,
        {"p-1/B": holder},
        SEED,
        BEGUN,
    )

    assert shown.why == ["等待前置：施工许可（住建局，审批中）", "已延长 5 个工作日"]
    assert shown.process_href == "/processes/p-1"


def list_page(query: WorkQuery, rows: Sequence[Work], watching: bool = False) -> str:
    page = Page(list(rows), "next" if rows else "")
    counts = Counts(3, 1, 2, 0, 1, 0)
    told = desk_page(query, page, counts, NAMES, {}, SEED, day(9, 8), scope="DA", watching=watching)
    return drawn("desk.html", call("supervisor" if watching else "officer"), **told)


def test_list_keeps_its_filters_from_page_to_page() -> None:
    page = list_page(WorkQuery(late="late", item="A", mine="yes"), [work()])

    assert "/desk?item=A&amp;late=late&amp;mine=yes&amp;cursor=next" in page
    assert "规划许可" in page and "还剩" in page
    assert "/desk/board" not in page


def test_lists_without_rows_say_so() -> None:
    assert "没有等待决定的任务" in list_page(WorkQuery(), [])
    assert "没有符合条件的任务" in list_page(WorkQuery(state="blocked"), [])


def test_supervisor_sees_all_departments_and_no_list_of_their_own() -> None:
    page = list_page(WorkQuery(department="DB"), [work()], watching=True)

    assert "/desk?department=DB&amp;late=late" in page
    assert "我经办的" not in page and "/desk/board" in page


def test_open_task_offers_what_can_be_done_and_the_next_step_first() -> None:
    process = chain(A="", B="A")

    assert acts(process) == {"start", "decide", "suspend", "notice", "survey"}
    assert acts(process, "B") == {"survey"}
    assert acts(process, role="department_head") == {"extend"}
    page = task_page(process)
    assert page.index("act-start") < page.index("act-decide")
    assert 'name="seen" value="' + str(process.version) in page


def test_nobody_of_another_department_is_offered_anything() -> None:
    process = chain(A="", B="A")

    found = forms(process, process.task("case-A"), Around(NAMES), BEGUN, {"officer"}, "DB")

    assert found.acts == []


def test_suspension_offers_each_reason_with_the_clocks_it_stops() -> None:
    process = single()
    effects = {
        one.value: one.effect
        for one in forms(process, process.only, Around(NAMES), BEGUN, {"officer"}, "DA").suspensions
    }

    assert effects["EXPERT_REVIEW"] == "停止法定时限、承诺时限"
    assert effects["THIRD_PARTY"] == "停止承诺时限；法定时限照常计算"
    assert "SURVEY" not in effects and "APPLICANT_CAUSE" not in effects
    process.suspend(facts(officer("A")), "", Reason.EXPERT_REVIEW, NOTICE)
    offered = forms(process, process.only, Around(NAMES), BEGUN, {"officer"}, "DA")
    assert "EXPERT_REVIEW" not in {one.value for one in offered.suspensions}
    assert [one.value for one in offered.resumptions] == ["EXPERT_REVIEW"]
    assert "中止" in task_page(process)


def test_extension_is_offered_once_before_it_is_due_with_the_new_end() -> None:
    process = single()
    head = facts(officer("A", "head-A", "department_head"))
    offered = forms(process, process.only, Around(NAMES), BEGUN, {"department_head"}, "DA")
    assert len(offered.extensions) == 10
    assert offered.extensions[4].effect == "法定时限至 10月16日，承诺时限至 9月27日"

    assert acts(process, role="department_head", at=day(12, 1)) == set()
    process.extend(head, "", 5, "complex_case", "TZ-2")
    assert acts(process, role="department_head") == set()


def test_silent_task_offers_its_late_decision_only() -> None:
    process = chain(A="", B="A")
    fire(process, "A")

    assert acts(process) == {"late"}
    assert "补录逾期决定" in task_page(process)


def test_decision_says_who_goes_on_and_who_falls() -> None:
    process = chain(A="", B="A", C="B")
    task = process.task("case-A")

    assert consequences(process, task, True, NAMES) == ["可以开始办理：施工许可"]
    assert consequences(process, task, False, NAMES) == ["随之终止：施工许可、消防验收"]


@pytest.mark.parametrize("field", ["reasons", "legal_basis", "review", "court", "document"])
def test_refusal_lacks_nothing_art_38_asks_for(field: str) -> None:
    told: dict[str, Any] = {
        "reasons": ["conditions_not_met"],
        "legal_basis": "《行政许可法》第三十八条",
        "review": "示例县人民政府",
        "court": "示例县人民法院",
        "document": "审〔2020〕1号",
    }
    assert wording_of(ActForm(**told), False).remedies is not None
    told[field] = [] if field == "reasons" else ""

    with pytest.raises(FormError) as refused:
        wording_of(ActForm(**told), False)

    assert refused.value.field == field


def test_confirmation_shows_the_remedies_as_they_will_be_printed() -> None:
    process = chain(A="", B="A")
    page = drawn(
        "desk_confirm.html",
        task=process.task("case-A"),
        item="规划许可",
        department="规划局",
        granted=False,
        form=ActForm(decision="reject", reasons=["conditions_not_met"], seen=4),
        once="o",
        reasons=[REASONS["conditions_not_met"]],
        legal_basis=["《行政许可法》第三十八条"],
        remedies="如不服本决定……",
        effects=["随之终止：施工许可"],
    )

    assert "如不服本决定" in page and "随之终止" in page and "button-danger" in page
    assert 'name="confirmed" value="yes"' in page


def test_conflict_page_says_that_nothing_was_done() -> None:
    page = drawn(
        "desk_conflict.html",
        back="/desk/tasks/case-A",
        act="中止计时",
        typed=[("通知编号", "TZ-1")],
        moments=[],
    )

    assert "没有办成：中止计时" in page and "TZ-1" in page


def test_refusals_are_said_in_chinese() -> None:
    from services.approval.domain import BlockedError
    from services.approval.domain.survey_terms import OtherDepartmentError

    assert refusal(BlockedError("x")) == REFUSALS["BlockedError"]
    assert refusal(OtherDepartmentError("x")) == REFUSALS["WrongDepartmentError"]
    assert "不能" in refusal(RuntimeError("x"))


def test_picture_places_what_waits_to_the_right_and_says_who_holds_it() -> None:
    process = chain(A="", B="A", C="")
    process.start(facts(officer("A")), "case-A")
    picture = draw(process, NAMES, BEGUN, inside=True)
    by_name = {node.lines[0]: node for node in picture.nodes}

    assert by_name["施工许可"].x > by_name["规划许可"].x == by_name["消防验收"].x
    assert by_name["规划许可"].holder == "规划局 · officer-A"
    assert by_name["规划许可"].href == "/desk/tasks/case-A"
    assert [arrow.kind for arrow in picture.arrows] == ["waits"]
    assert "施工许可须先有规划许可" in picture.description
    decide(process, "A")
    assert [arrow.kind for arrow in draw(process, NAMES, BEGUN, inside=False).arrows] == ["met"]


def test_picture_marks_a_cycle_and_its_cut() -> None:
    process = chain(A="B", B="A")
    page = process_html(process)
    assert "还没有切断" in page
    process.defer_prerequisite(facts(), "case-A", "case-B", "CN-1")

    assert "cut" in {arrow.kind for arrow in draw(process, NAMES, BEGUN, inside=True).arrows}
    assert "规划许可 凭承诺书 CN-1 先于 施工许可 办理" in process_html(process)


def process_html(
    process: Process, at: datetime = BEGUN, inside: bool = True, role: str = "officer"
) -> str:
    told = process_page(process, [], NAMES, "社会投资", at, inside=inside)
    return drawn(
        "process.html",
        call(role),
        at="",
        done="",
        forms=joint_forms(process, NAMES, at, {role}),
        opened="",
        typed=JointForm(),
        refused="",
        wrong="",
        once="o",
        names_of_acts={name: text for name, (text, _) in JOINT_ACTS.items()},
        extend_reasons=EXTEND_REASONS,
        waive_reasons=WAIVE_REASONS,
        **told,
    )


def test_process_page_shows_joint_limit_deemed_consent_and_result() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    page = process_html(process, day(9, 24))
    assert "联合时限" in page and "视为同意" in page and "责任记录 2 条" in page
    assert standing_of(process, process.task("case-A"), day(9, 24))[0] == "red"
    assert "/desk/tasks" not in process_html(process, day(9, 24), inside=False)

    decide(process, "B", REFUSE, day(9, 25))
    assert "已办结：不予" in process_html(process, day(9, 25))


def test_process_of_one_case_is_drawn_too() -> None:
    assert "规划许可" in process_html(single())


def test_board_puts_the_worst_first_and_names_the_oldest() -> None:
    row = Watched("DA", 9, 2, 1, 3, 0, day(9, 7, 23), BEGUN, 4)
    fine = Watched("DB", 1, 0, 0, 0, 0, None, BEGUN, 0)
    project_row = ProcessRow(
        "p-1",
        "S",
        1,
        "PRIVATE_INVESTMENT",
        "DA",
        "running",
        None,
        BEGUN,
        day(9, 10),
        False,
        None,
        3,
    )
    told = board_page([row, fine], [project_row], NAMES, SEED, day(9, 9))

    assert [one.said for one in told["rows"]] == ["红牌", "正常"]
    assert told["rows"][0].oldest == "已过 2 个工作日（2020-09-07 23:00）"
    page = drawn("board.html", call("supervisor", ""), **told)
    assert "/desk?department=DA&amp;late=late" in page
    assert "/liability-register?department=DA" in page


def liability(**changed: Any) -> LiabilityRow:
    said: dict[str, Any] = {
        "liability_no": "p-1/A#7.department",
        "process_no": "p-1",
        "task_id": "p-1/A",
        "project_no": "case-A",
        "department": "DA",
        "liable": "department",
        "unit": "DA",
        "rule": "promised_limit",
        "cause": "approval.task-deemed-consented.v1",
        "due_at": BEGUN,
        "recorded_at": BEGUN,
        "withdrawn": False,
    }
    return LiabilityRow(**(said | changed))


def test_register_leads_to_the_very_event_that_is_the_cause() -> None:
    assert cause_href(liability()) == "/processes/p-1#e7"
    query = RegisterQuery(liable="department", department="DB")
    told = liability_page(query, Page([liability()], "n"), NAMES, watching=False)
    page = drawn("liability_register.html", **told)
    assert "/processes/p-1#e7" in page and "部门 规划局" in page and "默许" in page
    assert "department=DB" not in page  # an officer's own department is not theirs to choose


def test_meeting_that_began_can_be_filed() -> None:
    row = MeetingRow("LS-1", "scheduled", BEGUN, "三楼", ["p-1"], ["DA"], [], "", None)
    told = meetings_page(
        MeetingsQuery(), Page([row]), NAMES, day(9, 8), MeetingForm(meeting_no="LS-9")
    )
    common: dict[str, Any] = {"done": "", "refused": "", "wrong": "", "held": "", "once": "o"}

    page = drawn("meetings.html", call("clerk", ""), clerk=True, **common, **told)
    assert "记录会议" in page and 'value="LS-9"' in page
    reader = drawn("meetings.html", clerk=False, **common, **told)
    assert "记录会议" not in reader and "安排会议" not in reader
    before = meetings_page(MeetingsQuery(), Page([row]), NAMES, day(9, 6), MeetingForm())
    assert "记录会议" not in drawn("meetings.html", clerk=True, **common, **before)


def test_desk_columns_follow_the_events() -> None:
    created = tell("task-created", task_id="p-1/A", project_no="case-A", prerequisites=["p-1/B"])
    [change] = project(created)
    assert change == Update("task", {"task_id": "p-1/A"}, {"needs": ["p-1/B"]})
    alone = tell("task-created", project_no="case-A", item_code="A", department="DA")
    assert list(project(alone)) == []
    told = {"reason": "SURVEY", "since": "2020-09-07T09:00:00+08:00", "expected_days": 5}
    assert list(project(tell("clock-suspended", clocks=["JOINT"], **told))) == []
    [change] = project(tell("clock-suspended", task_id="p-1/A", clocks=["PROMISED"], **told))
    assert change[1] == ("SURVEY/2020-09-07T09:00:00+08:00/5", "p-1/A")


def test_times_of_forms_are_the_county_s() -> None:
    assert moment_in("2020-09-07T09:00", "decided_at") == BEGUN
    with pytest.raises(FormError):
        moment_in("morgen", "decided_at")


@pytest.mark.parametrize("name", ["picture_of", "names", "_facts"])
def test_service_finds_what_its_rooms_leave_open(name: str) -> None:
    from services.approval.service import Service

    first = next(kind for kind in Service.__mro__ if name in vars(kind))

    assert first.__name__ in ("DeskRoutes", "ActRoutes")
