"""Debian's Chromium for tests of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
    """Give a headless Chromium; open pages with `.new_page(viewport=...)`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield launched
        finally:
            launched.close()
