"""Results as the editor 1.23.2 serialises them, and everything that is refused."""

from __future__ import annotations

import math

import pytest

from annotator.domain.answers import Answer, Span, flat_labels
from annotator.domain.errors import InputError
from annotator.studio.results import MAX_ITEMS, parse_result
from tests.studio.pieces import KEEP, PAY, SCHEMA, TEXT, changed, context, note, parse, passage, rating, state


def test_a_whole_answer_as_the_editor_serialises_it():
    answer = parse(
        passage(),
        state(),
        passage(KEEP, "DOCS", "eF0tJhVHgi"),
        state(KEEP, "contradicted", "eF0tJhVHgi"),
        rating(),
        context("no_experience"),
        note(),
    )
    assert answer == Answer(
        choices={"concern": ("2",), "context": ("no_experience",)},
        spans=(
            Span("indicators", "FEE", "present", 23, 26, "pay"),
            Span("indicators", "DOCS", "contradicted", 66, 73, "keep it"),
        ),
        notes={"note": "a note"},
    )
    labels = flat_labels(SCHEMA, answer)
    assert (labels["concern"], labels["FEE"], labels["DOCS"], labels["DEBT"]) == (
        "2",
        "present",
        "contradicted",
        "not stated",
    )


def test_the_rating_alone_is_an_answer():
    assert parse(rating("CT")) == Answer(choices={"concern": ("CT",)})


def test_choices_and_passages_come_in_one_order_however_they_were_sent():
    sent = [
        context("template", "housing"),
        passage(KEEP, "DOCS", "b"),
        state(KEEP, id_="b"),
        state(),
        passage(),
        rating(),
    ]
    answer = parse(*sent)
    assert answer == parse(*reversed(sent))
    assert answer.choices["context"] == ("housing", "template")
    assert [span.label for span in answer.spans] == ["FEE", "DOCS"]


def test_offsets_count_code_points():
    bus = {"start": 36, "end": 37, "text": "🚌"}
    assert TEXT[36:37] == "🚌"
    assert parse(rating(), passage(bus), state(bus)).spans[0].text == "🚌"


def test_offsets_in_utf16_units_are_refused_with_the_reason():
    units = {"start": 25, "end": 28, "text": "pay"}  # where JavaScript's own indexOf finds it
    assert TEXT.encode("utf-16-le")[50:56].decode("utf-16-le") == "pay"
    with pytest.raises(InputError, match="code points, not UTF-16"):
        parse(rating(), passage(units), state(units))


@pytest.mark.parametrize(
    ("text", "start", "end", "as_the_editor_says"),
    [
        ("you pay now.\nFirst day", 8, 18, "now.\\nFirst"),
        ("you  pay   now", 5, 14, "pay now"),
        ("fee\r\nnow", 0, 8, "fee\\n\\nnow"),
        ("end\tof it", 0, 9, "end of it"),
        ("two pay\xa0now", 4, 11, "pay\xa0now"),
        ("a path C:\\new", 2, 13, "path C:\\new"),
    ],
)
def test_the_editors_own_writing_of_white_space_matches_and_the_postings_is_kept(text, start, end, as_the_editor_says):
    place = {"start": start, "end": end, "text": as_the_editor_says}
    assert parse(rating(), passage(place), state(place), text=text).spans[0].text == text[start:end]


def test_the_same_mark_twice_counts_once():
    assert len(parse(rating(), passage(), state(), passage(id_="b"), state(id_="b")).spans) == 1


def test_the_same_words_may_show_two_indicators():
    answer = parse(rating(), passage(), state(), passage(label="DEBT", id_="b"), state(id_="b"))
    assert [span.label for span in answer.spans] == ["FEE", "DEBT"]


def test_a_blank_note_is_none():
    assert parse(rating(), note("  \n")).notes == {}


def test_unticked_tags_are_no_answer():
    assert "context" not in parse(rating(), context()).choices


REFUSED = {
    "an item that is no object": ([rating(), "concern"], "result[1]"),
    "an item that is null": ([None], "result[0]"),
    "a key missing": ([changed(rating(), ["id"], ...)], "result[0].id"),
    "a key too many": ([rating() | {"meta": {"text": ["free text"]}}], "result[0]"),
    "a relation": ([rating(), {"type": "relation", "from_id": "a", "to_id": "b"}], "result[1].id"),
    "an unknown question": ([changed(rating(), ["from_name"], "risk")], "result[0].from_name"),
    "a question that is no text": ([changed(rating(), ["from_name"], ["concern"])], "result[0].from_name"),
    "another type": ([changed(rating(), ["type"], "rating")], "result[0].type"),
    "another object": ([changed(rating(), ["to_name"], "image")], "result[0].to_name"),
    "an id of other characters": ([changed(rating(), ["id"], "a b")], "result[0].id"),
    "a long id": ([changed(rating(), ["id"], "a" * 65)], "result[0].id"),
    "an id that is a number": ([changed(rating(), ["id"], 7)], "result[0].id"),
    "an unknown origin": ([changed(rating(), ["origin"], "theirs")], "result[0].origin"),
    "a score that is no number": ([rating() | {"score": math.nan}], "result[0].score"),
    "a value that is no object": ([changed(rating(), ["value"], ["2"])], "result[0].value"),
    "a value without choices": ([changed(rating(), ["value"], {})], "result[0].value.choices"),
    "a value with more in it": ([rating() | {"value": {"choices": ["2"], "x": 1}}], "result[0].value"),
    "choices that are no list": ([changed(rating(), ["value", "choices"], "2")], "result[0].value.choices"),
    "an unknown choice": ([rating("4")], "result[0].value.choices[0]"),
    "a choice that is a number": ([rating(2)], "result[0].value.choices[0]"),
    "a nested choice": ([rating(["2"])], "result[0].value.choices[0]"),
    "a title in place of its value": ([context("Housing offered"), rating()], "result[0].value.choices[0]"),
    "a tag twice": ([rating(), context("housing", "housing")], "result[1].value.choices[1]"),
    "two ratings in one": ([changed(rating(), ["value", "choices"], ["1", "2"])], "result[0].value.choices"),
    "two ratings": ([rating("1"), rating("2")], "result[1]"),
    "no rating": ([context("housing")], "result"),
    "an empty rating": ([changed(rating(), ["value", "choices"], [])], "result"),
    "nothing": ([], "result"),
    "two notes": ([rating(), changed(note(), ["value", "text"], ["a", "b"])], "result[1].value.text"),
    "a note that is no list": ([rating(), changed(note(), ["value", "text"], "a")], "result[1].value.text"),
    "a note that is a number": ([rating(), note(5)], "result[1].value.text[0]"),
    "a long note": ([rating(), note("a" * 501)], "result[1].value.text[0]"),
    "a note no database holds": ([rating(), note("a\x00b")], "result[1].value.text[0]"),
    "a note that is no Unicode": ([rating(), note("a\ud800b")], "result[1].value.text[0]"),
    "a passage without a state": ([rating(), passage()], "result[1]"),
    "a passage with an empty state": ([rating(), passage(), changed(state(), ["value", "choices"], [])], "result[1]"),
    "a state without its passage": ([rating(), state()], "result[1].id"),
    "a state of another passage": ([rating(), passage(), state(), state(id_="b")], "result[3].id"),
    "a state that lies elsewhere": ([rating(), passage(), state(KEEP)], "result[2].value"),
    "two states": ([rating(), passage(), state(), state(value="contradicted")], "result[3].value.choices"),
    "two states in one": (
        [rating(), passage(), changed(state(), ["value", "choices"], ["present", "contradicted"])],
        "result[2].value.choices",
    ),
    "an unknown state": ([rating(), passage(), state(value="not stated")], "result[2].value.choices[0]"),
    "one place marked two ways": (
        [rating(), passage(), state(), passage(id_="b"), state(value="contradicted", id_="b")],
        "result[3]",
    ),
    "two passages of one id": ([rating(), passage(), passage(KEEP), state()], "result[2].id"),
    "an unknown indicator": ([rating(), passage(label="THEFT"), state()], "result[1].value.labels[0]"),
    "no indicator": ([rating(), changed(passage(), ["value", "labels"], []), state()], "result[1].value.labels"),
    "two indicators on one mark": (
        [rating(), changed(passage(), ["value", "labels"], ["FEE", "DEBT"]), state()],
        "result[1].value.labels",
    ),
    "a passage without its end": (
        [rating(), changed(passage(), ["value", "end"], ...), state()],
        "result[1].value.end",
    ),
    "an end before its start": ([rating(), passage({**PAY, "end": 23}), state()], "result[1].value.end"),
    "an end outside the posting": ([rating(), passage({**PAY, "end": len(TEXT) + 1}), state()], "result[1].value.end"),
    "a start outside the posting": ([rating(), passage({**PAY, "start": -1}), state()], "result[1].value.start"),
    "a start that is true": ([rating(), passage({**PAY, "start": True}), state()], "result[1].value.start"),
    "an end that is NaN": ([rating(), passage({**PAY, "end": math.nan}), state()], "result[1].value.end"),
    "an end that is a fraction": ([rating(), passage({**PAY, "end": 26.0}), state()], "result[1].value.end"),
    "a start that is text": ([rating(), passage({**PAY, "start": "23"}), state()], "result[1].value.start"),
    "other words": ([rating(), passage({**PAY, "text": "fee"}), state()], "result[1].value.text"),
    "words padded without end": ([rating(), passage({**PAY, "text": "pay    "}), state()], "result[1].value.text"),
    "words that are a list": ([rating(), passage({**PAY, "text": ["pay"]}), state()], "result[1].value.text"),
    "a blank": ([rating(), passage({"start": 26, "end": 27, "text": " "}), state()], "result[1].value.text"),
    "too many items": ([rating()] * (MAX_ITEMS + 1), "result"),
}


@pytest.mark.parametrize(("result", "where"), REFUSED.values(), ids=REFUSED)
def test_what_the_schema_or_the_posting_does_not_allow_is_refused_by_place(result, where):
    with pytest.raises(InputError) as refused:
        parse_result(SCHEMA, TEXT, result)
    assert refused.value.where == where
    assert refused.value.mend


@pytest.mark.parametrize("result", [None, {}, "[]", 3, ({},)])
def test_a_result_that_is_no_list_is_refused(result):
    with pytest.raises(InputError, match="A result is a list"):
        parse_result(SCHEMA, TEXT, result)


def test_a_missing_state_asks_for_present_or_contradicted():
    with pytest.raises(InputError, match="say whether it is present or contradicted"):
        parse(rating(), passage())


def test_messages_never_repeat_what_was_sent():
    secret = "jane.doe@example.org"
    for sent in (
        rating(secret),
        changed(rating(), ["from_name"], secret),
        changed(rating(), ["id"], secret),
        passage({**PAY, "text": secret}),
    ):
        with pytest.raises(InputError) as refused:
            parse(rating(), sent)
        assert secret not in str(refused.value)
