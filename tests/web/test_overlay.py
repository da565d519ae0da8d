"""Everybody's passages over a posting: the words stay what they are, and each passage says whose it is and what it shows."""

from __future__ import annotations

import html
import re

from hypothesis import given, strategies as st

from annotator.domain.answers import Span
from annotator.web.items.overlay import Layer, overlay


def words(markup):
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<sup[^>]*>.*?</sup>", "", str(markup), flags=re.DOTALL)))


def spans(draw_from):
    place = st.integers(-3, 70)
    return st.builds(
        Span,
        st.just("q"),
        st.sampled_from(draw_from),
        st.sampled_from(["present", "negated"]),
        place,
        place,
        st.just(""),
    )


@given(
    st.text(alphabet=st.sampled_from("ab <&>\"'\n\U0001f600é"), max_size=60),
    st.lists(st.lists(spans(["FEE", "DEBT"]), max_size=4), max_size=10),
)
def test_without_the_tags_it_is_the_text_itself(text, layers):
    drawn = overlay(text, [Layer("ABCDEFGHIJ"[n], tuple(found)) for n, found in enumerate(layers)])
    assert words(drawn) == text
    inside = [span for found in layers for span in found if 0 <= span.start < min(span.end, len(text))]
    assert str(drawn).count("<sup") == len(inside)


def test_overlapping_passages_lie_below_one_another_and_name_their_givers():
    text = "A fee of 300 is due <b>."
    drawn = str(
        overlay(
            text,
            [
                Layer("A", (Span("q", "FEE", "present", 2, 12, "fee of 300"),)),
                Layer("B", (Span("q", "FEE", "negated", 2, 5, "fee"),)),
            ],
        )
    )
    assert '<span class="mark mark-1"><span class="mark mark-0">fee</span></span>' in drawn
    assert "A FEE</sup>" in drawn
    assert "B FEE negated</sup>" in drawn
    assert "&lt;b&gt;" in drawn
