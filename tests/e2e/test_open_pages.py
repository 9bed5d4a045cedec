"""Open information and requests for it in a browser; axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.disclosure.test_foi import ASKED, Desk, today
from tests.support.browser import browser
from tests.support.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Desk]:
    with module_house.serve("disclosure"):
        desk = Desk(module_house)
        yield desk
        desk.database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


def signed_in(desk: Desk, page: Page, role: str, account: str) -> Page:
    token = desk.house.token(account, role)
    url = desk.house.url_of("disclosure")
    page.context.add_cookies([{"name": "banjian_token", "value": token, "url": url}])
    return page


def test_a_person_asks_and_an_officer_answers(desk: Desk, chromium: Browser) -> None:
    context = chromium.new_context(viewport=TELEPHONE, java_script_enabled=False)
    page, base = context.new_page(), desk.house.url_of("disclosure")
    page.goto(f"{base}/foi")
    page.get_by_role("link", name="填写申请").click()
    page.get_by_label("信息的名称").fill(ASKED["text"])
    page.get_by_label("姓名或者单位名称").fill(ASKED["name"])
    page.get_by_label("身份证件号码").fill(ASKED["id_number"])
    page.get_by_label("联系电话").fill(ASKED["phone"])
    page.get_by_role("button", name="提交申请").click()
    number, code = page.locator(".keyfacts strong").all_inner_texts()
    page.get_by_role("link", name="返回依申请公开").click()
    page.get_by_label("申请编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()
    assert page.get_by_text("待确认收到日期").is_visible()
    context.close()

    context = chromium.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = signed_in(desk, context.new_page(), "foi_officer", "foi-1")
    page.goto(f"{base}/foi-desk")
    page.get_by_role("link", name=number).click()
    page.get_by_role("link", name="确认收到日期").click()
    page.get_by_label("双方确认的收到日期").fill(str(today()))
    page.get_by_role("button", name="确认收到日期").click()
    assert page.get_by_text("已经办理：确认收到日期").is_visible()
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_fit_and_axe_finds_nothing(desk: Desk, chromium: Browser, width: int) -> None:
    number = desk.register(today())
    draft = {"node": "rules", "facet": "DECISION", "title": "实施意见", "text": "正文。" * 60}
    editor, secrecy = "e-1:disclosure_editor", "s-1:secrecy_reviewer"
    told = desk.ask("POST", "/open/entries", editor, {**draft, "formed_on": str(today())})[1]
    entry = told["entry_no"]
    for who, act in ((secrecy, "review"), ("a-1:disclosure_approver", "approve")):
        desk.ask("POST", f"/open/entries/{entry}/acts", who, {"act": act})
    desk.ask("POST", f"/open/entries/{entry}/acts", editor, {"act": "publish"})
    context = chromium.new_context(viewport=DESKTOP if width == 1440 else TELEPHONE)
    page, base = context.new_page(), desk.house.url_of("disclosure")
    public = ("/foi", "/foi/new", f"/foi/report/{today().year}", "/open", f"/open/{entry}")
    own = {
        "foi_officer": ("/foi-desk", f"/foi-desk/{number}", f"/foi-desk/{number}?act=answer"),
        "disclosure_editor": ("/open-desk", "/open-desk/write", f"/open-desk/{entry}"),
    }
    for role, paths in {"": public, **own}.items():
        if role:
            signed_in(desk, page, role, "account-1")
        for path in paths:
            page.goto(base + path)
            assert serious(page) == [], path
            assert page.evaluate(WIDE) <= 0, path
    context.close()
