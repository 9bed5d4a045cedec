"""The public front page, a case's progress and the wall in a browser; axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.chassis.eventlog.database import Database
from services.chassis.projection import Insert
from services.disclosure.projections import READ_MODEL
from services.kernel.times import SHANGHAI
from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.disclosure.conftest import event
from tests.integration.disclosure.test_foi import ASKED, Desk, today
from tests.support.browser import browser
from tests.support.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WALL = {"width": 1920, "height": 1080}
MONTHS = 11
ITEMS = ("建筑工程施工许可证核发", "食品经营许可", "劳务派遣经营许可", "取水许可", "个体工商户登记")


def county(house: House) -> int:
    """Put a year of cases, the cards of a month and a granted decision in; give today's number."""
    now = datetime.now(UTC).astimezone(SHANGHAI)
    moments = [now - timedelta(days=30 * back, hours=back % 5) for back in range(MONTHS, 0, -1)]
    moments = [at + timedelta(minutes=n) for at in moments for n in range(6 + at.month)]
    moments += [now - timedelta(minutes=17 * n) for n in range(14, 0, -1)]
    events = []
    for n, at in enumerate(moments):
        due = at + timedelta(days=9 if n % 7 else 0, hours=1)
        events.append(
            event(
                "case-accepted",
                len(events) + 1,
                project_no=f"C{n:03d}",
                item_code=f"I{n % 5}",
                channel="online" if n % 3 == 0 else "window",
                department=f"D{n % 3}",
                accepted_at=at.isoformat(),
                promised_due_at=due.isoformat(),
            )
        )
        if n % 9 and at + timedelta(minutes=40) < now:
            events.append(
                event(
                    "case-completed",
                    len(events) + 1,
                    project_no=f"C{n:03d}",
                    completion_kind=0,
                    completed_at=(at + timedelta(minutes=40)).isoformat(),
                )
            )
    database = Database(house.database_url + "?options=-csearch_path%3Ddisclosure_model")
    rows = [c.row for e in events for c in READ_MODEL.project(e) if isinstance(c, Insert)]
    facts = [row for row in rows if len(row) == len(READ_MODEL.tables["facts"])]
    columns = ", ".join(READ_MODEL.tables["facts"])
    database.run(
        f"INSERT INTO facts ({columns}) VALUES {', '.join(['%s'] * len(facts))}",
        facts,
    )
    names = ("住房和城乡建设局", "市场监督管理局", "水利局")
    for n, item in enumerate(ITEMS):
        database.run(
            "INSERT INTO items VALUES (%s, %s, 1, %s, %s, %s, '01', 4, '3412XX', false, true, 1,"
            " 20, 'WORKING_DAY', 5, 'WORKING_DAY', 4, 3, true, '2019-01-01')",
            (n + 1, f"I{n}", item, f"D{n % 3}", names[n % 3]),
        )
    database.run(
        "INSERT INTO granted_result VALUES ('C001', 'I1', 'D1', 'granted', %s)", (today(),)
    )
    for n, (unit, colour) in enumerate((("D1", "RED"), ("D1", "YELLOW"), ("D2", "YELLOW"))):
        database.run(
            "INSERT INTO supervision_card (warning_no, colour, unit, ground, process_no, clock,"
            " due_at, issued_on) VALUES (%s, %s, %s, 'C001', 'C001', 'PROMISED', %s, %s)",
            (f"W{n}", colour, unit, now, today()),
        )
    database.run(
        "INSERT INTO disclosure.inbox (source, done) VALUES ('intake', %s), ('catalog', '{[1,6)}')"
        " ON CONFLICT (source) DO UPDATE SET done = EXCLUDED.done",
        (f"{{[1,{len(events) + 1})}}",),
    )
    database.close()
    return sum(1 for at in moments if at.date() == now.date())


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Desk]:
    county(module_house)
    with module_house.serve("disclosure"):
        desk = Desk(module_house)
        yield desk
        desk.database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desktop page that fails the test if the console complained."""
    opened = chromium.new_page(viewport=DESKTOP)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


def publish(desk: Desk, title: str) -> str:
    """Publish an entry by the hands it takes."""
    draft = {"node": "rules", "facet": "DECISION", "title": title, "text": "正文。" * 40}
    draft |= {"boosts": ["REFORM"], "formed_on": str(today())}
    editor = "e-1:disclosure_editor"
    entry = str(desk.ask("POST", "/open/entries", editor, draft)[1]["entry_no"])
    path = f"/open/entries/{entry}/acts"
    for who, act in (
        ("s-1:secrecy_reviewer", "review"),
        ("a-1:disclosure_approver", "approve"),
        (editor, "publish"),
    ):
        assert desk.ask("POST", path, who, {"act": act})[0] == 200
    return entry


def test_the_front_page_shows_figures_and_leads_to_what_is_behind(desk: Desk, page: Page) -> None:
    publish(desk, "关于优化营商环境的实施意见")
    base = desk.house.url_of("disclosure")
    page.goto(base)

    rate = page.locator("article[aria-label='办结率']")
    assert "年至今" in rate.inner_text() and "÷" in rate.inner_text()
    assert len((rate.locator("svg").get_attribute("aria-label") or "").split("；")) == 12
    rate.get_by_role("link", name="凭什么相信").click()
    assert "/how/S03?" in page.url and "from=" in page.url
    page.go_back()
    shown = page.locator(".pt-day").inner_text()
    page.get_by_role("link", name="大屏").click()
    assert page.locator("#wall .big strong").first.inner_text() in shown
    page.goto(base)
    page.get_by_label("查找已公开的政府信息").fill("营商环境")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="关于优化营商环境的实施意见").click()
    assert page.get_by_text("第 2 版").count() == 0
    page.goto(f"{base}/?department=D1")
    assert page.url.endswith("/board?department=D1")


def test_progress_tells_nothing_of_a_number_that_is_not_there(desk: Desk, page: Page) -> None:
    base = desk.house.url_of("disclosure")
    page.goto(base)
    page.get_by_label("办件编号").fill("C001")
    page.get_by_role("button", name="查询进度").click()
    said = page.locator("main").inner_text()
    assert "已办结" in said and "食品经营许可" in said and "结果公开" in said
    assert "C001" not in page.url
    for number in ("C999", "11010519491231002X"):
        status, told = desk.form("/progress", "", {"project_no": number})
        assert (status, "没有查到已经受理的这件办件" in told) == (404, True)
    status, told = desk.form("/progress", "", {"project_no": " "})
    assert (status, "请填写办件编号" in told) == (422, True)


def test_the_wall_takes_in_what_happens_without_a_reload(desk: Desk, chromium: Browser) -> None:
    page = chromium.new_page(viewport=WALL)
    page.add_init_script("window.firstLook = performance.now()")
    page.clock.install()
    page.goto(desk.house.url_of("disclosure") + "/wall")
    accepted = page.locator("#wall .big strong").first
    before, mark = int(accepted.inner_text()), page.evaluate("window.firstLook")
    assert page.locator(".plate-red strong").inner_text() == "1"
    small = "[...document.querySelectorAll('body *')].filter(e => e.innerText && !e.children.length"
    small += " && !e.closest('[hidden]')).map(e => parseFloat(getComputedStyle(e).fontSize))"
    assert min(page.evaluate(small)) >= 28  # 2.6 % of the screen's height
    assert page.evaluate("document.documentElement.scrollHeight") == WALL["height"]
    assert page.evaluate(WIDE) == 0

    database = Database(desk.house.database_url + "?options=-csearch_path%3Ddisclosure_model")
    database.run(
        "INSERT INTO cases SELECT since, until, now(), due_at, NULL, NULL, accepted_month, NULL,"
        " NULL, 'C-new', channel, department, item, region FROM cases WHERE case_no = 'C001'"
    )
    database.close()
    page.clock.run_for(16_000)
    page.wait_for_function(
        "n => document.querySelector('#wall .big strong').textContent == n", arg=str(before + 1)
    )
    assert page.evaluate("window.firstLook") == mark

    page.route("**/wall/now*", lambda route: route.abort())
    page.clock.run_for(61_000)
    page.wait_for_function("document.getElementById('wall-state').textContent.includes('中断')")
    assert accepted.inner_text() == str(before + 1)
    page.close()


@pytest.mark.parametrize("size", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def test_public_pages_fit_and_axe_finds_nothing(
    desk: Desk, chromium: Browser, size: dict[str, int]
) -> None:
    page, base = chromium.new_page(viewport=size), desk.house.url_of("disclosure")
    for path in ("/", "/progress", "/wall", "/board", "/results/page", "/corrections/new"):
        page.goto(base + path)
        assert page.evaluate(WIDE) <= 0, path
        assert (size is TELEPHONE and path not in ("/", "/wall")) or serious(page) == [], path
    page.goto(f"{base}/progress")
    page.get_by_label("办件编号").fill("C009")
    page.get_by_role("button", name="查询进度").click()
    assert "已超过承诺时限" in page.locator("main").inner_text()
    assert serious(page) == [] and page.evaluate(WIDE) <= 0
    page.close()


def test_an_officer_answers_a_correction_by_the_form(desk: Desk, chromium: Browser) -> None:
    context = chromium.new_context(viewport=DESKTOP, java_script_enabled=False)
    page, base = context.new_page(), desk.house.url_of("disclosure")
    page.goto(f"{base}/corrections/new")
    page.get_by_label("哪一条信息不准确").fill("登记档案把名字写错了")
    page.get_by_label("有什么证据").fill("证件原件")
    page.get_by_label("姓名或者单位名称").fill(ASKED["name"])
    page.get_by_label("身份证件号码").fill(ASKED["id_number"])
    page.get_by_label("联系电话").fill(ASKED["phone"])
    page.get_by_role("button", name="提交申请").click()
    number, code = page.locator(".keyfacts strong").all_inner_texts()

    token = desk.house.token("foi-1", "foi_officer")
    context.add_cookies([{"name": "banjian_token", "value": token, "url": base}])
    page.goto(f"{base}/foi-desk/corrections")
    page.get_by_role("link", name=number).click()
    page.get_by_label("审核结果").select_option("referred")
    page.get_by_label("答复文书编号").fill("GZ-1")
    page.get_by_label("有权更正的机关").fill("民政局")
    page.get_by_role("button", name="答复").click()
    assert page.get_by_text("告知向有权更正的行政机关提出").is_visible()
    page.goto(f"{base}/foi")
    page.get_by_label("申请编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()
    assert page.get_by_text("民政局").is_visible()
    context.close()
