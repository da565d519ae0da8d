# ruff: noqa: RUF001 -- texts as people write them, look-alikes included
"""What holds for every text: masking settles, nothing is raised, nothing is told."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotator.privacy import Gate
from tests.privacy.clean import SENTENCES
from tests.privacy.redteam import FAMILIES, HELD_OUT, generate

RNG = np.random.default_rng(20)
VALUES = sorted(
    {item.text[item.start : item.end] for family in FAMILIES | HELD_OUT for item in generate(family, 7, RNG)}
)
WORDS = sorted({word for sentences in SENTENCES.values() for sentence in sentences for word in sentence.split()})
CUES = [
    "call",
    "text",
    "at",
    "dot",
    "@",
    ".",
    ",",
    ":",
    "-",
    "telegram",
    "ask",
    "for",
    "Mr",
    "my",
    "number",
    "is",
    "passport",
    "plate",
    "12",
    "Street",
    "corner",
    "of",
    "behind",
    "<PHONE>",
    "<NAME>",
    "born",
    "km",
    "flat",
]
LANGUAGE = st.sampled_from([None, *SENTENCES])
PIECE = st.sampled_from(WORDS) | st.sampled_from(VALUES) | st.sampled_from(CUES)
MIXED = st.lists(PIECE | st.text(max_size=4), max_size=20).flatmap(
    lambda pieces: st.sampled_from([" ", "\n", ""]).map(lambda glue: glue.join(pieces))
)


@cache
def gate() -> Gate:
    return Gate(ner=False, salt=b"a salt for tests", seconds=20)


@settings(max_examples=150, deadline=None)
@given(MIXED, LANGUAGE)
def test_masking_masked_text_changes_nothing(text, language):
    masked = gate().check(text, language).text
    assert gate().check(masked, language).text == masked


@settings(max_examples=150, deadline=None)
@given(st.text() | MIXED, st.none() | st.text(max_size=5) | LANGUAGE)
def test_no_text_raises_and_spans_fit(text, language):
    result = gate().check(text, language)
    assert result.state in {"ready", "quarantined"}
    assert (result.state == "ready") == (result.reasons == ())
    assert all(0 <= span.start <= span.end <= len(text) for span in result.spans)
    assert all(one.end <= two.start for one, two in zip(result.spans, result.spans[1:], strict=False))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(categories=["Cs", "Lu", "Nd"]), min_size=1))
def test_broken_unicode_raises_nothing(text):
    assert gate().check(text, "en").state in {"ready", "quarantined"}


@settings(max_examples=60, deadline=None)
@given(MIXED, LANGUAGE)
def test_the_masked_text_is_the_original_with_placeholders(text, language):
    result = gate().check(text, language)
    parts, at = [], 0
    for span in result.spans:
        parts += [text[at : span.start], span.kind.placeholder]
        at = span.end
    assert result.text == "".join([*parts, text[at:]])


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_reasons_hold_no_value(family):
    for item in generate(family, 7, np.random.default_rng(5)):
        result = gate().check(item.text, item.language)
        told = " ".join(result.reasons).lower()
        value = item.text[item.start : item.end].lower()
        assert value not in told
        assert not any(char.isdigit() for char in told)
        assert repr(result).lower().count(value) == result.text.lower().count(value)


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "a1", "a@", "a.", "a_", "1-", "(", "one ", "onetwo", "Jane ", "Mr ", "a dot ", "12 Street ", "rue A ", "corner of ",
     "telegram: ", "0x0", "12:", "ab:", "1.2345, ", "e\u0301", "\u200b", "а", "<PHONE> ", "AB 12 ", "$1 ", "j a n e ", "http:", "zwei", "km 1 "],
)  # fmt: skip
def test_no_shape_of_a_long_text_holds_the_gate_up(piece):
    text = (piece * 20_000)[:20_000]
    started = time.process_time()
    gate().check(text, "de")
    assert time.process_time() - started < 15  # quadratic work on 20,000 characters would take minutes
