"""The board in a browser: right figures, every figure leads to its cases and its proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from services.chassis.eventlog.database import Database
from services.chassis.projection import Insert
from services.disclosure.projections import READ_MODEL
from tests.integration.disclosure.conftest import event
from tests.support.browser import browser
from tests.support.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CASES = 60
DONE = 45


@pytest.fixture(scope="module")
def board(module_house: House) -> Iterator[str]:
    """Serve a board of 60 cases in two departments, 45 completed; give its address."""
    events = []
    for n in range(CASES):
        no, day = f"C{n:03d}", 1 + n % 27
        events.append(
            event(
                "case-accepted",
                len(events) + 1,
                project_no=no,
                item_code="I1",
                channel="online" if n % 3 == 0 else "window",
                department=f"D{n % 2}",
                accepted_at=f"2020-{1 + n % 4:02d}-{day:02d}T09:00:00+08:00",
                promised_due_at=f"2020-06-{day:02d}T23:59:59+08:00",
            )
        )
        if n < DONE:
            events.append(
                event(
                    "case-completed",
                    len(events) + 1,
                    project_no=no,
                    completion_kind=0,
                    completed_at=f"2020-{5 + n % 3:02d}-{day:02d}T10:00:00+08:00",
                )
            )
    database = Database(module_house.database_url + "?options=-csearch_path%3Ddisclosure_model")
    rows = [c.row for e in events for c in READ_MODEL.project(e) if isinstance(c, Insert)]
    columns = ", ".join(READ_MODEL.tables["facts"])
    values = ", ".join(["%s"] * len(rows))
    database.run(f"INSERT INTO facts ({columns}) VALUES {values}", rows)
    database.run(
        "INSERT INTO items VALUES (1, 'I1', 1, '建筑工程施工许可', 'D0', '住房和城乡建设局',"
        " '01', 4, '3412XX', false, true, 1, 20, 'WORKING_DAY', 5, 'WORKING_DAY', 4, 3, true,"
        " '2019-01-01')"
    )
    database.run(
        "INSERT INTO named (position, what, code, name) VALUES (2, 'region', '3412XX', '示例县'),"
        " (3, 'region', '3412XX001001', '甲村'), (4, 'region', '3412XX001', '甲镇')"
    )
    database.run(
        "INSERT INTO disclosure.inbox (source, done) VALUES ('intake', %s), ('catalog', '{[1,5)}')"
        " ON CONFLICT (source) DO UPDATE SET done = EXCLUDED.done",
        (f"{{[1,{len(events) + 1})}}",),
    )
    database.close()
    with module_house.serve("disclosure"):
        yield module_house.url_of("disclosure")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desktop page that fails the test if the console complained."""
    opened = chromium.new_page(viewport={"width": 1440, "height": 900})
    complaints: list[str] = []
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


def card(page: Page, name: str) -> str:
    return page.locator(f"article[aria-label='{name}']").inner_text()


def test_the_board_shows_the_figures_with_their_meaning(board: str, page: Page) -> None:
    page.goto(f"{board}/board")

    assert f"{CASES}\n" in card(page, "受理量").replace("件", "\n")
    assert f"{DONE}\n" in card(page, "办结量").replace("件", "\n")
    rate = card(page, "办结率")
    assert "75.00" in rate and f"已办结 {DONE} 件" in rate and f"受理 {CASES} 件" in rate
    assert "四舍五入" in rate and "截至" in rate
    assert page.locator("#chart-months svg desc").count() == 1
    page.get_by_text("图中数据").click()
    assert page.locator("#chart-months tbody tr").count() == 7


def test_a_figure_leads_to_its_cases_and_they_to_their_events(board: str, page: Page) -> None:
    page.goto(f"{board}/board")

    page.locator("article[aria-label='在办量']").get_by_role("link", name="查看办件").click()

    assert page.locator("tbody tr").count() == CASES - DONE
    link = page.locator("tbody tr th a").first
    assert (link.get_attribute("href") or "").endswith("/intake/cases/" + link.inner_text())
    assert "住房和城乡建设局" in page.locator("tbody").inner_text()


def test_a_figure_leads_to_how_it_was_computed(board: str, page: Page) -> None:
    page.goto(f"{board}/board")

    page.locator("article[aria-label='办结率']").get_by_role("link", name="查看依据").click()

    said = page.locator("main").inner_text()
    assert f"intake\t{CASES + DONE}\t" in said
    assert "当时已知" in said and "现在已知" in said
    assert "banjian stat S03 --as-of" in said
    page.get_by_role("link", name=f"受理 {CASES} 件").click()
    assert page.locator("tbody tr").count() == 50
    page.get_by_role("link", name="下一页").click()
    assert page.locator("tbody tr").count() == CASES - 50


def test_filters_narrow_the_figures_and_stay_in_the_form(board: str, page: Page) -> None:
    page.goto(f"{board}/board")
    page.get_by_label("部门 Department").select_option("D1")
    page.get_by_label("统计时点").fill("2020-05-15")
    page.get_by_role("button", name="查询").click()

    assert page.get_by_label("部门 Department").input_value() == "D1"
    assert page.get_by_label("统计时点").input_value() == "2020-05-15"
    assert "30" in card(page, "受理量")
    assert "2020-05-15 23:59" in card(page, "受理量")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_region_is_chosen_by_its_name_and_kept_behind_every_link(
    board: str, chromium: Browser, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{board}/board")
    field = page.get_by_label("区划 Region")
    assert field.locator("option").all_inner_texts() == [
        *("全部区划", "示例县", "\u3000甲镇", "\u3000\u3000甲村")
    ]
    field.select_option("3412XX001001")
    page.get_by_role("button", name="查询").click()
    assert "没有符合条件的办件" in page.locator("main").inner_text()

    field.select_option("3412XX")
    page.get_by_role("button", name="查询").click()
    assert field.input_value() == "3412XX"
    assert str(CASES) in card(page, "受理量")
    links = page.locator("main a[href*='/cases'], main a[href*='/board?'], main a[href*='/how/']")
    hrefs = [str(link.get_attribute("href")) for link in links.all()]
    assert [href for href in hrefs if "region=3412XX" not in href] == []
    page.locator("article[aria-label='受理量']").get_by_role("link", name="查看办件").click()
    assert "示例县" in page.locator("dl.facts").inner_text()
    assert "region=3412XX" in str(page.locator("a.csv").get_attribute("href"))
    page.close()


def test_an_impossible_date_is_told_next_to_its_field(board: str, chromium: Browser) -> None:
    page = chromium.new_page()
    answer = page.goto(f"{board}/board?as_of=2020-11-31&department=D1")

    assert answer is not None and answer.status == 400
    assert page.get_by_label("统计时点").input_value() == "2020-11-31"
    assert "没有这个日期" in page.locator("#e-as_of").inner_text()
    assert page.get_by_label("部门 Department").input_value() == "D1"
    page.close()


def test_no_cases_is_said_and_not_drawn(board: str, page: Page) -> None:
    page.goto(f"{board}/board?as_of=2001-01-01")

    assert "没有符合条件的办件" in page.locator("main").inner_text()
    assert page.locator("article").count() == 0


def test_the_keyboard_reaches_the_figures_and_the_focus_is_seen(board: str, page: Page) -> None:
    page.goto(f"{board}/board")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if "查看办件" in page.evaluate("document.activeElement.innerText || ''"):
            break
    assert "查看办件" in page.evaluate("document.activeElement.innerText")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases?**")


def test_a_figure_of_the_catalog_leads_to_its_items_and_its_formula(board: str, page: Page) -> None:
    page.goto(f"{board}/board")
    assert "1 项" in card(page, "最多跑一次事项占比") and "100.0" in card(
        page, "最多跑一次事项占比"
    )
    assert "20 个工作日" in card(page, "承诺时限压缩率")

    page.locator("article[aria-label='承诺时限压缩率']").get_by_role(
        "link", name="查看明细"
    ).click()
    assert page.locator("tbody tr").count() == 1
    assert "建筑工程施工许可" in page.locator("tbody").inner_text()
    assert page.locator("tbody td.num").inner_text() == "15"

    page.get_by_role("link", name="怎样算出来的").click()
    assert "进驻大厅的有效事项" in page.locator("main").inner_text()
    page.get_by_role("link", name="法定时限合计 20 个工作日").click()
    assert page.locator("tbody td.num").inner_text() == "20"


def test_a_filter_the_catalog_does_not_know_is_said_to_be_left_out(board: str, page: Page) -> None:
    page.goto(f"{board}/board?channel=online")

    assert "不受这两个条件影响" in page.locator("main").inner_text()


@pytest.mark.parametrize(
    "path",
    [
        *("/board", "/cases?measure=S01", "/how", "/how/S03", "/how/S14", "/entries?measure=S14"),
        *("/published", "/audit"),
    ],
)
def test_a_telephone_never_scrolls_sideways(board: str, chromium: Browser, path: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(board + path)

    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    page.close()


def test_axe_finds_nothing_serious_where_figures_are_proven(board: str, page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for path in ("/how", "/how/S03", "/published", "/audit"):
        page.goto(board + path)
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], path
