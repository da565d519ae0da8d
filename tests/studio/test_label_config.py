"""The config is accepted by Label Studio itself, and its controls are those that `results` reads."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from annotator.domain.answers import Answer, Span
from annotator.domain.errors import ConfigError
from annotator.domain.schema import Kind, Media
from annotator.studio.label_config import COLOURS, EDITOR_KEYS, STRONG_COLOURS, build_label_config, state_name
from annotator.studio.results import to_result
from guidelines.loader import available, load

SCHEMA = load("postings", "1.0.0").schema
CONFIG = build_label_config(SCHEMA)


def interface_of(config: str):
    """Read a config as Label Studio's own SDK does."""
    from label_studio_sdk.label_interface import LabelInterface  # slow, and all processes collect this file

    return LabelInterface(config)


@pytest.mark.parametrize(("name", "version"), available())
def test_label_studio_accepts_the_config_of_every_shipped_guideline(name, version):
    interface_of(build_label_config(load(name, version).schema)).validate()


CHECK = """
import os, sys, label_studio
sys.path.insert(0, os.path.dirname(label_studio.__file__))
import django
django.setup()
from label_studio.core.label_config import validate_label_config
config = sys.stdin.read()
validate_label_config(config)
print("passed")
validate_label_config(config.replace('name="concern"', 'name="context"'))
"""


def test_the_servers_own_check_passes_it_and_can_fail(tmp_path):
    """In a process of its own: the check wants Django set up, which no other test should see."""
    surroundings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "label_studio.core.settings.label_studio",
        "LABEL_STUDIO_BASE_DATA_DIR": str(tmp_path),
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }
    done = subprocess.run(
        [sys.executable, "-c", CHECK], input=CONFIG, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("passed\n")
    assert "non-unique names" in done.stderr


def test_the_same_schema_gives_the_same_config():
    assert build_label_config(load("postings", "1.0.0").schema) == CONFIG


def test_results_carry_our_values():
    interface = interface_of(CONFIG)
    for question in SCHEMA.questions:
        if question.kind is not Kind.NOTE:
            assert set(interface.get_control(question.id).labels) == {choice.value for choice in question.choices}
    assert set(interface.get_control(state_name("indicators")).labels) == {"present", "contradicted"}


def test_the_page_shows_titles_and_says_definitions():
    shown = {tag.get("value"): tag for tag in fromstring(CONFIG).iter() if tag.get("alias")}
    for question in SCHEMA.questions:
        for choice in question.choices:
            assert shown[choice.title].get("alias") == choice.value
            assert shown[choice.title].get("hint") == choice.definition


def test_the_steps_of_the_rating_are_shown_with_their_definitions():
    (rating,) = [tag for tag in fromstring(CONFIG).iter("Choices") if tag.get("name") == "concern"]
    for choice, tag in zip(SCHEMA.question("concern").choices, rating, strict=True):
        assert tag.get("html") == f"<b>{choice.title}</b><small>{choice.definition}</small>"


def test_the_page_finds_the_clause_of_every_choice_and_the_length_of_a_note():
    clauses = {tag.get("alias"): tag.get("clause") for tag in fromstring(CONFIG).iter() if tag.get("alias")}
    for question in SCHEMA.questions:
        assert all(clauses[choice.value] == choice.clause for choice in question.choices)
    assert [tag.get("maxLength") for tag in fromstring(CONFIG).iter("TextArea")] == ["500"]


def test_the_posting_comes_first_and_what_is_marked_in_it_stands_beside_it():
    reading, questions = fromstring(CONFIG)
    assert [tag.tag for tag in reading] == ["Text", "View"]
    assert [tag.get("className") for tag in (reading, questions)] == ["reading", "questions"]


def test_every_choice_and_state_has_its_own_key():
    tags = [tag for tag in fromstring(CONFIG).iter() if tag.tag in {"Choice", "Label"}]
    keys = [tag.get("hotkey") for tag in tags]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert not EDITOR_KEYS & set(keys)


def test_the_rating_and_the_state_of_every_passage_are_required():
    controls = {tag.get("name"): tag for tag in fromstring(CONFIG).iter() if tag.get("name")}
    assert controls["concern"].get("required") == "true"
    assert controls["indicators_state"].get("required") == "true"
    assert controls["indicators_state"].get("perRegion") == "true"
    assert "present or contradicted" in controls["indicators_state"].get("requiredMessage")
    assert controls["context"].get("required") is None


def test_the_rating_comes_before_the_other_questions_of_the_whole_posting():
    names = [tag.get("name") for tag in fromstring(CONFIG).iter() if tag.get("name")]
    assert names.index("concern") < names.index("context") < names.index("protective") < names.index("note")


def test_label_studio_accepts_the_results_we_make():
    text = "You pay 40 first. We keep your passport."
    answer = Answer(
        {"concern": ("3",), "context": ("housing", "template"), "protective": ("protective",)},
        (
            Span("indicators", "FEE", "present", 4, 10, "pay 40"),
            Span("indicators", "DOCS", "contradicted", 18, 39, text[18:39]),
        ),
        {"note": "plain"},
    )
    result = to_result(SCHEMA, text, answer)
    interface = interface_of(CONFIG)
    assert interface.validate_prediction({"result": result}, return_errors=True) == []
    assert interface.validate_prediction({"result": [{**result[0], "from_name": "other"}]}, return_errors=True)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*STRONG_COLOURS, *COLOURS])
def test_colours_are_legible_as_text_on_white_and_under_white_text(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 5


def test_no_two_indicators_share_a_colour():
    labels = [tag.get("background") for tag in fromstring(CONFIG).iter("Label")]
    assert len(set(labels)) == len(labels) == 12


def with_question(**changes):
    """The schema with its passage question changed."""
    return replace(
        SCHEMA, questions=tuple(replace(q, **changes) if q.kind is Kind.SPANS else q for q in SCHEMA.questions)
    )


def with_choice(**changes):
    first, *rest = SCHEMA.question("indicators").choices
    return with_question(choices=(replace(first, **changes), *rest))


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (with_question(id="text"), "uses the name 'text' itself"),
        (replace(SCHEMA, media=Media.IMAGE), "takes one question of marked passages, and on texts alone"),
        (with_choice(hotkey="u"), "uses the key 'u' itself"),
        (with_choice(title="$fee"), "which the editor replaces"),
    ],
)
def test_a_schema_that_the_editor_could_not_show_is_refused(schema, reason):
    with pytest.raises(ConfigError, match=reason.replace("$", r"\$")):
        build_label_config(schema)


def test_markup_in_a_title_stays_text():
    config = build_label_config(with_choice(title='Fee <b>"&"</b>'))
    assert fromstring(config).find(".//Label[@alias='FEE']").get("value") == 'Fee <b>"&"</b>'
