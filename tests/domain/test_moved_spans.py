"""Passages of a text in which others are replaced: outside they keep their words, inside they take all that stands there."""

from __future__ import annotations

from hypothesis import given, strategies as st

from annotator.domain.moved_spans import (
    Replaced,
    code_points,
    line_ends,
    move_answer,
    move_result,
    shifted,
    worded_answer,
    worded_result,
)


def replace_all(text, replaced, fill="#"):
    parts, at = [], 0
    for one in replaced:
        parts += [text[at : one.start], fill * one.length]
        at = one.end
    return "".join(parts) + text[at:]


@st.composite
def cases(draw):
    """A text, passages of it to replace in order without overlap, and one marked passage."""
    text = draw(st.text("abcdefgh ", min_size=2, max_size=40))
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = zip(ends[::2], ends[1::2], strict=False)
    replaced = [Replaced(start, end, draw(st.integers(1, 9))) for start, end in pairs]
    start = draw(st.integers(0, len(text) - 1))
    return text, replaced, start, draw(st.integers(start + 1, len(text)))


@given(cases())
def test_a_passage_keeps_its_own_words_and_takes_whole_whatever_it_touched(case):
    text, replaced, start, end = case
    expected = text[start:end]
    touched = [one for one in replaced if one.start < end and one.end > start]
    widest = (min([start, *(one.start for one in touched)]), max([end, *(one.end for one in touched)]))
    inside = [Replaced(one.start - widest[0], one.end - widest[0], one.length) for one in touched]
    expected = replace_all(text[widest[0] : widest[1]], inside)
    first, last = shifted(start, end, replaced)
    assert replace_all(text, replaced)[first:last] == expected


def test_both_halves_of_a_replaced_passage_become_the_whole_of_it():
    replaced = [Replaced(5, 15, 7)]
    assert shifted(0, 10, replaced) == (0, 12)
    assert shifted(8, 20, replaced) == (5, 17)
    assert shifted(7, 9, replaced) == (5, 12)
    assert shifted(0, 5, replaced) == (0, 5)
    assert shifted(15, 16, replaced) == (12, 13)


@given(st.text("a\r\n", max_size=20))
def test_line_ends_are_what_is_replaced_by_unix_ones(text):
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    assert replace_all(text, line_ends(text), "\n") == unix


@given(st.text(max_size=20), st.text(min_size=1, max_size=10), st.text(max_size=5))
def test_utf16_units_become_code_points(before, marked, after):
    def units(text):
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    start = units(before)
    first, last = code_points(before + marked + after, start, start + units(marked))
    assert (before + marked + after)[first:last] == marked


MARKS = [
    {"id": "a", "type": "labels", "value": {"start": 0, "end": 10, "text": "call 12345", "labels": ["FEE"]}},
    {"id": "b", "type": "choices", "value": {"choices": ["1"]}},
]


def test_a_stored_answer_and_its_result_move_with_the_text_and_lose_their_old_words():
    replaced, text = [Replaced(5, 10, 7)], "call <PHONE> now"
    answer = {"choices": {"concern": ["1"]}, "spans": [{"label": "FEE", "start": 0, "end": 10, "text": "call 12345"}]}
    moved = move_answer(answer, replaced)
    assert moved == {"choices": {"concern": ["1"]}, "spans": [{"label": "FEE", "start": 0, "end": 12, "text": ""}]}
    assert worded_answer(moved, text)["spans"] == [{"label": "FEE", "start": 0, "end": 12, "text": "call <PHONE>"}]
    result = move_result(MARKS, replaced)
    assert [item["id"] for item in result] == ["a", "b"]
    assert result[0]["value"] == {"start": 0, "end": 12, "text": "", "labels": ["FEE"]}
    assert worded_result(result, text)[0]["value"]["text"] == "call <PHONE>"
    assert result[1] == worded_result(result, text)[1] == MARKS[1]
    assert MARKS[0]["value"]["text"] == "call 12345"
