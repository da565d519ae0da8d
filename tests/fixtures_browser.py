"""One real Chromium for the whole test run: Playwright can be started once a process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
LEFT_OUT = "WebUIOmniboxPopup WebUIOmniboxAimPopup WebUIOmniboxFullPopup PaintHolding HttpsUpgrades MediaRouter OptimizationHints"
"""The first three are pages behind the address bar, of which each window loads two. Only the last such list counts, so the rest is Playwright's."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    f"--disable-features={','.join(LEFT_OUT.split())}",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed; `make browser` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def no_browser_s_loop(request) -> Iterator[None]:
    """Playwright's loop counts as running between its calls; tests without a browser may start one of their own."""
    loop = None if "chromium" in request.fixturenames else asyncio._get_running_loop()
    if loop is not None:
        asyncio._set_running_loop(None)
    yield
    if loop is not None:
        asyncio._set_running_loop(loop)
