"""An answer beside what the guideline expects: a row for what either mentions, and the posting cut at its passages."""

from __future__ import annotations

from annotator.domain.controls import NEAR, SLIPS, Outcome, clauses_of, compare
from annotator.domain.feedback import Piece, Row, comparison
from annotator.domain.words import worded
from tests.domain.test_schema import SCHEMA

TEXT = "Papers are kept. No fee."
EXPECTED = {"concern": "1", "FEE": "contradicted", "DOCS": "present", "housing": "no", "free": "yes"}
SPANS = [
    {"label": "DOCS", "state": "present", "start": 0, "end": 16},
    {"label": "FEE", "state": "contradicted", "start": 17, "end": 24},
    {"label": "gone", "state": "present", "start": 0, "end": 6},
]


def given(**changes):
    return EXPECTED | changes


def compared(answer):
    return comparison(SCHEMA, TEXT, EXPECTED, SPANS, answer)


def test_rows_say_what_was_said_and_what_is_expected_in_the_words_of_the_guideline():
    assert compared(given(concern="0", DOCS="not stated", free="no")).rows == (
        Row("Fee", "contradicted", "contradicted", True, "c-fee", ("No fee.",)),
        Row("Papers", "not stated", "present", False, "c-docs", ("Papers are kept.",)),
        Row("Concern for review", "None", "Some", False, "c-some"),
        Row("Free", worded("not ticked"), worded("ticked"), False, ""),
    )


def test_what_neither_mentions_has_no_row_and_what_was_added_has_one():
    rows = {row.title: row for row in compared(given(housing="yes")).rows}
    assert set(rows) == {"Fee", "Papers", "Concern for review", "Housing", "Free"}
    assert rows["Housing"] == Row("Housing", worded("ticked"), worded("not ticked"), False, "c-fee")
    assert rows["Concern for review"].right


def test_no_rating_reads_as_cannot_tell():
    found = compared(given(concern=None))
    assert next(row for row in found.rows if row.title == "Concern for review").given == worded("Cannot tell")
    assert found.outcome.steps is None


def test_the_posting_is_cut_at_its_passages():
    assert compared(EXPECTED).pieces == (
        Piece("Papers", (("Papers", "present"),)),
        Piece(" are kept.", (("Papers", "present"),)),
        Piece(" ", ()),
        Piece("No fee.", (("Fee", "contradicted"),)),
    )


def test_an_answer_is_compared_label_by_label():
    assert compare(SCHEMA, EXPECTED, EXPECTED) == Outcome(0, (), ())
    assert compare(SCHEMA, EXPECTED, given(concern="0", FEE="present", housing="yes")) == Outcome(
        1, ("FEE",), ("housing",)
    )
    assert compare(SCHEMA, {"concern": "1"}, given(concern="1")) == Outcome(0, ("FEE", "DOCS"), ("free",))
    assert compare(SCHEMA, {"concern": None}, EXPECTED).steps is None


def test_one_step_and_one_slip_are_still_right_and_tags_are_never_tested():
    assert (NEAR, SLIPS) == (1, 1)
    assert Outcome(1, ("FEE",), ("housing", "free")).right is True
    assert Outcome(2, (), ()).right is False
    assert Outcome(0, ("FEE", "DOCS"), ()).right is False
    assert Outcome(None, ("FEE", "DOCS"), ()).right is None


def test_the_clauses_to_read_again_are_those_of_what_was_missed():
    assert clauses_of(SCHEMA, Outcome(0, (), ()), EXPECTED) == ()
    assert clauses_of(SCHEMA, Outcome(1, ("DOCS",), ("housing", "free")), EXPECTED) == ("c-docs", "c-fee", "c-some")
    assert clauses_of(SCHEMA, Outcome(1, (), ()), {"concern": None}) == ()
