"""An applicant's whole way on a telephone: find, ask, fill, upload, submit, correct, pay, rate."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from deploy.local.gateway import Gateway
from services.chassis.issuer import Issuer, serve_issuer
from services.intake.domain.checklists import material_code
from services.kernel.identity_numbers import resident_id_check
from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.services.test_case_life import Centre
from tests.support.browser import browser
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.intake.test_uploads import PDF, PNG

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CODE = "123412XX000000777X4000117066000"
NAME, FORM, PLAN, LICENCE = "小餐饮登记", "登记申请表", "经营场所平面图", "营业执照"
NUMBER = "99000019000101001"
TELEPHONE_BROWSER = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile"
LISTING = {
    "audience": [1, 2],
    "handling_forms": [1, 2, 3],
    "visits": 0,
    "charged": True,
    "fees": [{"name": "工本费", "standard": "每证 10 元", "amount_fen": 1000, "basis": "收费标准"}],
    "conditions": "有固定的经营场所。\n从业人员身体健康；2.与污染源保持规定的距离。",
    "materials": [
        {"name": FORM, "form": "电子(PDF)", "originals": 1, "source": "申请人自备"},
        {"name": PLAN, "form": "纸质或电子", "copies": 1},
        {"name": LICENCE, "shared": True},
        {"name": "其他说明", "needed": False},
    ],
}


class Hall(Centre):
    """The centre behind its one address, with an issuer to sign in at."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.house.env['BANJIAN_GATEWAY_PORT']}"

    def my(self, path: str, account: str, role: str = "applicant") -> tuple[int, Any]:
        token = self.house.token(account, role)
        return self.ask("GET", "intake", f"/my/cases/{path}", token=token)


@pytest.fixture(scope="module")
def hall(module_house: House) -> Iterator[Hall]:
    env = module_house.env
    with ExitStack() as stack:
        started = []
        for service in ("catalog", "intake", "approval"):
            for what, port in (("serve", "HTTP_PORT"), ("relay", "RELAY_PORT")):
                child = stack.enter_context(module_house.start(what, service))
                started.append((child, env[f"BANJIAN_{service.upper()}_{port}"]))
        for child, port in started:  # side by side: each takes a second to get up
            child.wait_ready(f"http://127.0.0.1:{port}/readyz", timeout=110)
        key = Issuer(module_house.folder / "issuer.pem")
        issuer = serve_issuer("127.0.0.1", int(env["BANJIAN_ISSUER_PORT"]), key, env)
        stack.callback(issuer.stop)
        place = int(env["BANJIAN_GATEWAY_PORT"])
        gateway = make_server("127.0.0.1", place, Gateway(env), threaded=True)
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
        stack.callback(gateway.shutdown)
        hall = Hall(module_house)
        hall.publish(item_code=CODE, name=NAME, listing=LISTING, item_version=1)
        wait_until(lambda: hall.get("intake", f"/items/{CODE}/rules")[0] == 200, timeout=30)
        yield hall


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


def look(page: Page, *, again: bool = False) -> str:
    """Check that a page fits and can be read by everybody; give its text.

    `again`: a page of this kind was looked at by axe already, with the same parts.
    """
    for closed in page.locator("main details:not([open]) > summary").all():
        if closed.is_visible():
            closed.click()
    assert page.evaluate(WIDE) == 0, page.url
    assert again or serious(page) == [], page.url
    return page.locator("main").inner_text()


def upload(page: Page, name: str, body: bytes, file: str) -> None:
    """Give the file of a material."""
    paper = page.locator(".paper", has=page.get_by_role("heading", name=name))
    mime = "application/pdf" if file.endswith("pdf") else "image/png"
    paper.locator("input[type=file]").set_input_files(
        {"name": file, "mimeType": mime, "buffer": body}
    )
    paper.locator("form[enctype] button[type=submit]").click()


def test_an_applicant_goes_the_whole_way_on_a_telephone(hall: Hall, chromium: Browser) -> None:
    context = chromium.new_context(viewport=TELEPHONE, user_agent=TELEPHONE_BROWSER)  # type: ignore[arg-type]  # a size
    page = context.new_page()

    page.goto(f"{hall.address}/catalog/items/{CODE}")
    page.get_by_role("link", name="在线办理").click()
    assert "逐条确认受理条件" in look(page)
    assert page.get_by_role("checkbox").count() == 3
    page.get_by_label("自然人").check()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="看看能不能办").click()
    assert "您没有确认：从业人员身体健康；" in look(page)
    for one in page.get_by_role("checkbox").all():
        one.check()
    page.get_by_role("button", name="看看能不能办").click()
    assert "可以办理" in look(page)

    page.get_by_role("link", name="登录并填写").click()
    page.get_by_label("账号").fill("applicant-7")
    page.get_by_label("角色").select_option("applicant")
    page.get_by_role("button", name="登录").click()
    page.get_by_label("姓名").fill("测试申请人")
    page.get_by_label("居民身份证号码").fill(NUMBER + "?")
    page.get_by_label("联系电话").fill("00000000000")
    page.get_by_role("button", name="保存草稿").click()
    assert "校验位不对" in look(page)
    assert page.get_by_label("姓名").input_value() == "测试申请人"
    page.get_by_label("居民身份证号码").fill(NUMBER + resident_id_check(NUMBER))
    page.get_by_role("button", name="保存草稿").click()

    text = look(page)
    number = page.url.split("/cases/")[1].split("/")[0]
    assert "已存为草稿" in text and "免提交" in text and "还缺 2 份必要材料" in text
    upload(page, FORM, PNG, "form.png")
    assert f"{FORM}：" in look(page) and "没有收下" in page.locator(".notice-red").inner_text()
    upload(page, FORM, PDF, "form.pdf")
    upload(page, PLAN, PDF + b"1", "plan.pdf")
    assert f"已收到：{PLAN}" in page.locator("main").inner_text()
    page.get_by_role("button", name="提交申请").click()
    text = look(page)
    assert "申请已经提交" in text and "窗口最迟在" in text
    page.get_by_role("link", name="查看填写的信息").click()
    text = look(page, again=True)
    assert "测***" in text and "测试申请人" not in page.content()

    wrong = {"code": material_code(PLAN), "material": PLAN, "wrong": "没有标出安全出口"}
    hall.act(number, "notices", items=[wrong], days=5)
    page.reload()
    assert "补交 1 项材料" in look(page, again=True)
    page.get_by_role("link", name="去补正").click()
    assert "没有标出安全出口" in look(page)
    upload(page, PLAN, PDF + b"2", "plan.pdf")
    assert page.get_by_label(f"{PLAN}（已上传）").is_checked()
    look(page)
    page.get_by_role("button", name="交回补正").click()
    assert "补正已经交回" in look(page, again=True)

    hall.act(number, "acceptance")
    officer = hall.house.token("fees-1", "fee_officer")
    status, fee = hall.ask("POST", "intake", f"/cases/{number}/fees", {"fee": "工本费"}, officer)
    assert status == 201, fee
    status, _ = hall.ask("POST", "intake", f"/fees/{fee['order_no']}/notice", {}, officer)
    assert status == 201
    hall.wait_for(number, "in_review")
    page.reload()
    text = look(page)
    assert "缴纳 10.00 元" in text and fee["order_no"] in text and "住房和城乡建设局" in text
    assert page.locator("figure.strip").count() == 2

    officer = hall.house.token("officer-21", "officer", unit="D07")
    body = {"decision": "approve"}
    status, done = hall.ask("POST", "approval", f"/cases/{number}/decision", body, officer)
    assert status == 201, done
    hall.wait_for(number, "completed")
    page.reload()
    assert "已经准予，结果在统一出件窗口" in look(page)
    page.get_by_role("button", name="查看取件码").click()
    text = look(page)
    assert "取件码（只显示这一次" in text and page.locator(".notice .value").count() == 1
    page.get_by_role("link", name="评价办理结果").click()
    look(page)
    page.get_by_label("非常满意").check()
    page.get_by_label("想说的话").fill("很快")
    page.get_by_role("button", name="提交评价").click()
    assert "感谢您的评价" in look(page, again=True)
    assert page.get_by_role("link", name="评价办理结果").count() == 0
    clerk = hall.house.token("clerk-12", "clerk")
    _, rating = hall.ask("GET", "intake", f"/cases/{number}/ratings/2", token=clerk)
    assert (rating["level"], rating["has_text"]) == (1, True)
    _, case = hall.get("intake", f"/cases/{number}")
    assert case["case"]["channel"] == "mobile"

    page.get_by_role("link", name="返回我的办件").click()
    assert NAME in look(page)
    page.get_by_label("状态").select_option("draft")
    page.get_by_role("button", name="筛选").click()
    assert "没有符合条件的办件" in look(page)
    others_see_nothing(hall, number)
    context.close()


def others_see_nothing(hall: Hall, number: str) -> None:
    """Ask for somebody else's case: the answer is that of a case that is not there."""
    for who, role in (("applicant-8", "applicant"), ("agent-3", "agent")):
        for place in ("", "/materials", "/withdrawal", "/ratings/1"):
            theirs, never = (
                hall.my(number + place, who, role),
                hall.my("no-such" + place, who, role),
            )
            assert theirs[0] == never[0] == 404, place
            assert "小餐饮" not in theirs[1]
    assert hall.my(number, "clerk-12", "clerk")[0] == 403


def test_what_a_rule_decided_is_looked_at_and_the_case_is_withdrawn(
    hall: Hall, chromium: Browser
) -> None:
    rule = {"channels": ["mobile"], "needs_all_materials": False}
    status, _ = hall.post(f"/items/{CODE}/acceptance-rule", rule, "supervisor-2:supervisor")
    assert status == 201
    taken = hall.apply(item_code=CODE, channel="mobile", declared_trust=True)
    assert taken["state"] == "accepted"
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # a size
    token = hall.house.token("applicant-7", "applicant")
    context.add_cookies([{"name": "banjian_token", "value": token, "url": hall.address}])
    page = context.new_page()
    page.goto(f"{hall.address}/intake/my/cases/{taken['project_no']}")

    page.get_by_role("button", name="要求人工复核").click()
    assert "正在等待结论" in look(page)
    page.get_by_role("link", name="撤回申请").click()
    assert "不能恢复" in look(page)
    page.get_by_role("button", name="确定撤回").click()

    assert "申请已经撤回" in page.locator("main").inner_text()
    assert page.get_by_role("link", name="重新申请").count() == 1
    context.close()
