"""Krippendorff's own example: four coders, twelve units, five values, missing values.

Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. Annenberg School for Communication, section C
(also Content Analysis, 4th ed., 2019, chapter 12).
"""

import numpy as np
import pytest

from annotator.consensus.agreement import krippendorff_alpha, krippendorff_alpha_from_counts
from annotator.consensus.labels import LabelMatrix

CODERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
CELLS = [
    (unit, coder, int(value))
    for coder, row in enumerate(CODERS)
    for unit, value in enumerate(row.split())
    if value != "."
]
LABELS = LabelMatrix.from_columns(*zip(*CELLS, strict=True))
PUBLISHED = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}


@pytest.mark.parametrize(("level", "alpha"), PUBLISHED.items())
def test_alpha_is_the_published_one(level, alpha):
    assert krippendorff_alpha(LABELS, level=level).value == pytest.approx(alpha, abs=5e-4)


def test_it_rests_on_the_forty_pairable_values_of_eleven_units():
    alpha = krippendorff_alpha(LABELS)
    assert (alpha.n_items, alpha.n_labels, alpha.n_raters) == (11, 40, 4)


@pytest.mark.parametrize(("level", "alpha"), PUBLISHED.items())
def test_counts_give_the_same_alpha(level, alpha):
    counts = np.zeros((12, 5), dtype=int)
    for unit, _, value in CELLS:
        counts[unit, value - 1] += 1
    found = krippendorff_alpha_from_counts(counts, level=level, values=[1, 2, 3, 4, 5])
    assert found.value == pytest.approx(alpha, abs=5e-4)
