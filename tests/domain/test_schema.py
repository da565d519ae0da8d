"""A guideline as data: which flat labels its questions give, how far values lie apart, and what rests on a clause."""

from __future__ import annotations

import pytest

from annotator.domain.answers import Answer, Span, cannot_tell, flat_labels
from annotator.domain.schema import Choice, Kind, LabelSpec, Level, Question, Schema, State

CONCERN = Question(
    "concern",
    Kind.RATING,
    "Concern for review",
    choices=(
        Choice("0", "None", "", clause="c-none"),
        Choice("1", "Some", "", clause="c-some"),
        Choice("CT", "Cannot tell", "", missing=True, clause="c-none"),
    ),
)
SIGNS = Question(
    "signs",
    Kind.SPANS,
    "Indicators",
    choices=(Choice("FEE", "Fee", "", clause="c-fee"), Choice("DOCS", "Papers", "", clause="c-docs")),
    states=(State("present", "Present"), State("contradicted", "Contradicted")),
    unmarked="not stated",
)
TAGS = Question(
    "tags", Kind.TAGS, "Context", choices=(Choice("housing", "Housing", "", clause="c-fee"), Choice("free", "Free", ""))
)
NOTE = Question("note", Kind.NOTE, "Note", max_length=200)
SCHEMA = Schema("example", "1.0.0", "Example", (NOTE, SIGNS, CONCERN, TAGS))


def test_each_question_gives_its_labels_with_their_values_in_order():
    states = ("present", "contradicted", "not stated")
    assert SCHEMA.labels == (
        LabelSpec("FEE", "signs", Level.NOMINAL, states, "not stated"),
        LabelSpec("DOCS", "signs", Level.NOMINAL, states, "not stated"),
        LabelSpec("concern", "concern", Level.ORDINAL, ("0", "1")),
        LabelSpec("housing", "tags", Level.NOMINAL, ("yes", "no"), "no"),
        LabelSpec("free", "tags", Level.NOMINAL, ("yes", "no"), "no"),
    )
    assert SCHEMA.rating.name == "concern"
    assert SCHEMA.spans is SIGNS


def test_a_rating_without_a_scale_is_nominal_and_passages_without_states_are_marked_or_not():
    kinds = Question("kind", Kind.RATING, "Kind", choices=(Choice("a", "A", ""), Choice("b", "B", "")), ordered=False)
    plain = Question("parts", Kind.SPANS, "Parts", choices=(Choice("pay", "Pay", ""),), unmarked="unmarked")
    schema = Schema("other", "1.0.0", "Other", (kinds, plain))
    assert schema.rating == LabelSpec("kind", "kind", Level.NOMINAL, ("a", "b"))
    assert schema.labels[1].values == ("marked", "unmarked")


def test_steps_of_a_scale_are_counted_and_without_one_different_values_are_far():
    scale = LabelSpec("concern", "concern", Level.ORDINAL, ("0", "1", "2", "3"))
    assert [scale.apart(0, place) for place in range(4)] == [0, 1, 2, 3]
    assert scale.apart(3, 1) == 2
    kinds = LabelSpec("kind", "kind", Level.NOMINAL, ("a", "b", "c", "d"))
    assert [kinds.apart(0, place) for place in range(4)] == [0, 2, 2, 2]


def test_a_label_is_called_by_its_choice_or_its_question_or_else_itself():
    assert [SCHEMA.title_of(label) for label in ("FEE", "concern", "gone")] == ["Fee", "Concern for review", "gone"]
    assert SCHEMA.question("gone") is None
    assert SIGNS.choice("gone") is None


def test_what_rests_on_a_clause():
    assert SCHEMA.rests_on("c-none") == (("concern", "0"), ("concern", ""))
    assert SCHEMA.rests_on("c-fee") == (("FEE", "present"), ("FEE", "contradicted"), ("housing", "yes"))
    assert SCHEMA.rests_on("gone") == ()
    assert SCHEMA.clauses["c-docs"] == "Indicators: Papers"
    assert "" not in SCHEMA.clauses


MARKED = Answer(
    choices={"concern": ("1",), "tags": ("free",)},
    spans=(
        Span("signs", "FEE", "contradicted", 0, 4, "none"),
        Span("signs", "FEE", "present", 8, 12, "some"),
        Span("elsewhere", "DOCS", "present", 0, 4, "none"),
    ),
    notes={"note": "a word"},
)


def test_an_answer_comes_down_to_one_value_a_label_and_what_shows_it_shows_it():
    assert flat_labels(SCHEMA, MARKED) == {
        "FEE": "present",
        "DOCS": "not stated",
        "concern": "1",
        "housing": "no",
        "free": "yes",
    }


@pytest.mark.parametrize(
    ("chosen", "rating", "unsure"), [((), None, False), (("CT",), None, True), (("0",), "0", False)]
)
def test_cannot_tell_is_no_value_and_not_the_same_as_no_answer(chosen, rating, unsure):
    answer = Answer({"concern": chosen} if chosen else {})
    assert flat_labels(SCHEMA, answer)["concern"] == rating
    assert cannot_tell(SCHEMA, answer) is unsure


def test_an_answer_is_the_same_after_it_was_stored():
    stored = MARKED.to_json()
    assert stored["spans"][0] == {
        "question": "signs",
        "label": "FEE",
        "state": "contradicted",
        "start": 0,
        "end": 4,
        "text": "none",
    }
    assert Answer.from_json(stored) == MARKED
