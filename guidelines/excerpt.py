"""One clause of a guideline: its title and its text, up to the next heading of its level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from guidelines.render import clauses, render


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A clause to read: `html` is its body, safe to put into a page, without the heading."""

    anchor: str
    title: str
    html: str


def excerpt(text: str, anchor: str) -> Excerpt | None:
    """Return the clause of that anchor; None where the guideline has none."""
    found = clauses(text)
    place = next((n for n, clause in enumerate(found) if clause.anchor == anchor), None)
    if place is None:
        return None
    clause = found[place]
    after = next((other.line for other in found[place + 1 :] if other.level <= clause.level), None)
    lines = text.split("\n")[clause.line : after - 1 if after is not None else None]
    return Excerpt(anchor, clause.title, render("\n".join(lines)))


def excerpts(text: str, anchors: Iterable[str]) -> list[Excerpt]:
    """Return the clauses of these anchors, those that the guideline does not have left out."""
    return [found for anchor in anchors if (found := excerpt(text, anchor)) is not None]
