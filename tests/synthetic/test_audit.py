"""The shortcut audit holds for the generator as it ships, and finds a shortcut where one is planted."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from annotator.cli import app
from annotator.domain.errors import InputError
from annotator.synthetic import audit as audits
from annotator.synthetic.audit import audit, masked
from annotator.synthetic.postings import PlantedSpan


@pytest.fixture(scope="module")
def result():
    return audit(4000, 2)


def test_the_generator_passes(result):
    assert [finding.name for finding in result.findings if not finding.passed] == []


def test_nothing_but_what_is_planted_gives_the_rating_away(result):
    value = {finding.name: finding.value for finding in result.findings}
    for name in ("length alone", "metadata alone", "identity cues alone", "words, planted passages masked"):
        assert 0.45 <= value[name] <= 0.55
    assert value["truth changed when cues are swapped"] == 0
    assert 0.60 < value["words, withheld family"] < value["words, held-out templates"] < 0.96


def test_every_value_lies_within_its_interval(result):
    for finding in result.findings:
        assert finding.low <= finding.value <= finding.high
        assert finding.n > 500


def test_masking_takes_the_passages_out_and_leaves_the_rest(corpus):
    posting = next(posting for posting in corpus if len(posting.spans) == 2)
    one, other = posting.spans
    text = posting.text
    assert masked(posting) == text[: one.start] + text[one.end : other.start] + text[other.end :]
    assert masked(replace(posting, spans=())) == text
    assert masked(replace(posting, text="abc", spans=(PlantedSpan(0, 3, "FEE", "present"),))) == ""


def test_a_length_that_gives_the_rating_away_is_found(corpus):
    padded = [replace(p, text=p.text + " and more" * 8 * (p.rating >= 2)) for p in corpus]
    found = audits._Sample(padded).cross_validated("length", audits._lengths(padded), audits._boosting())
    assert not found.passed


def test_a_region_that_gives_the_rating_away_is_found(corpus):
    rng = np.random.default_rng(0)
    told = [replace(p, region="north" if p.rating >= 2 and rng.random() < 0.4 else p.region) for p in corpus]
    found = audits._Sample(told).cross_validated("metadata", audits._metadata(told), audits._one_hot())
    assert not found.passed


def test_a_cue_that_changes_the_truth_is_found(corpus):
    turned = [replace(corpus[0], rating=(corpus[0].rating + 1) % 4), *corpus[1:]]
    assert not audits._truth_unchanged(corpus, turned).passed
    assert audits._truth_unchanged(corpus, corpus).passed


def test_too_few_postings_for_an_audit_are_refused():
    with pytest.raises(InputError, match="2,000"):
        audit(500, 1)


def test_the_command_prints_the_audit_as_json_and_fails_with_it(result, monkeypatch):
    failing = replace(result, findings=(replace(result.findings[0], most=-1.0, least=-2.0), *result.findings[1:]))
    for given, code in ((result, 0), (failing, 1)):
        monkeypatch.setattr(audits, "audit", lambda items, seed, note, given=given: given)
        run = CliRunner().invoke(app, ["synthesize", "--audit", "--json"])
        assert run.exit_code == code
        told = json.loads(run.stdout)
        assert told["passed"] == (code == 0)
        assert len(told["findings"]) == len(result.findings)
        table = CliRunner().invoke(app, ["synthesize", "--audit"])
        assert "length alone" in table.stdout
