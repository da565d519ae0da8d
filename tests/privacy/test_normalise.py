# ruff: noqa: RUF001 -- texts as people write them, look-alikes included
"""One reading of a text, with every offset kept."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from annotator.privacy.normalise import LETTERS, fold, normalise

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
TRICKY = st.text(st.sampled_from("a5 é\u0301\u200b\u200d\ufe0f\u20e3٣Ⅷⓐ０ｅ🅰🇬🇧👍🏽½²ßŁșаОﬁ…“–\n"), max_size=30)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("２０２", "202"),
        ("٢٠٢ ۲۰۲ २०२", "202 202 202"),
        ("5️⃣5⃣", "55"),
        ("①⑨⓪❸", "1903"),
        ("𝟐𝟎𝟐 𝗰𝗮𝗹𝗹", "202 call"),
        ("саll", "call"),
        ("2\u200b0\u20602", "202"),
        ("e\u0301", "é"),
        ("h\u0336i\u0336", "hi"),
        ("🅰🅱", "AB"),
        ("“x” – 5 €", '"x" - 5 €'),
        ("ＡＴ．", "AT."),
    ],
)
def test_hidden_characters_are_read_as_people_read_them(written, read):
    assert normalise(written).text == read


def test_letters_of_the_supported_languages_stay():
    letters = "".join(sorted(LETTERS))
    assert normalise(letters).text == letters
    assert not normalise(letters).hidden


@pytest.mark.parametrize(
    "plain", ["It’s “fine” – really…", "12 m², 5º, ½ price 👍🏽 🇬🇧", "Zażółć gęślą jaźń", "e\u0301te\u0301"]
)
def test_ordinary_typography_is_no_sign_of_hiding(plain):
    assert not normalise(plain).hidden


@pytest.mark.parametrize("hidden", ["саll", "2\u200b02", "５", "h\u0336i"])
def test_hiding_is_noticed(hidden):
    assert normalise(hidden).hidden


@given(ANY_TEXT | TRICKY)
def test_offsets_cover_the_original_in_order(text):
    read = normalise(text)
    assert len(read.text) == len(read.starts) == len(read.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(read.starts, read.ends, strict=True))
    assert list(read.starts) == sorted(read.starts)
    assert list(read.ends) == sorted(read.ends)


@given(ANY_TEXT | TRICKY)
def test_offsets_invert(text):
    """The original passage of a character reads as something that holds that character."""
    read = normalise(text)
    for i, char in enumerate(read.text):
        start, end = read.original(i, i + 1)
        assert char in normalise(text[start:end]).text + text[start:end]


@given(ANY_TEXT | TRICKY)
def test_reading_twice_changes_nothing(text):
    once = normalise(text).text
    assert normalise(once).text == once


@given(ANY_TEXT)
def test_folding_keeps_length(text):
    assert len(fold(text)) == len(text)
