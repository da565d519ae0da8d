"""How soon the next posting shows after an answer is saved, and whether the page's memory grows over a long session.

Two ways in the same run, each over the same stand-in service: our page, which ends the editor and makes it anew, and a plain
reload of the page for every posting, which is what a form around the same editor would do. Run it with
`python -m benchmarks.label_page [postings]`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.browser.harness import Harness, serve

CHROMIUM = Path("/usr/bin/chromium")
RELOADS = 20
SHOWN = "performance.getEntriesByName('posting-shown').length"
WAITS = """() => {
  const times = (name) => performance.getEntriesByName(name).map((entry) => entry.startTime);
  const shown = times("posting-shown");
  return times("answer-saved").map((saved, index) => shown[index + 1] - saved);
}"""


def main(postings: int) -> None:
    harness = Harness()
    harness.reset(items=postings + RELOADS + 1)
    with serve(harness), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{harness.url}/label")
        page.wait_for_selector("[data-state=ready]")
        heaps = label(page, postings)
        waits = page.evaluate(WAITS)
        reloads = [reload(page) for _ in range(RELOADS)]
        browser.close()
    ours, plain = median(waits), median(reloads)
    print(
        f"{len(waits)} postings: median {ours:.0f} ms, 95 % {quantiles(waits, n=20)[-1]:.0f} ms, most {max(waits):.0f} ms"
    )
    print(f"a reload for each posting: median {plain:.0f} ms over {RELOADS}, {plain / ours:.1f} times ours")
    for count, (heap, nodes) in heaps.items():
        print(f"after {count:>4} postings: {heap / 1e6:.1f} MB of JavaScript heap, {nodes:.0f} DOM nodes")


def label(page: Page, postings: int) -> dict[int, tuple[float, float]]:
    """Mark a passage and rate, again and again; return heap and nodes after some of the postings."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    heaps = {}
    for count in range(1, postings + 1):
        for key in ("ArrowRight", "Shift+ArrowRight", "f", "x", "2", "Control+Enter"):
            page.keyboard.press(key)
        while page.evaluate(SHOWN) <= count:
            page.wait_for_timeout(10)
        if count in {10, 100, postings // 2, postings}:
            heaps[count] = memory(session)
    return heaps


def memory(session: CDPSession) -> tuple[float, float]:
    session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"], metrics["Nodes"]


def reload(page: Page) -> float:
    page.reload()
    page.wait_for_selector("[data-state=ready]")
    return float(page.evaluate("performance.getEntriesByName('posting-shown')[0].startTime"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
