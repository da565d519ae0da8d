"""A posting with everybody's passages over it: one layer for each answer, drawn as underlines that lie below one another.

A layer has a letter, a colour and a line of its own, so that none of it hangs on colour, and each passage begins with a tag that
says whose it is and what it shows. Plain marks: it can be read, printed and heard without a script.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from annotator.domain.answers import Span

LAYERS = 8
"""So many looks there are; further layers begin again with the first."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one answer marked. `letter` stands for its giver; offsets are code points of the text, `end` exclusive."""

    letter: str
    spans: tuple[Span, ...]


def overlay(text: str, layers: Sequence[Layer]) -> Markup:
    """Return the text with all layers over it; without the tags it is the text itself. Offsets beyond it are cut off."""
    marked = [
        (number, layer.letter, span)
        for number, layer in enumerate(layers)
        for span in sorted(layer.spans, key=lambda one: (one.start, one.end))
        if 0 <= span.start < min(span.end, len(text))
    ]
    ends = {min(span.end, len(text)) for _, _, span in marked}
    edges = sorted({0, len(text), *ends, *(span.start for _, _, span in marked)})
    parts = []
    for begin, end in itertools.pairwise(edges):
        parts += [_tag(number, letter, span) for number, letter, span in marked if span.start == begin]
        covering = sorted({number for number, _, span in marked if span.start <= begin < span.end})
        parts.append(_segment(text[begin:end], covering))
    return Markup("").join(parts)


def _segment(text: str, covering: Sequence[int]) -> Markup:
    """Return a stretch of text under the layers that cover it, the first one nearest to the words."""
    found = escape(text)
    for number in covering:
        found = Markup('<span class="mark mark-{}">{}</span>').format(number % LAYERS, found)
    return Markup("<mark>{}</mark>").format(found) if covering else found


def _tag(number: int, letter: str, span: Span) -> Markup:
    return Markup('<sup class="tag mark-{}">{} {}{}</sup>').format(
        number % LAYERS, letter, span.label, "" if span.state == "present" else f" {span.state}"
    )
