"""The catalog in a browser: find, read, compare, the calendar, and the editor's desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from services.chassis.eventlog.database import Database
from services.chassis.issuer import Issuer, serve_issuer
from tests.support.browser import browser
from tests.support.catalog import (
    BUILDING,
    DINING,
    FROZEN,
    GONE,
    HEALTH,
    MERGED,
    ODD,
    SPLIT,
    county,
    feed,
    many,
)
from tests.support.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

NEW = "123412XX000000777X4000117099000"
DESKTOP, TELEPHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PUBLIC = (
    "/",
    "/?q=许可",
    "/?q=没有这样的事",
    "/?kind=claim&status=open",
    f"/items/{BUILDING}",
    f"/items/{MERGED}",
    f"/items/{ODD}",
    f"/items/{BUILDING}/compare?a=1&b=2",
    "/calendars/2020",
    "/calendars/2098",
    "/schemes",
)
PRIVATE = (
    "/desk",
    "/desk/new",
    f"/desk/items/{HEALTH}?act=merge",
    f"/desk/new?item={DINING}",
    "/desk/calendar?year=2020",
)
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def catalog(module_house: House) -> Iterator[str]:
    """Serve the catalog of the small county of `tests.support.catalog`; give its address."""
    database = Database(f"{module_house.database_url}?options=-csearch_path%3Dcatalog_model")
    feed(database, [*county(), *many(45)])
    database.close()
    with module_house.serve("catalog"):
        yield module_house.url_of("catalog")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desktop page that fails the test if the console complained."""
    opened = chromium.new_page(viewport=DESKTOP)
    complaints: list[str] = []
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


@pytest.fixture(scope="module")
def issuer(module_house: House) -> Iterator[str]:
    """Serve the development issuer with the house's key; give its address."""
    key = Issuer(module_house.folder / "issuer.pem")
    server = serve_issuer("127.0.0.1", 0, key, module_house.env)
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def signed_in(issuer: str, chromium: Browser) -> Iterator[Callable[[str, str], Page]]:
    """Give a page of somebody who signed in by the form, without JavaScript."""
    with ExitStack() as stack:

        def enter(account: str, role: str) -> Page:
            context = chromium.new_context(viewport=DESKTOP, java_script_enabled=False)
            stack.callback(context.close)
            page = context.new_page()
            page.goto(f"{issuer}/sign-in?next=/jwks.json")
            page.get_by_label("账号").fill(account)
            page.get_by_label("角色").select_option(role)
            page.get_by_role("button", name="登录").click()
            return page

        yield enter


def test_front_shows_the_search_box_departments_and_themes(catalog: str, page: Page) -> None:
    page.goto(catalog)

    assert page.get_by_role("searchbox").count() == 1
    assert "住房和城乡建设局" in page.locator("#by-department + ul").inner_text()
    page.get_by_role("link", name="工程建设").click()
    assert page.locator(".hit").count() == 1
    assert "建筑工程施工许可证核发" in page.locator(".hit").inner_text()


def test_a_search_finds_by_any_part_of_a_name_and_filters_narrow_it(
    catalog: str, page: Page
) -> None:
    page.goto(catalog)
    page.get_by_role("searchbox").fill("许可 食品")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")

    assert page.locator(".hit h2").all_inner_texts() == ["食品经营许可（新办）"]
    page.get_by_role("searchbox").fill("许")
    page.get_by_role("button", name="查找").click()
    assert page.locator(".hit").count() == 4
    page.get_by_label("部门 Department").select_option("D07")
    page.get_by_role("button", name="筛选").click()
    assert page.locator(".hit h2").all_inner_texts() == ["建筑工程施工许可证核发"]
    assert page.get_by_role("searchbox").input_value() == "许"
    page.get_by_label("服务对象").select_option(label="自然人")
    page.get_by_role("button", name="筛选").click()
    assert "没有找到符合条件的事项" in page.locator("main").inner_text()


def test_an_ended_item_is_found_by_its_status_only(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/?q=建设工程招标备案")
    assert page.locator(".hit").count() == 0

    page.get_by_label("状态 Status").select_option("cancelled")
    page.get_by_role("button", name="筛选").click()

    assert "已取消" in page.locator(".hit").inner_text()


def test_results_go_on_page_by_page_without_a_gap(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/?q=分页测试")
    seen = page.locator(".hit h2").all_inner_texts()
    while page.get_by_role("link", name="下一页").count():
        page.get_by_role("link", name="下一页").click()
        seen += page.locator(".hit h2").all_inner_texts()

    assert seen == [f"分页测试事项{number:04d}" for number in range(45)]


def test_claims_of_villages_are_a_tab_of_their_own(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/?q=养老保险")
    page.get_by_role("link", name="乡镇、村（社区）认领的事项").click()

    assert page.locator(".hit").count() == 12
    assert "城关镇第1社区" in page.locator("main").inner_text()


def test_the_guide_says_what_to_bring_how_it_goes_and_what_holds(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/items/{BUILDING}")

    said = page.locator("main").inner_text()
    for text in ("7 个工作日", "法定 20 个工作日", "4 件", "不收费", "免提交", "领取证书",
                 "工程建设窗口", "08:30-12:00、14:00-17:30", "材料 5→4", "流程再造"):  # fmt: skip
        assert text in said, text
    picture = page.locator(".flow svg")
    assert "建筑工程施工许可证核发办理流程图" in (picture.locator("title").text_content() or "")
    assert "依次为：提出申请；1 受理（综合窗口" in (picture.locator("desc").text_content() or "")
    assert picture.locator("rect").count() == 7


def test_an_earlier_day_shows_what_held_then(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/items/{BUILDING}")
    page.get_by_label("查看某一天适用的规定").fill("2020-03-01")
    page.get_by_role("button", name="查看", exact=True).click()

    said = page.locator(".keyfacts").inner_text()
    assert "15 个工作日" in said and "5 件" in said
    assert "这是 2020-03-01 时的规定" in page.locator("main").inner_text()


def test_an_impossible_day_is_said_next_to_its_field(catalog: str, chromium: Browser) -> None:
    page = chromium.new_page()
    answer = page.goto(f"{catalog}/items/{BUILDING}?as_of=2020-11-31")

    assert answer is not None and answer.status == 400
    assert "没有这个日期" in page.locator("#e-as_of").inner_text()
    assert page.get_by_label("查看某一天适用的规定").input_value() == "2020-11-31"
    page.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (GONE, "已取消，不再受理"),
        (FROZEN, "已冻结"),
        (SPLIT, "已拆分为其他事项"),
        (ODD, "没有事项编码"),
    ],
)
def test_what_is_special_about_an_item_is_said(
    catalog: str, page: Page, code: str, said: str
) -> None:
    page.goto(f"{catalog}/items/{code}")

    assert said in page.locator("main").inner_text()


def test_lineage_is_walked_both_ways(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/items/{MERGED}")
    page.get_by_role("link", name="河道管理范围内临时占用审批").click()

    assert "已并入其他事项" in page.locator("main").inner_text()
    page.locator("#lineage").get_by_role("link", name="河道管理范围内建设项目审批").click()
    assert page.url.endswith(MERGED)


def test_two_versions_are_compared_field_by_field(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/items/{BUILDING}")
    page.get_by_role("button", name="比较两版").click()

    rows = page.locator("table.compare tbody tr").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["承诺时限", "生效日期", "申请材料"]
    assert "删 企业营业执照复印件 · 必要 · 复印件 2" in rows[2]


def test_the_calendar_marks_every_special_day_of_each_version(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/calendars/2020")

    days = page.locator(".year .day.off, .year .day.made_up")
    assert days.count() == 7
    assert (
        page.locator(".year .day.changed").get_attribute("title")
        == "1月31日，放假，春节延长，本版有变"
    )
    page.get_by_label("查看某一天已知的日历").fill("2019-12-01")
    page.get_by_role("button", name="查看").click()
    assert page.locator(".year .day.off").count() == 5
    assert "国办发明电〔2019〕16号" in page.locator("main").inner_text()


def test_a_year_nobody_announced_is_marked_provisional(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/calendars/2098")

    assert "尚未公布本年的安排" in page.locator("main").inner_text()
    assert page.locator(".year.provisional .day.off").count() == 0


def test_schemes_draw_who_needs_whom_and_mark_cycles(catalog: str, page: Page) -> None:
    page.goto(f"{catalog}/schemes")

    assert "食品经营许可（新办） ⇄ 公共场所卫生许可" in page.locator("main").inner_text()
    assert page.locator(".graph path.edge.mutual").count() == 2
    assert page.locator(".graph path.edge").count() == 4


@pytest.mark.parametrize("path", PUBLIC)
def test_a_telephone_never_scrolls_sideways(catalog: str, chromium: Browser, path: str) -> None:
    page = chromium.new_page(viewport=TELEPHONE)
    page.goto(catalog + path)

    assert page.evaluate(WIDE) == 0
    page.close()


@pytest.mark.parametrize("path", PUBLIC)
def test_axe_finds_nothing_serious(catalog: str, page: Page, path: str) -> None:
    page.goto(catalog + path)

    assert serious(page) == []


def serious(page: Page) -> list[str]:
    """Give what axe-core calls serious or critical, with where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def fill_draft(page: Page, **changed: str) -> None:
    """Type a whole draft of a new item."""
    typed = {
        "item_code": NEW,
        "name": "小型餐饮登记",
        "department": "D09",
        "department_name": "市场监督管理局",
        "effective_from": "2199-01-01",
        "statutory_limit_days": "20",
        "promised_limit_days": "3",
        "visits": "1",
        "visits_reason": "领取登记证",
        "materials": "登记申请表 | 必要 | 纸质 | 1\n营业执照 | 免提交 | 电子",
        "steps": "受理 | 窗口 | 1\n决定 | 首席代表 | 2",
        "guide_materials": "见材料表",
        "guide_criteria": "齐全",
        "guide_steps": "受理、决定",
        "guide_flow": "受理后决定",
    }
    for name, text in {**typed, **changed}.items():
        page.locator(f"#f-{name}").fill(text)
    page.locator("#f-item_type").select_option("20")
    page.locator("#f-case_type").select_option("PROMISED")
    page.get_by_label("公共服务清单").check()


def test_the_desk_asks_who_comes_and_lets_in_by_role(
    catalog: str, chromium: Browser, signed_in: Callable[[str, str], Page]
) -> None:
    stranger = chromium.new_page()
    answer = stranger.goto(f"{catalog}/desk")
    assert answer is not None and answer.status == 401
    assert stranger.get_by_role("link", name="登录").count() == 2
    stranger.close()

    clerk = signed_in("clerk-1", "clerk")
    answer = clerk.goto(f"{catalog}/desk")
    assert answer is not None and answer.status == 403


def test_a_draft_is_written_reviewed_by_both_offices_and_published(
    catalog: str, signed_in: Callable[[str, str], Page]
) -> None:
    editor = signed_in("editor-1", "catalog_editor")
    editor.goto(f"{catalog}/desk")
    assert "没有待公布的草案" in editor.locator("main").inner_text()
    editor.get_by_role("link", name="编制新事项").click()

    fill_draft(editor, promised_limit_days="30", visits_reason="")
    editor.get_by_role("button", name="保存草案").click()

    assert "promised_limit" in editor.locator("#e-promised_limit_days").inner_text()
    assert "visits_reason" in editor.locator("#e-visits_reason").inner_text()
    assert editor.locator("#f-materials").input_value().startswith("登记申请表 | 必要 | 纸质 | 1")
    assert editor.get_by_label("公共服务清单").is_checked()

    editor.locator("#f-promised_limit_days").fill("3")
    editor.locator("#f-visits_reason").fill("领取登记证")
    editor.get_by_role("button", name="保存草案").click()
    assert editor.url.endswith(f"/desk/items/{NEW}/drafts/1")
    editor.get_by_role("button", name="公布第 1 版").click()
    assert "编办、法制办" in editor.get_by_role("alert").inner_text()

    for account, role in (("staffing-1", "staffing_office"), ("legal-1", "legal_office")):
        office = signed_in(account, role)
        office.goto(f"{catalog}/desk")
        office.get_by_role("link", name="小型餐饮登记").click()
        office.get_by_label("不通过", exact=True).check()
        office.get_by_role("button", name="提交意见").click()
        assert "理由" in office.locator("#e-comments").inner_text()
        office.get_by_label("通过", exact=True).check()
        office.get_by_role("button", name="提交意见").click()
        assert "通过" in office.locator("main").inner_text()

    editor.goto(f"{catalog}/desk")
    editor.get_by_role("link", name="小型餐饮登记").click()
    editor.get_by_role("button", name="公布第 1 版").click()
    assert editor.url.endswith(f"/items/{NEW}")
    said = editor.locator("main").inner_text()
    assert "尚未生效" in said and "3 个工作日" in said and "免提交" in said
    editor.goto(f"{catalog}/?q=小型餐饮登记")
    assert editor.locator(".hit").count() == 1


def test_an_act_that_hurts_says_first_what_becomes_of_open_cases(
    catalog: str, signed_in: Callable[[str, str], Page]
) -> None:
    editor = signed_in("editor-1", "catalog_editor")
    editor.goto(f"{catalog}/desk/items/{NEW}?act=cancel")
    editor.get_by_role("button", name="下一步").click()
    assert "请选择一项" in editor.locator("#e-open_cases").inner_text()

    editor.locator("#f-reason").fill("试点结束")
    editor.locator("#f-effective_from").fill("2199-06-01")
    editor.locator("#f-open_cases").select_option("FINISH_UNDER_OLD")
    editor.get_by_role("button", name="下一步").click()
    said = editor.locator("main").inner_text()
    assert "永久不再受理" in said and "在办件按原规定办完" in said
    assert editor.get_by_role("link", name="查看本事项的在办件").count() == 1
    editor.get_by_role("button", name="确认取消").click()

    assert "已经取消" in editor.locator("main").inner_text()
    editor.goto(f"{catalog}/items/{NEW}")
    assert "试点结束；在办件按原规定办完" in editor.locator("#lineage").inner_text()


def test_a_calendar_is_published_by_a_form_and_a_wrong_line_is_named(
    catalog: str, signed_in: Callable[[str, str], Page]
) -> None:
    editor = signed_in("editor-1", "catalog_editor")
    editor.goto(f"{catalog}/desk/calendar?year=2031")
    editor.locator("#f-document").fill("测试文件一号")
    editor.locator("#f-announced_on").fill("2020-11-01")
    editor.locator("#f-days_off").fill("2031-01-01 元旦\n2031-02-30 春节")
    editor.get_by_role("button", name="公布").click()
    assert "第 2 行" in editor.locator("#e-days_off").inner_text()

    editor.locator("#f-days_off").fill("2031-01-01 元旦")
    editor.get_by_role("button", name="公布").click()

    assert editor.url.endswith("/calendars/2031")
    assert "测试文件一号" in editor.locator("main").inner_text()


def test_a_form_of_another_session_is_refused(
    catalog: str, signed_in: Callable[[str, str], Page]
) -> None:
    editor = signed_in("editor-1", "catalog_editor")
    cookie = next(c for c in editor.context.cookies() if c["name"] == "banjian_token")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"

    answer = editor.context.request.post(
        f"{catalog}/desk/items/{NEW}/adjust", form={"act": "freeze", "csrf": "0" * 64}
    )
    api = editor.context.request.post(f"{catalog}/items/{NEW}/cancel", data={})

    assert answer.status == 403
    assert api.status in (401, 404, 405)


@pytest.mark.parametrize("path", PRIVATE)
def test_the_desk_fits_a_telephone_and_axe(
    catalog: str, issuer: str, chromium: Browser, path: str
) -> None:
    with desk(chromium, issuer) as context:
        page = context.new_page()
        page.goto(catalog + path)

        assert page.evaluate(WIDE) == 0
        assert serious(page) == []


@contextmanager
def desk(chromium: Browser, issuer: str) -> Iterator[BrowserContext]:
    """Give a telephone of an editor who signed in."""
    context = chromium.new_context(viewport=TELEPHONE)
    page = context.new_page()
    page.goto(f"{issuer}/sign-in?next=/jwks.json")
    page.get_by_role("button", name="登录").click()
    page.close()
    yield context
    context.close()
