"""The limits of a case, day by day, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.services.test_clock_of_a_case import AFTER, BEFORE, Town, accept, knows
from tests.support.browser import browser
from tests.support.house import House
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SHORT, LONG = "item-strip-20", "item-strip-45"
PATHS = ("/cases/strip-20?at=2020-02-05", "/cases/strip-45?at=2020-02-05", "/cases/strip-stated")


@pytest.fixture(scope="module")
def intake(module_house: House) -> Iterator[str]:
    """Serve intake with cases accepted before the long Spring Festival of 2020; its address."""
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("intake"))
        stack.enter_context(module_house.relay("catalog"))
        town = Town(module_house)
        stack.callback(town.database.close)
        town.arrange(BEFORE)
        town.arrange(AFTER)
        town.publish(SHORT, 20, statutory_limit_days=30)
        town.publish(LONG, 45, statutory_limit_days=60)
        for code in (SHORT, LONG):
            wait_until(lambda: knows(town, "intake", code, 1), 30)  # noqa: B023 - used at once
        town.report(
            accept("strip-20", SHORT, "2020-01-16 10:00:00"),
            accept("strip-45", LONG, "2020-01-16 10:00:00"),
            accept("strip-stated", SHORT, "2020-01-16 10:00:00") | {"promise_date": "2020-02-01"},
        )
        for number in ("20", "45", "stated"):
            wait_until(lambda: town.history(f"strip-{number}"), 30)  # noqa: B023 - used at once
        yield module_house.url_of("intake")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desktop page without scripts: the strip needs none."""
    context = chromium.new_context(viewport=DESKTOP, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_every_day_of_the_promise_is_a_cell_that_says_why(intake: str, page: Page) -> None:
    page.goto(intake + PATHS[0])

    strip = page.locator("main > figure.strip")
    cells = strip.locator(".strip-week > .cell")
    assert cells.count() == 36
    kinds = {kind: strip.locator(f".strip-week > .cell-{kind}").count() for kind in KINDS}
    assert kinds == KINDS
    texts = [cell.get_attribute("title") or "" for cell in cells.all()]
    assert all(texts)
    assert [cell.locator(".hidden").inner_text() for cell in cells.all()] == texts
    assert "2020年1月24日（周五）：春节放假，不计" in texts
    assert texts[-1] == "2020年2月20日（周四）：工作日，第 20 个工作日，期限截止"
    assert "今天" in strip.locator(".cell-now").inner_text()
    assert "2020-02-20 23:59" in page.locator("dl.facts").inner_text()
    strip.locator("summary").click()
    assert strip.locator(".strip-list li").all_inner_texts() == texts


KINDS = {"start": 1, "work": 19, "make_up": 1, "weekend": 9, "holiday": 6}


def test_the_statutory_limit_is_one_click_away(intake: str, page: Page) -> None:
    page.goto(intake + PATHS[0])
    more = page.locator("details.more")
    assert not more.locator(".strip-weeks, .strip-days").first.is_visible()

    more.locator("summary").first.click()

    assert "共 30 个工作日" in more.locator("figcaption").inner_text()


def test_a_long_limit_is_told_in_weeks(intake: str, page: Page) -> None:
    page.goto(intake + PATHS[1])

    strip = page.locator("main > figure.strip")
    assert strip.locator(".strip-weeks > .cell").count() == 11
    assert strip.locator(".strip-week").count() == 0
    assert "春节5天" in strip.locator(".strip-weeks").inner_text()
    assert "截止" in strip.locator(".cell-due").inner_text()


def test_a_promise_the_sender_states_is_not_drawn(intake: str, page: Page) -> None:
    page.goto(intake + PATHS[2])

    assert page.locator("main > figure.strip").count() == 0
    assert "承诺时限由来源系统给出" in page.locator("main").inner_text()
    assert page.locator("details.more figure.strip").count() == 1


@pytest.mark.parametrize("path", PATHS)
def test_it_fits_a_telephone_and_axe_finds_nothing_serious(
    intake: str, chromium: Browser, path: str
) -> None:
    page = chromium.new_page(viewport=TELEPHONE)
    page.goto(intake + path)
    for closed in page.locator("details.more > summary, .strip details > summary").all():
        if closed.is_visible():
            closed.click()

    assert page.evaluate(WIDE) == 0
    assert serious(page) == []
    page.close()
