"""The supervision desk in a browser: what units owe, notices, cards, scores from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.disclosure.application import Disclosure
from services.disclosure.projections import READ_MODEL
from services.disclosure.projections.lookups import Rows
from services.disclosure.service.supervision_following import SupervisionFollowing
from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.disclosure.conftest import event
from tests.integration.disclosure.test_foi import today
from tests.integration.disclosure.test_supervision import Supervision, of_approval
from tests.support.browser import browser
from tests.support.house import House
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCORES = (
    "季度,得分,名次,参评数,依据文件,文件日期\n"
    "2020Q2,81.49,2,9,第二季度通报,2020-07-15\n"
    "2020Q3,82.51,12,9,第三季度通报,2020-10-12\n"
    "2020Q4,83.07,1,9,第四季度通报,2021-01-12\n"
)
PAGES = (
    *("/supervision", "/supervision/desk/obligations", "/supervision/desk/notices/Z-1"),
    *("/supervision/write/import-score", "/scores"),  # so far with axe
    *("/supervision/desk/notices", "/supervision/desk/cards", "/supervision/desk/records"),
    *("/supervision/desk/units", "/supervision/write/publish-circular", "/circulars"),
)


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Supervision]:
    with module_house.serve("disclosure"):
        desk = Supervision(module_house)
        yield desk
        desk.database.close()


@pytest.fixture(scope="module")
def as_whom(desk: Supervision) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody, of a size; without scripts, for the desk needs none."""
    base = desk.house.url_of("disclosure")
    with ExitStack() as stack:
        chromium = stack.enter_context(browser())

        def opened(
            role: str, size: dict[str, int] = DESKTOP, scripts: bool = False, **scope: str
        ) -> Page:
            context = chromium.new_context(viewport=size, java_script_enabled=scripts)
            stack.callback(context.close)
            token = desk.house.token(f"{role}-1", role, **scope)
            context.add_cookies([{"name": "banjian_token", "value": token, "url": base}])
            return context.new_page()

        yield opened


def overdue(desk: Supervision) -> None:
    """Let approval say that a limit passed: a red card follows."""
    following = SupervisionFollowing()
    following.figures = Disclosure(desk.database, READ_MODEL, look=Rows)
    said = {"clock": "PROMISED", "task_id": "case-A", "department": "D07", "project_no": "case-A"}
    at = "2020-11-03T23:59:59+08:00"
    passed = event("clock-breached", 90, process_no="case-A", detected_at=at, due_at=at, **said)
    with following.figures.unit_of_work():
        following.follow_limits([of_approval(passed)])


def owed(desk: Supervision) -> list[str]:
    """Give until when what is owed is owed."""
    return [row["due_at"] for row in desk.rows("obligations?state=owed")]


def test_from_a_cycle_to_a_notice_that_is_verified(
    desk: Supervision, as_whom: Callable[..., Page]
) -> None:
    page, base = as_whom("supervisor"), desk.house.url_of("disclosure")
    now = datetime.now(UTC)
    page.goto(f"{base}/supervision/desk/obligations")
    assert page.get_by_text("没有这样的任务").is_visible()
    page.get_by_role("link", name="纳入督查周期").click()
    page.get_by_label("单位编码").fill("D07\nD12")
    page.get_by_label("一周一更新").check()
    page.get_by_label("从哪一天所在的一期开始").fill(str(today() - timedelta(days=14)))
    page.get_by_role("button", name="纳入督查周期").click()
    assert page.get_by_text("已经登记").is_visible()
    wait_until(lambda: [datetime.fromisoformat(d) > now for d in owed(desk)] == [True, True])

    page.goto(f"{base}/supervision")
    missed = page.locator(".keyfacts > div", has_text="逾期未办")
    assert int(missed.locator("strong").inner_text()) == len(desk.rows("obligations?state=missed"))
    page.get_by_role("link", name="发出整改通知").first.click()
    page.get_by_role("button", name="发出整改通知").click()
    assert page.get_by_text("没有办成").is_visible() and page.locator(".field-wrong").count() == 1
    page.get_by_label("单位编码").fill("D07")
    page.get_by_label("问题").fill("三个栏目未更新\n联系电话是旧的")
    page.get_by_label("反馈期限").fill(str(today() + timedelta(days=5)))
    page.get_by_label("编号（可不填").fill("Z-1")
    page.get_by_role("button", name="发出整改通知").click()
    page.get_by_role("link", name="Z-1").click()
    assert page.get_by_text("联系电话是旧的", exact=True).is_visible()

    unit = as_whom("unit", unit="D07")
    unit.goto(f"{base}/supervision")
    assert unit.get_by_text("纳入督查周期").count() == 0
    unit.get_by_role("link", name="登记完成").first.click()
    unit.get_by_label("证明材料").fill("P2020091700000001")
    unit.get_by_role("button", name="登记完成").click()
    row = unit.locator("tbody tr").filter(has_text="P2020091700000001")
    assert "按期完成" in row.inner_text() or "逾期完成" in row.inner_text()
    unit.goto(f"{base}/supervision/desk/notices/Z-1")
    unit.get_by_label("整改情况").fill("都更新了")
    unit.get_by_role("button", name="反馈整改情况").click()
    assert unit.get_by_text("待核查").is_visible()
    page.reload()
    page.get_by_label("整改到位").check()
    page.get_by_role("button", name="核查").click()
    assert page.get_by_text("已销号").is_visible()
    assert page.get_by_text("都更新了", exact=True).is_visible()


def test_a_card_is_taken_back(desk: Supervision, as_whom: Callable[..., Page]) -> None:
    overdue(desk)
    page, base = as_whom("supervisor"), desk.house.url_of("disclosure")
    page.goto(f"{base}/supervision/desk/cards?colour=RED&state=standing")
    row = page.locator("tbody tr")
    assert "红牌" in row.inner_text() and "case-A" in row.inner_text()
    row.get_by_role("link", name="撤销").click()
    page.get_by_role("button", name="撤销红黄牌").click()
    assert "核查后撤销" in page.locator("tbody tr").inner_text()
    page.get_by_label("状态").select_option("standing")
    page.get_by_role("button", name="筛选").click()
    assert page.get_by_text("没有红黄牌").is_visible()


def test_scores_come_from_a_file_and_are_drawn(
    desk: Supervision, as_whom: Callable[..., Page]
) -> None:
    page, base = as_whom("disclosure_officer"), desk.house.url_of("disclosure")
    page.goto(f"{base}/scores")
    assert page.get_by_text("还没有测评得分").is_visible()
    page.goto(f"{base}/supervision/write/import-score")
    file = {"name": "得分.csv", "mimeType": "text/csv", "buffer": SCORES.encode("gb18030")}
    page.get_by_label("CSV 文件").set_input_files([file])
    page.get_by_role("button", name="导入").click()
    assert page.get_by_text("登记 2 行，原已登记 0 行，有误 1 行").is_visible()
    assert page.locator("tbody tr").inner_text().startswith("3\trank")
    for path in ("/supervision", "/scores"):
        page.goto(base + path)
        assert page.locator("figure svg rect.bar").count() == 2
    assert [one.split("\t")[1] for one in page.locator(".long tbody tr").all_inner_texts()] == [
        *("83.07", "81.49")
    ]


@pytest.mark.parametrize("size", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def test_pages_fit_and_axe_finds_nothing(
    desk: Supervision, as_whom: Callable[..., Page], size: dict[str, int]
) -> None:
    page, base = as_whom("supervisor", size, scripts=True), desk.house.url_of("disclosure")
    for path in PAGES:
        answer = page.goto(base + path)
        assert answer is not None and answer.status == 200, path
        assert page.evaluate(WIDE) <= 0, path
        if path in PAGES[: 5 if size is DESKTOP else 2]:
            assert serious(page) == [], path
