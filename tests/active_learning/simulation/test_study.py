"""Studies: the report's shape, campaigns that are the same by seed, and that go on where they stopped."""

from __future__ import annotations

import json

import numpy as np
import pytest

from active_learning.simulation import study
from active_learning.simulation.bound import information_bound
from active_learning.simulation.campaign import Material, marks, play
from active_learning.simulation.crowd import Crowd
from active_learning.simulation.policies import policies
from active_learning.simulation.replay import Protocol
from active_learning.simulation.report import judgements_to, report
from active_learning.simulation.texts import TextPrior
from annotator.domain.errors import InputError

FIVE = ("random-majority", "random-dawid-skene", "uncertainty", "activelab", "adaptive")


def plan(names=FIVE, **changes):
    return study.Plan(policies(names), **{"protocol": Protocol.PERSON, "seeds": 2, "budget": 3.0, **changes})


@pytest.mark.parametrize("protocol", list(Protocol))
@pytest.mark.parametrize("name", FIVE)
def test_a_seed_decides_a_campaign(material, protocol, name):
    at = marks(material.labels, 2.0)
    one, again, other = (play(material, policies([name])[0], protocol, seed, at) for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_all_policies_end_alike_when_every_answer_is_in(material):
    at = marks(material.labels, 6.0)
    assert at[-1] == material.labels.n_labels
    ends = {play(material, policy, Protocol.ITEM, 0, at)[-1] for policy in policies(FIVE[1:])}
    assert max(ends) - min(ends) < 0.06  # the sampler starts from another order of the answers


def test_random_majority_reaches_k_fold_majority_at_k(material):
    targets = study.majority_targets(material.labels, material.truth, np.random.default_rng(0))
    at = marks(material.labels, 5.0)
    curves = [play(material, policies(FIVE[:1])[0], Protocol.ITEM, seed, at) for seed in range(20)]
    mean = np.mean(curves, axis=0)
    assert mean[np.searchsorted(at, 180)] == pytest.approx(targets["majority@3"], abs=0.02)
    assert mean[-1] == pytest.approx(targets["majority@5"], abs=0.02)


def test_the_report_has_the_shape_that_others_read(material, tmp_path):
    rng = np.random.default_rng(0)
    targets = study.majority_targets(material.labels, material.truth, rng)
    curves = study.run(material, plan(), tmp_path)
    found = report(material, plan(), curves, targets, information_bound(material.labels, material.truth, None, rng))
    found = json.loads(json.dumps(found))
    assert (found["items"], found["labels"], found["seeds"]) == (60, 360, 2)
    assert set(found["targets"]) == {"majority@3", "majority@5"}
    assert list(found["policies"]) == list(FIVE)
    for policy in found["policies"].values():
        assert policy["curve"][-1][0] == 3.0
        assert all(0 <= accuracy <= 1 for _, accuracy in policy["curve"])
        assert set(policy["judgements_to"]) == set(found["targets"])
        assert all(low <= y <= high for (_, y), (low, high) in zip(policy["curve"], policy["interval"], strict=True))
    assert found["bound"]["judgements"]["majority@5"] >= found["bound"]["judgements"]["majority@3"] > 0


def test_judgements_are_read_between_marks_and_absent_where_not_reached():
    at, curve = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.7, 0.6])
    assert judgements_to(at, curve, 0.6) == pytest.approx(1.5)
    assert judgements_to(at, curve, 0.4) == 1.0
    assert judgements_to(at, curve, 0.71) is None


def test_a_study_that_was_stopped_goes_on(material, tmp_path, monkeypatch):
    asked = plan(("random-majority", "adaptive"))
    whole = study.run(material, asked, tmp_path / "whole")
    played = []

    def stopping(*arguments):
        if len(played) == 3:
            raise KeyboardInterrupt
        played.append(1)
        return play(*arguments)

    monkeypatch.setattr(study, "play", stopping)
    with pytest.raises(KeyboardInterrupt):
        study.run(material, asked, tmp_path / "stopped")
    played.clear()
    heard = []
    gone_on = study.run(material, asked, tmp_path / "stopped", heard.append)
    assert len(played) == 1, "three campaigns came from the disk"
    assert sum(heard) == study.work(material, asked)
    assert all(np.array_equal(whole[name], gone_on[name]) for name in whole)


def test_other_inputs_and_torn_files_are_played_anew(material, tmp_path):
    asked = plan(("random-majority",), seeds=1)
    first = study.run(material, asked, tmp_path)["random-majority"]
    kept = next(tmp_path.glob("*.json"))
    kept.write_text(kept.read_text()[:20])
    assert np.array_equal(study.run(material, asked, tmp_path)["random-majority"], first)
    other = Material(material.labels, (material.truth + 1) % 3)
    assert not np.array_equal(study.run(other, asked, tmp_path)["random-majority"], first)


def test_an_unknown_policy_is_named():
    with pytest.raises(InputError, match="'clever'"):
        policies(["clever"])
    with pytest.raises(InputError, match="names none"):
        policies([])


def test_a_text_that_says_nothing_does_not_hurt():
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, 300)
    labels = Crowd(12, 6, 0.7, 0.9).label(truth, 2, rng)
    words = np.array(["lamp", "chair", "table", "window", "door", "roof", "floor", "wall"])
    noise = TextPrior.of([" ".join(rng.choice(words, 6)) for _ in truth], 2)
    at, policy = marks(labels, 2.5), policies(["adaptive"])[0]
    means = [
        np.mean([play(Material(labels, truth, texts), policy, Protocol.PERSON, seed, at)[14:] for seed in range(2)])
        for texts in (None, noise)
    ]
    assert means[1] > means[0] - 0.01


def test_a_text_that_tells_saves_judgements():
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 2, 300)
    labels = Crowd(12, 6, 0.7, 0.9).label(truth, 2, rng)
    telling = [("warm sunny bright" if (k == 1) != (rng.random() < 0.2) else "cold rainy dark") for k in truth]
    at, policy = marks(labels, 1.5), policies(["adaptive"])[0]
    without, given = (
        play(Material(labels, truth, texts), policy, Protocol.PERSON, 0, at)[-1]
        for texts in (None, TextPrior.of(telling, 2))
    )
    assert given > without + 0.03
