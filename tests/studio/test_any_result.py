"""Any JSON as a result, and any answer there and back."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, strategies as st

from annotator.domain.answers import Answer, Span
from annotator.domain.errors import InputError
from annotator.studio.results import parse_result, to_result
from tests.studio.pieces import SCHEMA, TEXT, changed, context, note, passage, rating, state

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
VALID = [passage(), state(), rating(), context("housing"), note()]
PLACES = [
    (n, path)
    for n, valid in enumerate(VALID)
    for path in [(), *((key,) for key in valid), *(("value", key) for key in valid["value"])]
]


@given(place=st.sampled_from(PLACES), value=json_values)
def test_any_json_anywhere_gives_an_answer_or_a_clear_refusal(place, value):
    at, path = place
    result = copy.deepcopy(VALID)
    result[at] = changed(result[at], path, value) if path else value
    refused = None
    try:
        answer = parse_result(SCHEMA, TEXT, result)
    except InputError as error:
        refused = error
    if refused:
        assert refused.where.startswith("result")
        assert refused.mend
    else:
        assert answer.choices["concern"]


def trimmed_places(text: str) -> st.SearchStrategy[tuple[int, int]]:
    """Places in a text that hold at least one visible character."""
    ends = st.integers(0, len(text))
    return st.tuples(ends, ends).map(sorted).map(tuple).filter(lambda place: text[place[0] : place[1]].strip())


@st.composite
def answers(draw) -> tuple[str, Answer]:
    text = draw(st.text(alphabet="ab 🍎é\n\\n", min_size=1, max_size=40).filter(str.strip))
    indicators = [choice.value for choice in SCHEMA.question("indicators").choices]
    marks = draw(
        st.dictionaries(
            st.tuples(trimmed_places(text), st.sampled_from(indicators)),
            st.sampled_from(["present", "contradicted"]),
            max_size=6,
        )
    )
    order = sorted(marks, key=lambda mark: (*mark[0], indicators.index(mark[1])))
    spans = [
        Span("indicators", label, marks[(start, end), label], start, end, text[start:end])
        for (start, end), label in order
    ]
    choices = {"concern": (draw(st.sampled_from(["0", "1", "2", "3", "CT"])),)}
    tags = draw(st.lists(st.sampled_from(["housing", "no_experience", "off_platform", "template"]), unique=True))
    if tags:
        choices["context"] = tuple(c.value for c in SCHEMA.question("context").choices if c.value in tags)
    noted = draw(st.text(alphabet="ab 🍎\n", max_size=500).map(str.strip))
    return text, Answer(choices, tuple(spans), {"note": noted} if noted else {})


@given(answers())
def test_an_answer_survives_the_way_through_a_result(made):
    text, answer = made
    result = to_result(SCHEMA, text, answer)
    assert parse_result(SCHEMA, text, json.loads(json.dumps(result))) == answer
    assert result == to_result(SCHEMA, text, answer)


def test_an_answer_that_does_not_fit_gives_no_result():
    for answer in (
        Answer(),
        Answer({"concern": ("7",)}),
        Answer({"concern": ("1",)}, (Span("indicators", "FEE", "present", 23, 26, "fee"),)),
        Answer({"concern": ("1",)}, (Span("indicators", "FEE", "maybe", 23, 26, "pay"),)),
    ):
        with pytest.raises(InputError):
            to_result(SCHEMA, TEXT, answer)
