"""A Chromium for the browser tests, the stand-in service, and a page that reports what it should not have done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.browser.harness import Harness, serve
from tests.browser.served import listening

VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass
class Watch:
    """What a page asked for outside the service, and what went wrong in it."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def running_harness() -> Iterator[Harness]:
    with serve(Harness()) as harness:
        yield harness


@pytest.fixture
def harness(running_harness: Harness) -> Harness:
    running_harness.reset()
    return running_harness


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> dict[bool, BrowserContext]:
    """A desktop and a phone, each with its cache, so that the editor is compiled once."""
    made = {
        phone: chromium.new_context(
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 800},
            has_touch=phone,
            is_mobile=phone,
        )
        for phone in (False, True)
    }
    for context in made.values():
        context.add_init_script(VIOLATIONS)
    return made


@pytest.fixture
def open_page(contexts: dict[bool, BrowserContext], harness: Harness) -> Iterator[Callable[..., Page]]:
    """Open the labelling page; afterwards it must have broken no rule of its policy and asked for nothing outside."""
    opened: list[tuple[Page, Watch]] = []

    def open_label_page(*, phone: bool = False, state: str = "ready") -> Page:
        page, watch = contexts[phone].new_page(), Watch()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: _note_outside(request, harness.url, watch))
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        opened.append((page, watch))
        page.goto(f"{harness.url}/label")
        page.wait_for_selector(f"#label-page[data-state={state}]")
        return page

    yield open_label_page
    for page, watch in opened:
        violations = page.evaluate("window.violations")
        page.close()
        assert violations == []
        assert watch.outside == []
        assert watch.errors == []


def _note_outside(request: Request, url: str, watch: Watch) -> None:
    if not request.url.startswith((url, "data:", "blob:")):
        watch.outside.append(request.url)


@pytest.fixture
def url(site):
    """The address of a module's own `site`."""
    with listening(site.app) as address:
        yield address


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page as narrow as a phone's; a module whose people sit at a desk has one of its own."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()
