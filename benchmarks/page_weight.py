"""What each main page costs a browser that has never been here: bytes over the wire, requests, how soon and how steadily it shows.

Every page is opened in a fresh Chromium context (nothing cached) of a real service with answers in it, on a desktop's size. Sizes are
those of the wire, headers included, as Chromium counts them. Beside them: hosts other than the service's, files that may not be
kept, a missing viewport, texts whose contrast axe finds too low. "a posting after" is what one more posting costs.

python -m benchmarks.page_weight
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from annotator.domain.roles import Role
from annotator.people.sign_in import open_session
from guidelines.loader import latest, load
from tests.browser.served import approved_site, listening
from tests.web.conftest import Site, answer, rating, span

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FIRST_LOAD, A_POSTING_AFTER = 2_200_000, 30_000
"""What the labelling page may weigh, in bytes."""

PAGES: tuple[tuple[str, Role | None], ...] = (
    ("/sign-in", None),
    ("/label", Role.VOLUNTEER),
    ("/training", Role.VOLUNTEER),
    ("/me", Role.VOLUNTEER),
    ("/guideline", Role.VOLUNTEER),
    ("/coordinator", Role.COORDINATOR),
    ("/coordinator/items", Role.COORDINATOR),
    ("/coordinator/items/item-0", Role.COORDINATOR),
    ("/coordinator/agreement", Role.COORDINATOR),
    ("/coordinator/people", Role.COORDINATOR),
    ("/coordinator/quality", Role.COORDINATOR),
    ("/coordinator/adjudication", Role.ADJUDICATOR),
    ("/researcher", Role.RESEARCHER),
)

VITALS = """
window.vitals = { lcp: 0, cls: 0, tbt: 0 };
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
watch("largest-contentful-paint", (entry) => { window.vitals.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) window.vitals.cls += entry.value; });
watch("longtask", (entry) => { window.vitals.tbt += Math.max(0, entry.duration - 50); });
"""


@dataclass
class Wire:
    """What a page asked for, filled as Chromium tells it."""

    weight: int = 0
    requests: int = 0
    hosts: set[str] = field(default_factory=set)
    not_kept: list[str] = field(default_factory=list)  # files of ours without a year of caching
    plain: list[str] = field(default_factory=list)  # scripts and styles that came uncompressed

    def restart(self) -> None:
        self.weight = self.requests = 0

    def sent(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            self.requests += 1
            self.hosts.add(urlsplit(event["request"]["url"]).netloc)

    def answered(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        if event["type"] not in {"Script", "Stylesheet", "Font", "Image"} or event["response"]["url"].startswith(
            "data:"
        ):
            return
        path = urlsplit(event["response"]["url"]).path
        if "immutable" not in headers.get("cache-control", ""):
            self.not_kept.append(path)
        if event["type"] in {"Script", "Stylesheet"} and headers.get("content-encoding") not in {"gzip", "br"}:
            self.plain.append(path)

    def finished(self, event: dict[str, Any]) -> None:
        self.weight += int(event["encodedDataLength"])


@dataclass(frozen=True)
class Loaded:
    path: str
    weight: int
    requests: int
    lcp: float
    cls: float
    tbt: float
    faults: list[str]  # in words; none is as it should be


def on_the_wire(page: Page) -> Wire:
    wire, session = Wire(), page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", wire.sent)
    session.on("Network.responseReceived", wire.answered)
    session.on("Network.loadingFinished", wire.finished)
    return wire


@contextmanager
def opened(browser: Browser, site: Site, url: str, role: Role | None) -> Iterator[tuple[Page, Wire]]:
    """Give a page of somebody's, in a browser that has nothing cached."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(VITALS)
    if role is not None:
        person = site.add(role, f"{role.value}-{id(context)}@example.org")
        signed_in = open_session(site.service.database, person, site.service.now(), timedelta(hours=12))
        cookies = {"session": signed_in.token, "csrf": signed_in.csrf}
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page = context.new_page()
    yield page, on_the_wire(page)
    context.close()


def loaded(page: Page, wire: Wire, url: str, path: str) -> Loaded:
    """Open a page and look at it once it has come to rest."""
    page.goto(url + path)
    if path == "/label":
        page.wait_for_selector("#label-page[data-state=ready]")
    page.wait_for_timeout(500)  # the desk's stream never ends, so there is no idle network to wait for
    vitals = page.evaluate("window.vitals")
    viewport = page.locator("meta[name=viewport]").count() == 1
    contrast = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    faults = [
        *(f"asks {host}" for host in sorted(wire.hosts - {urlsplit(url).netloc})),
        *(f"not kept: {name}" for name in wire.not_kept),
        *(f"not compressed: {name}" for name in wire.plain),
        *([] if viewport else ["no viewport"]),
        *(f"contrast: {node['target'][0]}" for found in contrast for node in found["nodes"]),
    ]
    return Loaded(path, wire.weight, wire.requests, vitals["lcp"], vitals["cls"], vitals["tbt"], faults)


def one_more(page: Page, wire: Wire) -> int:
    """Answer what is shown; return what the next posting cost."""
    wire.restart()
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    while page.evaluate("performance.getEntriesByName('posting-shown').length") < 2:
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    return wire.weight


@contextmanager
def answered_site(folder: Path) -> Iterator[Site]:
    """Open a service with a dozen postings, each answered by two people who disagree on some."""
    with approved_site(folder, load("postings", latest("postings"))) as site:
        site.add_items(
            [f"Pickers wanted, place {n}. A fee of 200 is due before the start. Housing." for n in range(12)]
        )
        for person in range(2):
            client = site.enter(Role.VOLUNTEER)
            for number in range(8):
                given = client.post("/api/v1/next").json()
                marked = span(given["item"]["text"], "A fee of 200", "FEE") if (number + person) % 2 else []
                answer(client, given, rating(str((number + person * (number % 3 == 0)) % 4)) + marked)
        yield site


def main() -> int:
    faults = []
    with (
        tempfile.TemporaryDirectory() as folder,
        answered_site(Path(folder)) as site,
        listening(site.app) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        print("| page | kB | requests | LCP ms | CLS | TBT ms | faults |\n|---|---|---|---|---|---|---|")
        for path, role in PAGES:
            with opened(browser, site, url, role) as (page, wire):
                got = loaded(page, wire, url, path)
                after = one_more(page, wire) if path == "/label" else 0
            faults += got.faults
            figures = f"{got.weight / 1000:,.1f} | {got.requests} | {got.lcp:.0f} | {got.cls:.3f} | {got.tbt:.0f}"
            print(f"| `{path}` | {figures} | {'; '.join(got.faults) or 'none'} |", flush=True)
            if after:
                print(f"| a posting after | {after / 1000:.1f} | | | | | |")
                faults += ["too heavy"] if got.weight > FIRST_LOAD or after > A_POSTING_AFTER else []
        browser.close()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
