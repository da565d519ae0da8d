from __future__ import annotations

import pytest

from guidelines.excerpt import excerpt
from guidelines.loader import available, load
from guidelines.render import Clause, clause_id, clauses, render


def test_a_clause_has_an_id_and_its_anchor_is_not_shown():
    assert render("## Fees {#fee}") == '<h2 id="clause-fee">Fees</h2>\n'


def test_links_to_clauses_follow_their_ids():
    assert '<a href="#clause-fee">' in render("See [fees](#fee).")


def test_markdown_inside_a_heading_survives():
    assert render("## *Fees* ★ {#fee}") == '<h2 id="clause-fee"><em>Fees</em> ★</h2>\n'


@pytest.mark.parametrize(
    "unsafe",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.com/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        '## A {#a" onclick="x}',
    ],
)
def test_nothing_active_or_external_passes(unsafe):
    html = render(unsafe)
    for tag in ("<script", "<img", 'href="javascript', 'href="data', 'onclick="'):
        assert tag not in html


def test_clauses_are_the_headings_and_not_what_a_code_block_holds():
    text = "# One {#one}\n\n```\n## Not {#not}\n```\n\n### Three\n"
    assert clauses(text) == [Clause("one", "One", 1, 1), Clause("", "Three", 3, 7)]


def test_an_excerpt_counts_lines_as_markdown_does():
    """A line separator, as word processors paste it, ends no line."""
    found = excerpt("# One {#one}\n\nFirst\u2028second.\n\n# Two {#two}\n\nThe words of two.\n", "two")
    assert found is not None
    assert found.html == "<p>The words of two.</p>\n"


@pytest.mark.parametrize(("name", "version"), available())
def test_every_clause_of_the_shipped_guidelines_can_be_opened(name, version):
    guideline = load(name, version)
    html = render(guideline.text)
    for clause in clauses(guideline.text):
        assert html.count(f'id="{clause_id(clause.anchor)}"') == 1
