"""Agreement as it is observed, and corrected for chance by Fleiss: percent, specific (positive) agreement, kappa.

All follow from the counts of classes in each item; items with fewer than two labels say nothing and are left out.

Sources: Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76:378-382.
Specific agreement of many raters: Uebersax, J. S. (1982). A design-independent method for measuring the reliability of
psychiatric diagnosis. Journal of Psychiatric Research 17:335-342.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import Agreement, measure, pairable_raters
from annotator.consensus.bootstrap import FloatArray, Kinds, Resampling, Statistic
from annotator.consensus.counts import count_kinds
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.metric import quotient
from annotator.domain.errors import InputError

CHANCE_IS_CERTAIN = "every label that can be paired is of one class, so chance alone would agree"
NEVER_USED = "the class was never used where labels can be paired"


def percent_agreement(
    labels: LabelMatrix, *, bootstrap: int = 0, confidence: float = 0.95, rng: np.random.Generator | None = None
) -> Agreement:
    """Return the probability that two labels of an item agree, averaged over items. Undefined where no item has two."""
    return _measure(labels, _agreeing, _share, "", Resampling(bootstrap, confidence, rng))


def fleiss_kappa(
    labels: LabelMatrix, *, bootstrap: int = 0, confidence: float = 0.95, rng: np.random.Generator | None = None
) -> Agreement:
    """Return Fleiss' kappa; items may differ in their number of labels, and weigh alike all the same.

    Undefined where no item has two labels, and where all labels that can be paired are of one class.
    """
    return _measure(labels, _agreeing, _kappa, CHANCE_IS_CERTAIN, Resampling(bootstrap, confidence, rng))


def positive_agreement(
    labels: LabelMatrix,
    positive: int,
    *,
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Return the specific agreement of a class: given that one rater says it, how likely another of the item does too.

    For rare classes it says what percent agreement hides. `positive` is the code of the class. Undefined where no item
    has two labels, and where nobody used the class. Raises `InputError` for a code that is no class.
    """
    if not 0 <= positive < labels.n_classes:
        raise InputError(f"{positive} is no class.", where="positive", mend=f"Use 0 to {labels.n_classes - 1}.")

    def vectors(rows: NDArray[Any]) -> FloatArray:
        counts = rows.astype(np.float64)
        mine, size = counts[:, positive], counts.sum(axis=1)
        return np.column_stack([mine * (mine - 1), mine * (size - 1)])

    def share(sums: FloatArray) -> FloatArray:
        return quotient(sums[..., 0], sums[..., 1])

    return _measure(labels, vectors, share, NEVER_USED, Resampling(bootstrap, confidence, rng))


def _measure(
    labels: LabelMatrix,
    vectors: Callable[[NDArray[Any]], FloatArray],
    statistic: Statistic,
    reason: str,
    resampling: Resampling,
) -> Agreement:
    rows, times = count_kinds(labels.task, labels.label, labels.n_tasks, labels.n_classes)
    n_raters = pairable_raters(labels) if len(times) else 0
    return measure(Kinds(rows, times, vectors), statistic, reason, n_raters, resampling)


def _agreeing(rows: NDArray[Any]) -> FloatArray:
    """The share of agreeing pairs, 1 for the item, and the counts of the classes."""
    counts = rows.astype(np.float64)
    size = counts.sum(axis=1)
    share = (counts * (counts - 1)).sum(axis=1) / (size * (size - 1))
    return np.column_stack([share, np.ones(len(rows)), counts])


def _share(sums: FloatArray) -> FloatArray:
    return quotient(sums[..., 0], sums[..., 1])


def _kappa(sums: FloatArray) -> FloatArray:
    observed = _share(sums)
    counts = sums[..., 2:]
    chance = ((counts / counts.sum(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    return quotient(observed - chance, np.where(np.isclose(chance, 1, rtol=0, atol=1e-12), 0, 1 - chance))
