"""What a person's hands do on the labelling page, for the browser tests."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.conftest import PASSWORD

POINTS = """([first, last]) => {
  const root = document.querySelector(".lsf-htx-richtext");
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const boxes = (words) => {
    const node = nodes.find((one) => one.data.includes(words));
    const range = document.createRange();
    range.setStart(node, node.data.indexOf(words));
    range.setEnd(node, node.data.indexOf(words) + words.length);
    return range.getClientRects();
  };
  const [from] = boxes(first);
  const to = [...boxes(last)].at(-1);
  return [from.left + 2, from.top + from.height / 2, to.right - 2, to.top + to.height / 2];
}"""


def drag(page: Page, first: str, last: str) -> None:
    """Select with the mouse from the start of `first` to the end of `last`."""
    x1, y1, x2, y2 = page.evaluate(POINTS, [first, last])
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2)
    page.mouse.move(x2, y2)
    page.mouse.up()


def tap(page: Page, word: str) -> None:
    """Tap in the middle of a word of the posting."""
    x1, y1, x2, y2 = page.evaluate(POINTS, [word, word])
    page.touchscreen.tap((x1 + x2) / 2, (y1 + y2) / 2)


def hold_and_drag(page: Page, first: str, last: str) -> None:
    """What a long press and its handles leave on a phone: a selection that no mouse button ended."""
    page.evaluate(
        """([first, last]) => {
          const line = [...document.querySelectorAll(".lsf-richtext__line")].find((one) => one.textContent.includes(first));
          const node = line.firstChild;
          getSelection().setBaseAndExtent(node, node.data.indexOf(first), node, node.data.indexOf(last) + last.length);
        }""",
        [first, last],
    )


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def sign_in(page: Page, url: str, email: str, password: str = PASSWORD) -> Page:
    """Come in by the sign-in page; give the page that comes after."""
    page.goto(url)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda where: "/sign-in" not in where)
    return page


def state_is(page: Page, state: str) -> None:
    expect(page.locator("#label-page")).to_have_attribute("data-state", state)


def status_is(page: Page, text: str) -> None:
    expect(page.locator("#status")).to_have_text(text)


def notice_is(page: Page, title: str) -> None:
    expect(page.locator("#notice h2")).to_have_text(title)


def passages(page: Page) -> list[tuple[str, str, str]]:
    """Return (title, words, state) of every listed passage."""
    return [
        (
            row.locator(".passage-title").inner_text(),
            row.locator(".passage-quote").inner_text().strip("“”"),
            row.get_attribute("data-state") or "",
        )
        for row in page.locator(".passage").all()
    ]
