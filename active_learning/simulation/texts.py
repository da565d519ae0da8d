"""The classifier of a simulated campaign: texts read once, and a cross-fitted probability of each class for each item.

An item that has answers gets its probability from models that have not seen them, so that the consensus may take it as evidence
of its own. A classifier that learned nothing gives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from active_learning.arrays import FloatArray, IntArray, Rows
from active_learning.classifier import SoftClassifier
from active_learning.features import HashedNgrams, Weighting
from annotator.domain.errors import InputError

_LEAST_ITEMS = 50


class TextPrior:
    """Rows of features, one an item, and the fit of a classifier to what is believed of the items so far."""

    def __init__(self, rows: Rows, n_classes: int, *, strength: float = 1.0) -> None:
        self.rows, self.n_classes, self.strength = rows, n_classes, strength

    @classmethod
    def of(cls, texts: Sequence[str], n_classes: int) -> TextPrior:
        """Read the texts. Raises `InputError` where there are none."""
        if not texts:
            raise InputError("there are none.", where="items", mend="Leave out --items, or give a text for each task.")
        features = HashedNgrams()
        counts = features.transform(texts)
        return cls(Weighting.fit(counts, features.blocks).transform(counts), n_classes)

    def fit(self, posterior: FloatArray, counts: IntArray, rng: np.random.Generator) -> FloatArray | None:
        """Return probabilities (n, K): out of fold where `counts` > 0. None while nothing was learned."""
        known = np.flatnonzero(counts > 0)
        if len(known) < _LEAST_ITEMS:
            return None
        model = SoftClassifier(self.n_classes, C=self.strength, rng=rng).fit(self.rows[known], posterior[known])
        if model.fallback_:
            return None
        p = model.predict_proba(self.rows)
        p[known] = model.out_of_fold_
        return np.asarray(p / p.sum(axis=1, keepdims=True))
