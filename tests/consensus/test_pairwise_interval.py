"""Large-sample bounds of kappa, all pairs at once: against a sum worked by hand and against the formula as it was published."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from annotator.consensus.pairwise import WEIGHTS, Pairwise, pairwise
from tests.consensus.matrices import label_matrices


def of_table(table) -> Pairwise:
    """Two raters whose joint answers are this table."""
    joint = np.zeros((2, 2, *np.shape(table)), dtype=np.int64)
    joint[0, 1], joint[1, 0] = table, np.transpose(table)
    return Pairwise(joint)


def published(table, weights):
    """Fleiss, Cohen & Everitt (1969), equation for weighted kappa, with weights of agreement and one sum a time."""
    size = len(table)
    gap = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / (size - 1)
    w = 1 - {"none": (gap > 0).astype(float), "linear": gap, "quadratic": gap**2}[weights]
    n = table.sum()
    p = table / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    of_row, of_column = w @ columns, rows @ w
    observed, expected = (p * w).sum(), rows @ w @ columns
    total = 0.0
    for i in range(size):
        for j in range(size):
            total += p[i, j] * (w[i, j] * (1 - expected) - (of_row[i] + of_column[j]) * (1 - observed)) ** 2
    variance = (total - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    return math.sqrt(max(variance, 0.0))


def test_a_table_worked_by_hand():
    """0.4, and by hand: a sum of .0529 less .0025, over 50 times .0625, makes .016128, whose root is .126996."""
    kappa, low, high = (bound[0, 1] for bound in of_table([[20, 5], [10, 15]]).kappa_interval(z=1.0))
    assert kappa == pytest.approx(0.4)
    assert (kappa - low, high - kappa) == pytest.approx((0.126996, 0.126996), abs=1e-6)


@given(label_matrices())
def test_bounds_are_those_of_the_published_formula_for_every_pair(labels):
    found = pairwise(labels)
    for weights in WEIGHTS:
        kappa, low, high = found.kappa_interval(weights, z=1.0)
        np.testing.assert_allclose(kappa, found.kappa(weights), equal_nan=True)
        for a, b in np.argwhere(~np.isnan(kappa)):
            error = published(found.joint[a, b], weights)
            if error < 1e-5:
                assert np.isnan(low[a, b])
            else:
                expected = (max(kappa[a, b] - error, -1), min(kappa[a, b] + error, 1))
                assert (low[a, b], high[a, b]) == pytest.approx(expected)


def test_two_who_never_differed_have_no_bounds():
    kappa, low, high = (bound[0, 1] for bound in of_table([[7, 0], [0, 9]]).kappa_interval())
    assert kappa == 1
    assert np.isnan([low, high]).all()
