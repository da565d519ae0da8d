"""The first guideline says what the project decided, and its text and schema agree."""

from __future__ import annotations

import re

import pytest

from annotator.domain.schema import Kind
from guidelines.loader import load
from guidelines.render import clauses

STRONG = {"DEBT", "DOCS", "WAGE", "EXIT", "CONFINE"}
WEAK = {"FEE", "HOURS", "TERMS", "VAGUE", "PAY", "TIED", "RUSH"}


@pytest.fixture(scope="module")
def guideline():
    return load("postings", "1.0.0")


@pytest.fixture(scope="module")
def schema(guideline):
    return guideline.schema


def section(guideline, anchor: str) -> str:
    """The text between a clause's heading and the next heading."""
    return re.split(r"^#+ .*\{#", guideline.text.split(f"{{#{anchor}}}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_the_rating_is_ordered_and_cannot_tell_stands_outside_the_order(schema):
    rating = schema.question("concern")
    assert schema.rating.values == ("0", "1", "2", "3")
    assert rating.choice("CT").missing
    assert [choice.hotkey for choice in rating.choices] == ["0", "1", "2", "3", "c"]
    assert rating.required


def test_there_are_twelve_indicators_of_which_five_are_strong(schema):
    indicators = schema.question("indicators")
    assert {choice.value for choice in indicators.choices if choice.strong} == STRONG
    assert {choice.value for choice in indicators.choices if not choice.strong} == WEAK
    assert {choice.value for choice in indicators.choices if "★" in choice.title} == STRONG
    assert next(spec for spec in schema.labels if spec.name == "FEE").values == (
        "present",
        "contradicted",
        "not stated",
    )


def test_context_and_protective_tags(schema):
    tags = {
        question.id: [choice.value for choice in question.choices]
        for question in schema.questions
        if question.kind is Kind.TAGS
    }
    assert tags == {"context": ["housing", "no_experience", "off_platform", "template"], "protective": ["protective"]}
    assert schema.question("protective").choice("protective").protective


def test_personal_data_and_a_possible_minor_quarantine_and_distress_does_not(schema):
    assert {flag.value: flag.quarantines for flag in schema.flags} == {
        "personal_data": True,
        "possible_minor": True,
        "distressing": False,
    }


def test_the_indicators_explain_all_three_states_with_an_example(guideline):
    for choice in guideline.schema.question("indicators").choices:
        text = section(guideline, choice.clause)
        assert all(f"**{state}:**" in text for state in ("Present", "Contradicted", "Not stated")), choice.value
        assert f"| {choice.value} |" in section(guideline, "indicators")


def test_the_table_of_keys_is_that_of_the_schema(guideline):
    shown = re.findall(r"`(.)`", section(guideline, "keys").split("mouse")[0])
    schema = guideline.schema
    keys = [each.hotkey for question in schema.questions for each in (*question.choices, *question.states)]
    assert sorted(set(shown)) == sorted(keys)


@pytest.mark.parametrize(
    "case",
    ["seasonal", "agency-fee", "live-in", "commission", "translated", "passport", "scam"],
)
def test_the_hard_cases_are_worked_to_a_rating(guideline, case):
    text = section(guideline, f"case-{case}")
    assert text.strip().startswith(">")
    assert re.search(r"\*\*rating \d", text, flags=re.IGNORECASE)


def test_the_text_has_wellbeing_dos_and_why_identity_is_no_indicator(guideline):
    anchors = {clause.anchor for clause in clauses(guideline.text)}
    assert {"wellbeing", "do-and-dont", "no-profiling", "flags", "hard-cases", "cannot-tell"} <= anchors


def test_the_text_never_claims_to_measure_trafficking(guideline):
    text = " ".join(guideline.text.split()).lower()
    assert "trafficking likelihood" not in text
    assert "it is not a likelihood of trafficking, not evidence" in text


def test_the_changelog_has_this_version(guideline):
    assert f"## {guideline.schema.version}\n" in guideline.changelog
