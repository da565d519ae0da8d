"""The information bound on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from active_learning.simulation.bound import Bound, information_bound
from active_learning.simulation.crowd import Crowd


def h(p):
    return -p * np.log2(p) - (1 - p) * np.log2(1 - p)


def test_two_even_classes_and_people_of_80_percent():
    """Worked by hand: an answer tells 1 - h(.2) = .278 bits, being right in .942 takes 1 - h(.058) = .680: 2.45 answers."""
    bound = Bound(prevalence_bits=1.0, judgement_bits=1 - h(0.2), text_bits=0.0, n_classes=2)
    majority_of_five = sum(c * 0.8**k * 0.2 ** (5 - k) for k, c in ((3, 10), (4, 5), (5, 1)))
    assert bound.judgements(majority_of_five) == pytest.approx(2.45, abs=0.01)


def test_a_classifier_of_77_percent_takes_its_bits_off():
    bound = Bound(1.0, 1 - h(0.2), 1 - h(0.23), 2)
    assert bound.judgements(0.94208) == pytest.approx(1.65, abs=0.01)


def test_by_its_accuracy_alone_a_text_counts_less_and_the_bound_is_higher():
    """The example above once more: of the classifier no more is known than that it is right in 77 %."""
    bound = Bound(1.0, 1 - h(0.2), 0.3, 2, text_accuracy=0.77)
    assert bound.judgements_by_accuracy(0.94208) == pytest.approx(1.65, abs=0.01)
    assert bound.judgements(0.94208) < bound.judgements_by_accuracy(0.94208)
    assert Bound(1.0, 1 - h(0.2), 0.0, 2).judgements_by_accuracy(0.94208) == pytest.approx(2.45, abs=0.01)


def test_what_the_prevalence_gives_takes_no_judgement():
    assert Bound(h(0.1), 0.3, 0.0, 2).judgements(0.9) == pytest.approx(0.0, abs=1e-9)
    assert Bound(2.0, 0.5, 0.0, 4).bits_needed(0.25) == pytest.approx(0.0, abs=1e-12)


def test_answers_that_say_nothing_never_reach_it():
    assert Bound(1.0, 0.0, 0.0, 2).judgements(0.9) == float("inf")


def test_it_is_measured_from_labels_and_truth():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 4000)
    labels = Crowd(10, 6, 0.8, 0.8).label(truth, 2, rng)
    bound = information_bound(labels, truth, None, rng)
    assert bound.prevalence_bits == pytest.approx(1.0, abs=0.001)
    assert bound.judgement_bits == pytest.approx(1 - h(0.2), abs=0.01)
    assert bound.text_bits == 0.0
