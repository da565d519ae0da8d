"""A guideline's markdown as safe HTML: no raw HTML passes, no image loads, and every clause has an id to link to.

A clause is a heading that ends in `{#anchor}`. In HTML its id is `clause_id(anchor)`, so that an anchor never clashes with an
id of the page around it; links inside the text (`[fees](#fee)`) follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_ANCHOR = re.compile(r"\s*\{#(?P<anchor>[a-z][a-z0-9-]*)\}\s*$")


@dataclass(frozen=True, slots=True)
class Clause:
    """A heading of the guideline: its anchor ("" where it has none), title, level (1-6) and line (from 1)."""

    anchor: str
    title: str
    level: int
    line: int


def render(text: str) -> str:
    """Return the guideline as HTML that is safe to put into a page."""
    return str(_markdown().render(text))


def clauses(text: str) -> list[Clause]:
    """Return the headings of the guideline in order; one inside a code block is none."""
    return list(_clauses(_markdown().parse(text)))


def clause_links(text: str) -> list[tuple[str, int]]:
    """Return the anchors that links inside the text lead to, each with the line (from 1) of the paragraph it stands in."""
    blocks = [block for block in _markdown().parse(text) if block.type == "inline"]
    links = [(link, block.map[0] + 1 if block.map else 0) for block in blocks for link in block.children or ()]
    return [(str(link.meta["anchor"]), line) for link, line in links if "anchor" in link.meta]


def clause_id(anchor: str) -> str:
    """Return the HTML id of a clause."""
    return f"clause-{anchor}"


def _clauses(tokens: list[Token]) -> Iterator[Clause]:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            line = opening.map[0] + 1 if opening.map else 0
            yield Clause(str(opening.meta.get("anchor", "")), inline.content, int(opening.tag[1:]), line)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    markdown.core.ruler.before("inline", "clause_anchor", _mark_clauses)
    markdown.core.ruler.push("clause_link", _point_links_at_clauses)
    return markdown


def _mark_clauses(state: StateCore) -> None:
    for opening, inline in pairwise(state.tokens):
        found = _ANCHOR.search(inline.content) if opening.type == "heading_open" else None
        if found:
            opening.meta["anchor"] = found["anchor"]
            opening.attrSet("id", clause_id(found["anchor"]))
            inline.content = inline.content[: found.start()]


def _point_links_at_clauses(state: StateCore) -> None:
    for token in (child for block in state.tokens for child in block.children or ()):
        target = str(token.attrGet("href") or "")
        if token.type == "link_open" and target.startswith("#"):
            token.meta["anchor"] = target[1:]
            token.attrSet("href", f"#{clause_id(target[1:])}")
