"""Appointments in a browser: choose a time, book it, cancel it, and the clerk's day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from services.intake.application.appointments import Wish
from tests.contract.service_stories import APPLICANT
from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.services.service_desk import DAY, MINUTE, ServiceDesk
from tests.support.browser import browser
from tests.support.house import House
from tests.unit.facts import CLERK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[ServiceDesk]:
    """Serve intake with a day to book and a day that goes on."""
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("intake"))
        desk = ServiceDesk(module_house, "")
        stack.callback(desk.close)
        for window, ahead in (("W01", 2), ("W01", 3), ("B-2", 2)):
            body = {"window": window, "day": str(desk.working_day(ahead)), "capacity": 2}
            assert desk.ask("POST", "/slots", "clerk-12:clerk", body)[0] == 201
        day_ahead = desk.working_day().strftime("%Y%m%d")
        for number, at in enumerate(("0830", "0830", "0900")):
            wish = Wish(f"W01-{day_ahead}{at}", f"W01-{day_ahead}{at}-0000000{number}")
            desk.intake.book_appointment(desk.by(CLERK, desk.now()), wish, {})
        now = desk.now().replace(second=0, microsecond=0)
        for minutes, account in ((-95, "account-3"), (-20, "account-1"), (10, "account-2")):
            slot = desk.slot("W01", now + minutes * MINUTE)
            wish = Wish(slot, f"{slot}-00000017", account=account)
            desk.intake.book_appointment(desk.by(APPLICANT, now - DAY), wish, {})
        yield desk


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


def signed_in(desk: ServiceDesk, page: Page, role: str, account: str = "account-9") -> Page:
    """Sign in by cookie, as the development issuer does."""
    token = desk.house.token(account, role, window="W01" if role == "clerk" else "")
    page.context.add_cookies(
        [{"name": "banjian_token", "value": token, "url": desk.house.url_of("intake")}]
    )
    return page


def test_a_person_books_and_cancels(desk: ServiceDesk, chromium: Browser) -> None:
    context = chromium.new_context(viewport=TELEPHONE, java_script_enabled=False)
    page = signed_in(desk, context.new_page(), "applicant")
    page.goto(desk.house.url_of("intake") + "/booking")
    page.get_by_label("窗口", exact=True).select_option("W01")
    page.get_by_label("日期", exact=True).select_option(str(desk.working_day()))
    page.get_by_role("button", name="查看").click()
    assert page.get_by_label("08:30–09:00").is_disabled()

    page.get_by_label("09:00–09:30").check()
    page.get_by_label("姓名").fill("测试人甲")
    page.get_by_role("button", name="确认预约").click()

    assert "已办好" in page.locator("main").inner_text()
    assert "已预约" in page.locator(".card").first.inner_text()
    page.get_by_role("button", name="取消预约").click()
    assert "本人取消" in page.locator(".card").first.inner_text()
    context.close()


def test_a_clerk_checks_somebody_in(desk: ServiceDesk, chromium: Browser) -> None:
    context = chromium.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = signed_in(desk, context.new_page(), "clerk", "clerk-12")
    page.goto(desk.house.url_of("intake") + "/desk/appointments")

    page.get_by_role("button", name="签到").first.click()

    assert "已到场" in page.locator("main table").inner_text()
    context.close()


def paths(desk: ServiceDesk) -> list[tuple[str, str]]:
    day = desk.working_day()
    return [
        ("", "/booking"),
        ("", f"/booking?window=W01&day={day}"),
        ("applicant", f"/booking?window=W01&day={day}"),
        ("applicant", "/booking/mine"),
        ("clerk", "/desk/appointments?window=W01"),
    ]


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("size", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def test_it_fits_and_axe_finds_nothing_serious(
    desk: ServiceDesk, chromium: Browser, number: int, size: dict[str, int]
) -> None:
    role, path = paths(desk)[number]
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]  # a size
    page = context.new_page()
    if role:
        signed_in(desk, page, role, "account-2" if role == "applicant" else "clerk-12")
    page.goto(desk.house.url_of("intake") + path)
    for closed in page.locator("details.more > summary").all():
        closed.click()

    assert page.evaluate(WIDE) == 0
    assert serious(page) == []
    context.close()
