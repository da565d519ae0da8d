"""A trained model as one value: from stored feature rows to probabilities of the rating, and to bytes and back.

Training stands in `learning.training`; this is what is left of it, and all that scoring an item needs.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from active_learning.arrays import FloatArray, IntArray, Rows
from active_learning.classifier import SoftClassifier
from active_learning.features import Weighting
from active_learning.linear import LinearMap, probabilities


@dataclass(frozen=True, slots=True)
class TextModel:
    """A linear model on weighted rows: `coef` (len(columns), S) and `intercept` (S,) of the S classes that were `seen`.

    `seen` (K,) bool; a class that was not keeps its share of `prior` (K,), and so does every class where nothing was seen.
    """

    weighting: Weighting
    columns: IntArray
    coef: FloatArray
    intercept: FloatArray
    seen: NDArray[np.bool_]
    prior: FloatArray

    @classmethod
    def of(cls, classifier: SoftClassifier, weighting: Weighting) -> Self:
        """Take what a fitted classifier learned; one that fell back on its prior has seen nothing."""
        seen = np.zeros_like(classifier.seen_) if classifier.fallback_ else classifier.seen_
        coef = classifier.coef_[seen]
        columns = np.flatnonzero((coef != 0).any(axis=0))
        kept = np.ascontiguousarray(coef[:, columns].T)
        return cls(weighting, columns, kept, classifier.intercept_[seen], seen, classifier.prior_)

    def predict_proba(self, rows: Rows) -> FloatArray:
        """Return probabilities, shape (n, K), of rows as the feature store keeps them."""
        p = np.tile(self.prior, (rows.shape[0], 1))
        if self.seen.any():
            weights = np.zeros((rows.shape[1], self.coef.shape[1]))
            weights[self.columns] = self.coef
            logits = LinearMap(weights, self.intercept).logits(self.weighting.transform(rows))
            p[:, self.seen] = probabilities(_contrast(logits)) * self.prior[self.seen].sum()
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def to_bytes(self) -> bytes:
        """Return the model compressed, for the registry."""
        held = io.BytesIO()
        np.savez_compressed(
            held,
            idf=self.weighting.idf,
            blocks=np.array(self.weighting.blocks),
            columns=self.columns,
            coef=self.coef,
            intercept=self.intercept,
            seen=self.seen,
            prior=self.prior,
        )
        return held.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            weighting = Weighting(held["idf"], tuple(held["blocks"].tolist()))
            return cls(weighting, held["columns"], held["coef"], held["intercept"], held["seen"], held["prior"])


def _contrast(logits: FloatArray) -> FloatArray:
    """Two classes are told by the log odds of the second."""
    return logits[:, 1:] - logits[:, :1] if logits.shape[1] == 2 else logits
