"""What every posting keeps: exact passages, a truth that follows from what is planted, and a text that says so."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotator.synthetic.postings import (
    ABSENT,
    CONTEXT,
    CONTRADICTED,
    IMPLIED,
    INDICATORS,
    NOT_STATED,
    PRESENT,
    PROTECTIVE,
    REALISATIONS,
    RELATIVE,
    STATE_OF,
    STATES,
    STRONG,
    planted_rating,
)
from guidelines.loader import load

REFERENCE = "eference for"
NOTHING = dict.fromkeys(INDICATORS, ABSENT)
vectors = st.fixed_dictionaries({code: st.sampled_from(REALISATIONS) for code in INDICATORS})
contexts = st.lists(st.sampled_from(CONTEXT), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("planted", "context", "protective", "rating"),
    [
        ({}, (), False, 0),
        ({}, ("housing",), False, 0),
        ({}, ("housing", "no_experience"), False, 1),
        ({}, ("housing", "no_experience"), True, 0),
        ({"FEE": "negated", "DOCS": "negated"}, (), True, 0),
        ({"FEE": "explicit"}, (), False, 1),
        ({"FEE": "implied"}, (), True, 1),
        ({"DOCS": "implied"}, (), False, 2),
        ({"FEE": "implied", "RUSH": "implied"}, (), False, 2),
        ({"DOCS": "implied", "FEE": "explicit"}, (), False, 2),
        ({"DOCS": "explicit", "FEE": "implied"}, (), False, 2),
        ({"FEE": "explicit", "RUSH": "explicit", "VAGUE": "explicit"}, (), False, 2),
        ({"DOCS": "explicit", "FEE": "paraphrased"}, (), False, 3),
        ({"DOCS": "paraphrased", "WAGE": "explicit"}, ("housing",), True, 3),
    ],
)
def test_the_rating_follows_the_guidelines_rule(planted, context, protective, rating):
    assert planted_rating({**NOTHING, **planted}, context, protective=protective) == rating


@given(vectors, contexts, st.sampled_from(INDICATORS))
def test_one_more_indicator_never_lowers_the_rating(ways, context, code):
    before = planted_rating({**ways, code: ABSENT}, context, protective=False)
    assert planted_rating({**ways, code: IMPLIED}, context, protective=False) >= before
    assert planted_rating({**ways, code: "explicit"}, context, protective=False) >= before


@given(vectors, contexts)
def test_context_never_raises_above_one_and_never_alone(ways, context):
    none_shown = {code: way if STATE_OF[way] != PRESENT else ABSENT for code, way in ways.items()}
    assert planted_rating(none_shown, context, protective=False) <= 1
    assert planted_rating(none_shown, context[:1], protective=False) == 0


def test_codes_and_values_are_those_of_the_guideline():
    schema = load("postings", "1.0.0").schema
    indicators, context = schema.question("indicators"), schema.question("context")
    assert tuple(choice.value for choice in indicators.choices) == INDICATORS
    assert {choice.value for choice in indicators.choices if choice.strong} == STRONG
    assert (*(state.value for state in indicators.states), indicators.unmarked) == STATES
    assert tuple(choice.value for choice in context.choices) == CONTEXT
    assert schema.question("protective").choice(PROTECTIVE)
    assert list(schema.rating.values) == ["0", "1", "2", "3"]


def test_passages_are_exact_and_are_the_indicators(corpus):
    for posting in corpus:
        stated = {code: state for code, state in posting.indicators.items() if state != NOT_STATED}
        assert {span.label: span.state for span in posting.spans} == stated
        assert len(posting.spans) == len(stated)
        assert all(span.state == NOT_STATED for span in posting.decoys)
        assert not {span.label for span in posting.decoys} & set(stated)
        ends = 0
        for span in sorted((*posting.spans, *posting.decoys), key=lambda span: span.start):
            words = posting.text[span.start : span.end]
            assert ends <= span.start < span.end <= len(posting.text)
            assert words == words.strip()
            assert words[-1] not in ".!"
            ends = span.end
        assert list(posting.spans) == sorted(posting.spans, key=lambda span: span.start)


def test_truth_is_consistent_within_itself(corpus):
    for posting in corpus:
        assert posting.indicators == {code: STATE_OF[way] for code, way in posting.realisation.items()}
        assert posting.rating == planted_rating(posting.realisation, posting.context, protective=posting.protective)
        assert set(posting.context) <= set(CONTEXT)
        assert 0 <= posting.difficulty <= 1
        assert posting.quarter[:4] == posting.epoch[:4]


def test_hours_and_pay_are_judged_only_against_a_reference_in_the_text(corpus):
    for posting in corpus:
        if any(posting.indicators[code] != NOT_STATED for code in RELATIVE):
            assert REFERENCE in posting.text


def test_the_same_words_never_say_two_things(corpus):
    """Outside the two lists and without a figure to compare, a passage alone tells the indicator and its state."""
    said = defaultdict(set)
    for posting in corpus:
        if "two_lists" in posting.cases:
            continue
        for span in (*posting.spans, *posting.decoys):
            words = posting.text[span.start : span.end].casefold()
            if not (span.label in RELATIVE and re.search(r"\d", words)):
                said[words].add((span.label, span.state))
    assert len(said) > 2000
    assert [words for words, meanings in said.items() if len(meanings) > 1] == []


def test_figures_are_within_the_reference_or_far_beyond_it(corpus):
    checked = 0
    for posting in corpus:
        if posting.register in ("terse", "casual"):
            continue
        reference = re.search(r"(\d+) to (\d+) hours", posting.text)
        for span in posting.spans:
            hours = re.search(r"(\d+) (?:working )?hours", posting.text[span.start : span.end])
            if span.label == "HOURS" and reference and hours and "two_lists" not in posting.cases:
                denied = span.state == CONTRADICTED and int(hours[1]) > int(reference[2])
                inside = int(reference[1]) <= int(hours[1]) <= int(reference[2])
                far = int(hours[1]) >= 1.6 * int(reference[2])
                assert inside or far
                assert inside == (span.state == CONTRADICTED) or denied
                checked += 1
    assert checked > 50


def test_ratings_are_balanced_enough_to_learn_from(corpus):
    shares = {rating: count / len(corpus) for rating, count in Counter(p.rating for p in corpus).items()}
    for rating, wanted in {0: 0.38, 1: 0.24, 2: 0.21, 3: 0.15}.items():
        assert shares[rating] == pytest.approx(wanted, abs=0.04)
    states = Counter((code, state) for p in corpus for code, state in p.indicators.items())
    for code in INDICATORS:
        assert min(states[code, PRESENT], states[code, CONTRADICTED]) > 0.03 * len(corpus)


def test_ordinary_postings_often_carry_context_and_worrying_ones_protective_statements(corpus):
    ordinary = [posting for posting in corpus if posting.rating == 0]
    worrying = [posting for posting in corpus if posting.rating >= 2]
    assert sum(bool(posting.context) for posting in ordinary) > 0.4 * len(ordinary)
    assert sum(posting.protective for posting in worrying) > 0.1 * len(worrying)
    assert sum("housing" in posting.context for posting in ordinary) > 0.15 * len(ordinary)


def test_indicators_come_together(corpus):
    """Pairs of one profile (debt, control, deception, overwork) are shown together more often than chance has it."""

    def lift(pairs):
        shown = {code: np.array([posting.indicators[code] == PRESENT for posting in corpus]) for code in INDICATORS}
        return np.mean([(shown[a] & shown[b]).mean() / (shown[a].mean() * shown[b].mean()) for a, b in pairs])

    together = [
        ("FEE", "DEBT"),
        ("DEBT", "WAGE"),
        ("DOCS", "CONFINE"),
        ("HOURS", "WAGE"),
        ("TERMS", "RUSH"),
        ("PAY", "RUSH"),
    ]
    apart = [("FEE", "EXIT"), ("DEBT", "DOCS"), ("DOCS", "WAGE"), ("HOURS", "TERMS"), ("FEE", "PAY")]
    assert lift(together) > 1.15
    assert lift(apart) < 0.95


def test_hard_cases_of_the_guideline_are_there(corpus):
    cases = {case for posting in corpus for case in posting.cases}
    assert cases >= {
        "seasonal_housing",
        "regulated_fee",
        "live_in",
        "commission",
        "machine_translated",
        "passport_required",
        "plain_scam",
        "warning",
        "elsewhere",
        "two_lists",
    }
    required = [p for p in corpus if p.cases == ("passport_required",) and p.indicators["DOCS"] != PRESENT]
    assert required
