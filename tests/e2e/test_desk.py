"""The window's pages in a browser: the queue, one case, the notice, a race, fees, ratings."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import contracts
from services.chassis import reference
from services.chassis.events import Body, Event
from services.intake.application import subject_of
from services.intake.projections import catalog_of
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id
from services.kernel.times import read_time
from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.services.counter import Counter
from tests.support.browser import browser
from tests.support.house import House
from tests.unit.intake.test_uploads import PDF

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

OPENED = "for (const one of document.querySelectorAll('main details')) one.open = true"
pytestmark = pytest.mark.browser

ITEM = contracts.example("catalog.item-published.v1")
CODE = str(ITEM["item_code"])
AT_ONCE = CODE[:-1] + "7"
FORM, PLAN = "申请表", "平面图"
MATERIALS = [
    {"name": FORM, "form": "电子(PDF)"},
    {"name": PLAN, "form": "纸质", "copies": 2},
    {"name": "现场照片", "needed": False},
    {"name": "居民身份证", "shared": True},
]
NAME, NUMBER = "测试申请人甲", "11010519491231002X"
CLERK, OTHER = ("clerk-12", "clerk"), ("clerk-13", "clerk")
UNIT, OFFICE = ("unit-7", "unit"), ("fee-officer-3", "fee_officer")
OPERATOR = ("operator-2", "hotline_operator")
SUPERVISOR, OFFICER = ("supervisor-2", "supervisor"), ("officer-21", "officer")


class Hall(Counter):
    """Intake with two items of a catalog, and browsers of those who work there."""

    def __init__(self, house: House, chromium: Browser) -> None:
        super().__init__(house)
        self.chromium = chromium
        self.url = house.url_of("intake")
        self.intake._catalog = catalog_of(self.database)

    def publish(self, position: int, **changed: Any) -> None:
        """Let intake know an item, as if catalog had told it."""
        listing = {**ITEM["listing"], "materials": MATERIALS}
        said = {**ITEM, "listing": listing, **changed}
        data = msgspec.Raw(json.dumps(said).encode())
        when = read_time("2020-08-20 10:00:00")
        body = Body(when, CODE, Actor(ActorKind.PERSON, "editor-1"), "c-1", data)
        kind = "catalog.item-published.v1"
        stream = stream_id("item", said["item_code"])
        event = Event("catalog", kind, stream, 1, position, 0, when, body)
        with self.intake.unit_of_work():
            self.intake.change(*reference.project(event))

    def apply(self, item: str = CODE, **changed: Any) -> str:
        """Apply online; gives the case."""
        who = {"name": NAME, "id_number": NUMBER, "phone": "13800000000"}
        body = {"item_code": item, "channel": "pc", "applicant": who} | changed
        status, taken = self.ask("POST", "/cases", "account-7:applicant", body)
        assert status == 201, taken
        return str(taken["project_no"])

    def sit(
        self, who: tuple[str, str], size: dict[str, int] = DESKTOP, *, scripts: bool = False
    ) -> BrowserContext:
        """Give a browser of somebody who is signed in; without JavaScript unless axe needs it."""
        account, role = who
        context = self.chromium.new_context(viewport=size, java_script_enabled=scripts)  # type: ignore[arg-type]  # a size
        context.set_default_timeout(20_000)
        where = {"unit": "D07"} if role == "unit" else {"window": "07"} if role == "clerk" else {}
        token = self.house.token(account, role, **where)
        context.add_cookies([{"name": "banjian_token", "value": token, "url": self.url}])
        return context


@pytest.fixture(scope="module")
def hall(module_house: House) -> Iterator[Hall]:
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("intake"))
        chromium = stack.enter_context(browser())
        hall = Hall(module_house, chromium)
        stack.callback(hall.close)
        hall.publish(1)
        hall.publish(2, item_code=AT_ONCE, name="户口登记", case_type="IMMEDIATE")
        yield hall


@pytest.fixture
def page(hall: Hall) -> Iterator[Page]:
    context = hall.sit(CLERK)
    yield context.new_page()
    context.close()


def said(page: Page) -> str:
    return page.locator("main").inner_text()


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def test_from_the_queue_over_the_one_notice_to_the_acceptance(hall: Hall, page: Page) -> None:
    number = hall.apply()
    page.goto(f"{hall.url}/desk/queue")
    assert page.locator(".dk-tile", has_text="待受理").locator("strong").inner_text() == "1"
    line = page.locator(".dk-queue tr", has_text=number)
    assert "建筑工程施工许可证核发" in line.inner_text()
    line.get_by_role("link").click()

    assert "还缺 2 项必要材料" in said(page)
    assert "测*" in said(page) and NAME not in page.content() and NUMBER not in page.content()
    page.get_by_role("link", name="一次性告知").click()
    ticked = page.locator(".dk-asked input[type=checkbox]:checked")
    assert ticked.count() == 2
    assert page.locator(".dk-asked", has_text="居民身份证").count() == 0
    page.get_by_label(f"{PLAN}：问题和怎么补").fill("缺少签章，请盖章后重新提交")
    page.get_by_label(f"{FORM}：问题和怎么补").fill("")
    press(page, "下一步：预览通知书")
    assert f"请写明“{FORM}”" in said(page)
    page.get_by_label(f"{FORM}：问题和怎么补").fill("尚未提交")
    press(page, "下一步：预览通知书")
    letter = page.locator(".dk-letter").inner_text()
    assert f"{FORM}：尚未提交" in letter and "缺少签章，请盖章后重新提交" in letter
    press(page, "发出通知")
    assert "补正通知已发出" in said(page) and "待补正" in said(page)

    plan = page.locator(".dk-paper", has_text=PLAN)
    plan.locator("summary").click()
    press(plan, "收纸质")
    form = page.locator(".dk-paper", has_text=FORM)
    form.locator("summary").click()
    form.locator("input[type=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    press(form, "上传")
    for text in (PLAN, FORM):
        page.get_by_role("checkbox", name=text).check()
    press(page, "登记补正")
    page.goto(f"{hall.url}/desk/queue?waits=corrected")
    page.locator(".dk-queue tr", has_text=number).get_by_role("link").click()
    assert "必要材料齐全" in said(page)
    press(page, "受理")

    assert "已受理。" in said(page)
    assert [one["type"] for one in hall.ask("GET", f"/cases/{number}/history")[1]][1:] == [
        "intake.correction-notice-issued.v1",
        "intake.correction-received.v1",
        "intake.case-accepted.v1",
    ]


def test_a_second_notice_is_warned_of_as_a_fault(hall: Hall, page: Page) -> None:
    number = hall.apply()
    lacking = {"items": [{"code": "plan", "material": PLAN, "wrong": "没有"}]}
    assert hall.ask("POST", f"/cases/{number}/notices", "clerk-12:clerk", lacking)[0] == 201
    page.goto(f"{hall.url}/desk/cases/{number}/notice")
    assert "作为本中心的过错记录" in said(page)
    press(page, "下一步：预览通知书")
    press(page, "发出通知")
    assert "请勾选知道这是过错" in said(page)

    page.get_by_label("我知道这是第二次告知").check()
    press(page, "发出通知")

    assert "再次告知，记过错" in said(page)


def test_two_clerks_race_and_the_second_sees_what_changed(hall: Hall, page: Page) -> None:
    number = hall.apply()
    other = hall.sit(OTHER)
    second = other.new_page()
    for one in (page, second):
        one.goto(f"{hall.url}/desk/cases/{number}")
        one.get_by_label("我确认材料实际已经齐全").check()
    press(page, "受理")
    assert "已受理。" in said(page)

    with second.expect_response(lambda one: one.request.method == "POST") as answered:
        press(second, "受理")

    assert answered.value.status == 409
    told = said(second)
    assert "别人已经办理了这件办件" in told and "没有生效" in told
    assert second.locator(".moment h3").all_inner_texts() == ["受理 Accepted"]
    assert "clerk-12" in second.locator(".moment").inner_text()
    history = hall.ask("GET", f"/cases/{number}/history")[1]
    assert sum(one["type"] == "intake.case-accepted.v1" for one in history) == 1
    second.get_by_role("link", name="重新查看办件").click()
    assert "在办" in said(second)
    other.close()


def test_taken_in_at_the_window_decided_on_the_spot_and_handed_over(hall: Hall, page: Page) -> None:
    page.goto(f"{hall.url}/desk/new?item={AT_ONCE}")
    page.get_by_label("姓名或名称").fill(NAME)
    page.get_by_label("证件号码").fill(NUMBER)
    page.get_by_label("材料齐全，当场受理").check()
    press(page, "收件")
    assert "已收件并受理。" in said(page)
    page.get_by_label("准予", exact=True).check()
    press(page, "作出决定")
    assert "已当场决定并办结。" in said(page)
    if page.get_by_role("button", name="交出件窗口").count():
        press(page, "交出件窗口")
    assert "结果在统一出件窗口" in said(page)
    number = page.url.split("/")[-1].partition("?")[0]

    page.goto(f"{hall.url}/desk/search")
    page.get_by_label("申请人证件号码").fill("110105194912310021")
    press(page, "按证件查找")
    assert "校验位不对" in said(page)
    page.get_by_label("申请人证件号码").fill(NUMBER)
    press(page, "按证件查找")
    assert number in said(page) and NUMBER not in page.url


def test_a_refusal_is_looked_at_with_its_remedies_first(hall: Hall, page: Page) -> None:
    number = hall.apply()
    page.goto(f"{hall.url}/desk/cases/{number}")
    page.locator("summary", has_text="不予受理").click()
    page.locator("#refusal-reason").fill("属于省级权限")
    press(page, "下一步：预览决定书")
    press(page, "作出不予受理决定")
    assert "请写明有权办理的机关" in said(page)

    page.locator("#refusal-reason").fill("属于省级权限")
    page.locator("#other_authority").fill("省住房和城乡建设厅")
    press(page, "下一步：预览决定书")
    letter = page.locator(".dk-letter").inner_text()
    assert "申请行政复议" in letter and "省住房和城乡建设厅" in letter
    press(page, "作出不予受理决定")

    assert "不予受理决定已作出。" in said(page)


def test_a_fee_is_set_told_and_waived_and_the_day_compared(hall: Hall, page: Page) -> None:
    number = hall.apply()
    body = {"attested": True}
    assert hall.ask("POST", f"/cases/{number}/acceptance", "clerk-12:clerk", body)[0] == 200
    page.goto(f"{hall.url}/desk/cases/{number}")
    page.locator("summary", has_text="核定费用").click()
    press(page, "核定")
    page.locator("#fees").get_by_role("link", name="工本费").click()
    assert "10.00 元" in said(page)
    press(page, "发出通知")
    assert "待缴款" in said(page) and page.locator("summary", has_text="减免").count() == 0

    office = hall.sit(OFFICE)
    other = office.new_page()
    other.goto(page.url)
    other.locator("summary", has_text="减免").click()
    other.get_by_label("依据的文件").fill("财税〔2014〕122号")
    press(other, "减免")
    assert "已减免" in said(other)
    other.goto(f"{hall.url}/desk/payments")
    heading = "交易流水号,缴款单号,金额,缴费时间\n"
    row = f"T-1,F-1,10.00,{other.locator('#date').input_value()} 10:00:00\n"
    other.locator("#file").set_input_files(
        {"name": "day.csv", "mimeType": "text/csv", "buffer": (heading + row).encode()}
    )
    press(other, "对账")
    assert "有 1 处差异" in said(other) and "平台有、本中心没有" in said(other)
    office.close()


def bad_review(hall: Hall) -> str:
    """Give a case whose acceptance got a bad review, under a name."""
    number = hall.apply()
    body: dict[str, Any] = {"attested": True}
    assert hall.ask("POST", f"/cases/{number}/acceptance", "clerk-12:clerk", body)[0] == 200
    path = f"/cases/{number}/ratings/1"
    body = {"channels": ["sms"]}
    assert hall.ask("POST", f"{path}/invitation", "clerk-12:clerk", body)[0] == 201
    body = {"value": 5, "scale": "1_best", "channel": "terminal", "note": "窗口太慢"}
    assert hall.ask("POST", path, "clerk-12:clerk", body)[0] == 201
    return number


def test_a_bad_review_is_contacted_and_set_right(hall: Hall) -> None:
    number = bad_review(hall)
    context = hall.sit(UNIT)
    page = context.new_page()
    page.goto(f"{hall.url}/desk/ratings")
    assert page.locator(".dk-tile", has_text="待联系核实").locator("strong").inner_text() == "1"
    page.get_by_role("link", name=number).click()
    assert "一个工作日内联系评价人" in said(page) and "窗口太慢" not in said(page)
    press(page, "打开评价内容")
    assert "窗口太慢" in said(page)

    page.get_by_label("联系情况").fill("已电话说明")
    press(page, "登记已联系")
    assert "已联系" in said(page)
    press(page, "提出整改")
    assert "请检查填写的内容" in said(page)
    page.get_by_label("业务培训").check()
    page.get_by_label("整改期限").fill("2099-01-01")
    press(page, "提出整改")
    press(page, "整改完成")

    assert "已整改，待回访" in said(page)
    context.close()


def test_a_ticket_goes_its_way_and_a_stranger_is_led_to_sign_in(hall: Hall) -> None:
    stranger = hall.chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # a size
    page = stranger.new_page()
    answer = page.goto(f"{hall.url}/hotline")
    assert answer is not None and answer.status == 401
    assert page.locator("main").get_by_role("link", name="登录").count() == 1
    stranger.close()
    operator, unit = hall.sit(OPERATOR), hall.sit(UNIT)
    page, other = operator.new_page(), unit.new_page()
    page.goto(f"{hall.url}/hotline")
    page.locator("summary", has_text="受理来电").click()
    page.locator("#t-topic").fill("noise")
    page.locator("#t-text").fill("夜间施工噪声")
    press(page, "受理")
    page.locator("#lead-dispatch").fill("D07")
    press(page, "派单")

    other.goto(page.url)
    other.locator("#reply-note").fill("已责令停工")
    press(other, "答复")
    page.goto(page.url)
    page.get_by_label("接通", exact=True).check()
    page.locator("#satisfied").select_option("yes")
    press(page, "登记回访")
    press(page, "办结")

    assert "已办结" in said(page)
    for context in (operator, unit):
        context.close()


def test_particulars_are_plain_for_the_data_officer_with_a_purpose_alone(hall: Hall) -> None:
    number = hall.apply()
    context = hall.sit(("data-1", "data_officer"))
    page = context.new_page()
    page.goto(f"{hall.url}/desk/cases/{number}")
    assert NAME not in page.content() and page.get_by_role("button", name="受理").count() == 0
    page.locator("#purpose").select_option("legal")
    press(page, "查看原文")

    assert NAME in said(page)
    path = f"/subjects/{subject_of(number)}/accesses"
    opened = hall.ask("GET", path, "data-1:data_officer")[1]["items"]
    assert [one["purpose"] for one in opened] == ["legal", "case_handling"]
    assert opened[0]["fields"] == ["document_no", "name", "phone"]
    context.close()


def test_pages_fit_and_axe_finds_nothing_serious(hall: Hall) -> None:
    number, rated = hall.apply(), bad_review(hall)
    refused, running = hall.apply(), hall.apply()
    no = {"reason_code": "other", "reason": "不符合法定条件"}
    assert hall.ask("POST", f"/cases/{refused}/refusal", "clerk-12:clerk", no)[0] == 201
    yes = {"attested": True}
    assert hall.ask("POST", f"/cases/{running}/acceptance", "clerk-12:clerk", yes)[0] == 200
    stop = {"reason": "HEARING", "expected_days": 20}
    assert hall.ask("POST", f"/cases/{running}/suspension", "clerk-12:clerk", stop)[0] == 201
    places = {
        SUPERVISOR: [f"/desk/cases/{refused}", f"/desk/cases/{running}"],
        OFFICER: [f"/desk/cases/{running}"],
        CLERK: [
            "/desk/queue",
            "/desk/queue?waits=running&scope=all",
            f"/desk/cases/{number}",
            f"/desk/cases/{number}/notice",
            f"/desk/search?item_code={CODE}",
            f"/desk/new?item={CODE}",
        ],
        OFFICE: ["/desk/fees", "/desk/payments"],
        UNIT: ["/desk/ratings", f"/desk/ratings/{rated}/1"],
        OPERATOR: ["/hotline"],
    }
    shots = os.environ.get("BANJIAN_TEST_SHOTS", "")
    for who, paths in places.items():
        context = hall.sit(who, scripts=True)
        page = context.new_page()
        for turn, path in enumerate(paths):
            page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # a size
            page.goto(hall.url + path)
            if shots:
                page.screenshot(path=Path(shots) / f"desk-{who[1]}-{turn}.png", full_page=True)
            page.evaluate(
                "for (const one of document.querySelectorAll('main details')) one.open = 1"
            )
            assert page.evaluate(WIDE) == 0, path
            page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]  # a size
            assert page.evaluate(WIDE) == 0, path
            assert serious(page) == [], path
            if shots:
                page.screenshot(path=Path(shots) / f"desk-{who[1]}-{turn}m.png", full_page=True)
        context.close()
