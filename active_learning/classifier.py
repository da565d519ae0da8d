"""The classifier of this package: logistic regression on soft targets, cross-fitted and calibrated, that knows what it has
not learned.

It follows scikit-learn; modAL's learners around it are in `active_learning.learner`.
"""

# ruff: noqa: N803  X and C are the names that scikit-learn gives
from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from active_learning.arrays import FloatArray, IntArray, Rows, check_posterior, check_rows
from active_learning.calibration import Calibration, fit_calibration
from active_learning.linear import LinearMap, one_blas_thread, probabilities
from annotator.domain.errors import InputError

LEAST_PER_CLASS = 2
"""A class with fewer items than this counts as missing: nothing can be learned and checked from one item."""

_LEAST_SHARE = 1e-3  # a class with less than this share of an item's posterior adds no row
_PRIOR_WEIGHT = 1.0  # items that the prior counts for each class beforehand (Laplace)


class SoftClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Logistic regression on a posterior of K classes, coded 0 to K-1.

    An item's posterior becomes up to K rows, one a class, weighted by the class's probability. With `folds` (0 for none), every
    item's logit comes from models that have not seen it, and a slope and a bias learned on those calibrate the final model.

    What cannot be learned is not made up. `fallback_` says why where the probabilities are the labels' smoothed shares (the
    prior) for every item: fewer than two classes with `LEAST_PER_CLASS` items, one group, or a model that out of fold does not beat
    the prior by more nats than it has calibrated parameters (Akaike 1974). A class with fewer items keeps its share of the prior
    everywhere, and the others divide what is left.

    Learned: `prior_` (K,), `seen_` (K,) bool, `coef_` (K, d) and `intercept_` (K,) of calibrated logits, `out_of_fold_` (n, K):
    probabilities of the items fitted, from models that have not seen them, `gain_`: nats an item over the prior, out of fold (NaN
    without folds), `fallback_`: a reason, or "".
    """

    def __init__(
        self, n_classes: int = 2, *, C: float = 1.0, folds: int = 5, rng: np.random.Generator | None = None
    ) -> None:
        self.n_classes = n_classes
        self.C = C
        self.folds = folds
        self.rng = rng

    def fit(
        self, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> Self:
        """Fit to class codes (n,) or posteriors (n, K). Items of one group (a campaign) share a fold.

        Draws from a copy of `rng`, so fitting twice gives the same model. Raises `InputError` for shapes that do not fit, codes
        outside the classes, and negative weights.
        """
        rows = check_rows(X)
        targets = as_posterior(y, self.n_classes, rows.shape[0])
        weight = _weights(sample_weight, rows.shape[0])
        rng = copy.deepcopy(self.rng) if self.rng is not None else np.random.default_rng(0)
        self.classes_ = np.arange(self.n_classes)
        self.n_features_in_ = rows.shape[1]
        used = np.flatnonzero(weight > 0)
        total = weight @ targets + _PRIOR_WEIGHT
        self.prior_ = total / total.sum()
        hard = targets[used].argmax(axis=1)
        self.seen_ = np.bincount(hard, minlength=self.n_classes) >= LEAST_PER_CLASS
        self.gain_ = float("nan")
        self._rest(rows.shape[0], "fewer than two classes have labels enough" if self.seen_.sum() < 2 else "")
        if not self.fallback_:
            with one_blas_thread():
                self._fit_seen(rows, targets, weight, used, None if groups is None else np.asarray(groups), rng)
        return self

    def predict_proba(self, X: Rows) -> FloatArray:
        """Return probabilities, shape (n, K). Raises `NotFittedError` before `fit`."""
        rows = check_rows(X)
        if not hasattr(self, "fallback_"):
            raise NotFittedError("SoftClassifier has not been fitted; call fit first.")
        if self.fallback_:
            return np.tile(self.prior_, (rows.shape[0], 1))
        return self._with_missing(LinearMap(self._weights, self._offset).logits(rows))

    def predict(self, X: Rows) -> IntArray:
        """Return the most probable class of each row, shape (n,)."""
        return np.asarray(self.predict_proba(X).argmax(axis=1))

    def linear_map(self) -> LinearMap | None:
        """Return the model as one linear map where it is one: fitted, nothing fallen back on, and no class missing."""
        whole = hasattr(self, "fallback_") and not self.fallback_ and self.seen_.all()
        return LinearMap(self._weights, self._offset) if whole else None

    def _rest(self, n: int, why: str) -> None:
        """Stand on the prior."""
        self.fallback_ = why
        self.coef_ = np.zeros((self.n_classes, self.n_features_in_))
        self.intercept_ = np.log(self.prior_)
        self.out_of_fold_ = np.tile(self.prior_, (n, 1))

    def _fit_seen(
        self,
        rows: Rows,
        targets: FloatArray,
        weight: FloatArray,
        used: IntArray,
        groups: Any,
        rng: np.random.Generator,
    ) -> None:
        """Fit the classes that were seen. Columns that are zero in every row fitted are dropped: they change nothing."""
        shares = targets[:, self.seen_]
        mass = shares.sum(axis=1)
        weight = weight * mass
        shares = np.divide(
            shares, mass[:, None], out=np.full_like(shares, 1 / shares.shape[1]), where=mass[:, None] > 0
        )
        used = used[weight[used] > 0]
        if self.folds and groups is not None and len(np.unique(groups[used])) < 2:
            self._rest(rows.shape[0], "all labels are of one group, so nothing can be held out")
            return
        columns = _used_columns(rows[used])
        narrow = rows[used][:, columns]
        prior = self.prior_[self.seen_] / self.prior_[self.seen_].sum()
        coef, intercept = self._logistic(narrow, shares[used], weight[used])
        calibration = Calibration(1.0, np.zeros(len(prior)), float("nan"))
        if self.folds:
            held_out = self._held_out(narrow, shares[used], weight[used], None if groups is None else groups[used], rng)
            calibration = fit_calibration(held_out, shares[used], weight[used], prior)
            self.gain_ = calibration.gain / float(weight[used].sum())
            if calibration.gain <= len(prior):
                self._rest(rows.shape[0], "out of fold, the text says no more than the prior")
                return
        self._set(coef * calibration.slope, calibration.logits(intercept[None])[0], columns)
        self.out_of_fold_ = self.predict_proba(rows)
        if self.folds:
            self.out_of_fold_[used] = self._with_missing(_contrast(calibration.logits(held_out)))

    def _held_out(
        self, rows: Rows, shares: FloatArray, weight: FloatArray, groups: Any, rng: np.random.Generator
    ) -> FloatArray:
        hard = shares.argmax(axis=1)
        counts = np.bincount(hard, minlength=shares.shape[1])
        folds = min(
            self.folds, int(counts[counts > 0].min()), *([len(np.unique(groups))] if groups is not None else [])
        )
        logits = np.zeros_like(shares)
        for train, test in _split(max(folds, 2), hard, groups, rng):
            coef, intercept = self._logistic(rows[train], shares[train], weight[train])
            logits[test] = np.asarray(rows[test] @ coef.T) + intercept
        return logits

    def _logistic(self, rows: Rows, shares: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return coefficients (K', d) and intercepts (K',) of one regression over weighted rows."""
        item, label = np.nonzero(shares > _LEAST_SHARE)
        row_weight = shares[item, label] * weight[item]
        if len(np.unique(label)) < 2:
            return np.zeros((shares.shape[1], rows.shape[1])), np.log(np.clip(shares.mean(axis=0), 1e-6, None))
        model = LogisticRegression(C=self.C, max_iter=300, tol=1e-4)
        model.fit(rows[item], label, sample_weight=row_weight)
        coef, intercept = np.zeros((shares.shape[1], rows.shape[1])), np.full(shares.shape[1], -10.0)
        if len(model.classes_) == 2:
            low, high = model.classes_
            coef[high], intercept[high], intercept[low] = model.coef_[0], model.intercept_[0], 0.0
        else:
            coef[model.classes_], intercept[model.classes_] = model.coef_, model.intercept_
        return coef, intercept

    def _set(self, coef: FloatArray, intercept: FloatArray, columns: IntArray) -> None:
        self.coef_ = np.zeros((self.n_classes, self.n_features_in_))
        self.coef_[np.ix_(np.flatnonzero(self.seen_), columns)] = coef
        self.intercept_ = np.full(self.n_classes, -np.inf)
        self.intercept_[self.seen_] = intercept
        self._weights = _contrast(self.coef_[self.seen_].T)
        self._offset = _contrast(intercept[None])[0]

    def _with_missing(self, logits: FloatArray) -> FloatArray:
        """Probabilities of all classes from logits of those seen: a missing class keeps its prior."""
        p = np.tile(self.prior_, (len(logits), 1))
        p[:, self.seen_] = probabilities(logits) * self.prior_[self.seen_].sum()
        return p


def as_posterior(y: ArrayLike, n_classes: int, n_rows: int) -> FloatArray:
    """Return targets as a posterior, shape (n, K). Raises `InputError` for codes or shapes that do not fit."""
    given = np.asarray(y)
    if given.ndim == 2:
        p = check_posterior(given, "y")
        if p.shape != (n_rows, n_classes):
            raise InputError(f"has shape {p.shape}, not ({n_rows}, {n_classes}).", where="y")
        return np.asarray(p / p.sum(axis=1, keepdims=True))
    if given.shape != (n_rows,) or (n_rows and not np.issubdtype(given.dtype, np.integer)):
        raise InputError(f"must be {n_rows} class codes or a posterior ({n_rows}, {n_classes}).", where="y")
    if n_rows and (given.min() < 0 or given.max() >= n_classes):
        raise InputError(f"holds codes outside 0 to {n_classes - 1}.", where="y")
    return np.asarray(np.eye(n_classes)[given.astype(np.int64)])


def _weights(sample_weight: ArrayLike | None, n: int) -> FloatArray:
    weight = np.ones(n) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (n,) or not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise InputError(f"must be {n} numbers, none below 0.", where="sample_weight")
    return weight


def _split(folds: int, hard: IntArray, groups: Any, rng: np.random.Generator) -> list[tuple[IntArray, IntArray]]:
    seed = int(rng.integers(2**31))
    if groups is None:
        return list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(hard)), hard))
    return list(StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(hard)), hard, groups))


def _contrast(logits: FloatArray) -> FloatArray:
    """With two classes the log odds of the second suffice, (n, 1); with more the logits stand, (n, K)."""
    return np.ascontiguousarray(logits[:, 1:] - logits[:, :1] if logits.shape[1] == 2 else logits)


def _used_columns(rows: Rows) -> IntArray:
    if sparse.issparse(rows):
        return np.asarray(np.unique(rows.indices[rows.data != 0]), dtype=np.int64)
    return np.flatnonzero((rows != 0).any(axis=0))
