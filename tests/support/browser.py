"""Debian's Chromium for tests of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the browser's path; BANJIAN_TEST_CHROMIUM names one of your own."""
    given = os.environ.get("BANJIAN_TEST_CHROMIUM")
    return given or next((found for name in _NAMES if (found := shutil.which(name))), None)


def missing_browser() -> str | None:
    """Return why pages cannot be tested here, None if they can."""
    if chromium() is None:
        return "needs Chromium: apt-get install chromium fonts-noto-cjk"
    return None


@contextmanager
def browser() -> Iterator[Browser]:
    """Give a headless Chromium; open pages with `.new_page(viewport=...)`.

    A click or a key that opens another page returns when that page has loaded: Playwright
    itself returns when its first byte is there, and a test would count what is still coming.
    """
    from playwright.sync_api import Locator, sync_playwright

    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        for way in ("click", "press"):
            stack.enter_context(patch.object(Locator, way, _until_loaded(getattr(Locator, way))))
        launched = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        stack.callback(launched.close)
        yield launched


def _until_loaded(act: Callable[..., None]) -> Callable[..., None]:
    @wraps(act)
    def acted(where: Locator, *args: Any, **options: Any) -> None:
        act(where, *args, **options)
        where.page.wait_for_load_state("load")

    return acted
