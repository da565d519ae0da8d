"""modAL's learners on the scikit-learn that is pinned here. Nothing else in the product imports modAL.

modAL 0.4.2.1 checks its input with an argument that scikit-learn removed in 1.8, so `fit` and `teach` raise there; its `query`
calls a failing strategy twice and takes a pair of indices for `(indices, scores)`; its bootstrap draws from NumPy's global state;
`repr` and `clone` raise. The two classes here mend that, and take posteriors and weights beside class codes.
"""

# ruff: noqa: N803  X is the name that scikit-learn and modAL give
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from modAL.models import ActiveLearner as _ModalLearner, Committee as _ModalCommittee
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import check_X_y, has_fit_parameter

from active_learning.arrays import FloatArray, Rows, Strategy
from active_learning.strategies import entropy_sampling, vote_entropy_sampling
from annotator.domain.errors import InputError


class _Query:
    """`query` as modAL documents it, calling the strategy once and letting its errors through."""

    query_strategy: Strategy

    def query(self, X_pool: Rows, *query_args: Any, return_metrics: bool = False, **query_kwargs: Any) -> Any:
        """Return (indices, rows), and the scores as a third with `return_metrics`."""
        indices, scores = self.query_strategy(self, X_pool, *query_args, **query_kwargs)
        return (indices, X_pool[indices], scores) if return_metrics else (indices, X_pool[indices])


class ActiveLearner(_Query, _ModalLearner):  # type: ignore[misc]  # modAL has no types
    """modAL's `ActiveLearner`: `query`, `teach`, `fit`, `predict_proba`.

    `y` is what the estimator takes: class codes, and posteriors (n, K) with `SoftClassifier`. `rng` draws the bootstrap.
    """

    def __init__(
        self,
        estimator: Any,
        query_strategy: Strategy = entropy_sampling,
        X_training: Rows | None = None,
        y_training: ArrayLike | None = None,
        *,
        bootstrap_init: bool = False,
        on_transformed: bool = False,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.rng = rng
        self.bootstrap_init = bootstrap_init
        self.weight_training: FloatArray | None = None
        super().__init__(estimator, query_strategy, None, None, on_transformed=on_transformed)
        if X_training is not None:
            self.fit(X_training, y_training, bootstrap=bootstrap_init)
        self.X_training, self.y_training = X_training, y_training

    def fit(
        self,
        X: Rows,
        y: ArrayLike | None,
        bootstrap: bool = False,
        *,
        sample_weight: ArrayLike | None = None,
        **fit_kwargs: Any,
    ) -> Self:
        """Forget what was known and fit to these. Raises `InputError` for rows and targets that do not fit each other."""
        self.X_training, self.y_training, self.weight_training = *_checked(X, y), _column(sample_weight, X)
        self._fit_to_known(bootstrap=bootstrap, **fit_kwargs)
        return self

    def teach(
        self,
        X: Rows,
        y: ArrayLike,
        bootstrap: bool = False,
        only_new: bool = False,
        *,
        sample_weight: ArrayLike | None = None,
        **fit_kwargs: Any,
    ) -> None:
        """Add these to what is known and fit to all, or with `only_new` to these alone, which then are not kept."""
        if only_new:
            rows, targets = _checked(X, y)
            self._fit_to(rows, targets, _column(sample_weight, X), bootstrap=bootstrap, **fit_kwargs)
            return
        self._add_training_data(X, y, sample_weight=sample_weight)
        self._fit_to_known(bootstrap=bootstrap, **fit_kwargs)

    def _add_training_data(self, X: Rows, y: ArrayLike, *, sample_weight: ArrayLike | None = None) -> None:
        rows, targets = _checked(X, y)
        if self.X_training is None:
            self.X_training, self.y_training, self.weight_training = rows, targets, _column(sample_weight, X)
            return
        known = np.asarray(self.y_training)
        if self.X_training.shape[1:] != rows.shape[1:] or known.shape[1:] != targets.shape[1:]:
            raise InputError("has another width than what was taught before.", where="X, y")
        if self.weight_training is not None or sample_weight is not None:
            before = _column(self.weight_training, self.X_training, fill=True)
            self.weight_training = np.concatenate([before, _column(sample_weight, X, fill=True)])
        self.X_training = _stacked(self.X_training, rows)
        self.y_training = np.concatenate([known, targets])

    def _fit_to_known(self, bootstrap: bool = False, **fit_kwargs: Any) -> Self:
        self._fit_to(self.X_training, self.y_training, self.weight_training, bootstrap=bootstrap, **fit_kwargs)
        return self

    def _fit_to(self, X: Rows, y: Any, weight: FloatArray | None, *, bootstrap: bool, **fit_kwargs: Any) -> None:
        """A bootstrap weights rows by how often they are drawn, so that no copy of a row is on both sides of a fold."""
        if not bootstrap:
            extra = {} if weight is None else {"sample_weight": weight}
            self.estimator.fit(X, y, **extra, **fit_kwargs)
            return
        rng = np.random.default_rng(0) if self.rng is None else self.rng
        n = X.shape[0]
        times = rng.multinomial(n, np.full(n, 1 / n)).astype(np.float64)
        if has_fit_parameter(self.estimator, "sample_weight"):
            self.estimator.fit(X, y, sample_weight=times if weight is None else times * weight, **fit_kwargs)
            return
        drawn = np.repeat(np.arange(n), times.astype(int))
        self.estimator.fit(X[drawn], np.asarray(y)[drawn], **fit_kwargs)


class Committee(_Query, _ModalCommittee):  # type: ignore[misc]  # modAL has no types
    """modAL's `Committee` of `ActiveLearner`s. `fit` and `teach` bootstrap by default: members fitted alike never disagree."""

    def __init__(
        self,
        learner_list: list[ActiveLearner],
        query_strategy: Strategy = vote_entropy_sampling,
        *,
        on_transformed: bool = False,
    ) -> None:
        super().__init__(learner_list, query_strategy, on_transformed)

    @classmethod
    def of(
        cls, estimator: Any, size: int, rng: np.random.Generator, query_strategy: Strategy = vote_entropy_sampling
    ) -> Self:
        """Return a committee of clones of an estimator, each with a random stream of its own (bagging: Breiman 1996)."""
        if size < 2:
            raise InputError(f"{size} is too few.", where="size", mend="A committee has two members or more.")
        return cls([ActiveLearner(clone(estimator), rng=stream) for stream in rng.spawn(size)], query_strategy)

    def fit(self, X: Rows, y: ArrayLike, bootstrap: bool = True, **fit_kwargs: Any) -> Self:
        """Fit every member, each to a bootstrap of its own."""
        for learner in self._members():
            learner.fit(X, y, bootstrap=bootstrap, **fit_kwargs)
        self._set_classes()
        self.X_training = self.learner_list[0].X_training
        return self

    def teach(self, X: Rows, y: ArrayLike, bootstrap: bool = True, only_new: bool = False, **fit_kwargs: Any) -> None:
        """Teach every member, each by a bootstrap of its own."""
        for learner in self._members():
            learner.teach(X, y, bootstrap=bootstrap, only_new=only_new, **fit_kwargs)
        self.X_training = self.learner_list[0].X_training
        self._set_classes()

    def _members(self) -> Iterable[ActiveLearner]:
        members: list[ActiveLearner] = self.learner_list
        return members


def _checked(X: Rows, y: ArrayLike | None) -> tuple[Rows, Any]:
    try:
        rows, targets = check_X_y(
            X, y, accept_sparse="csr", ensure_2d=False, allow_nd=True, multi_output=True, dtype=None
        )
    except ValueError as error:
        raise InputError(str(error), where="X, y") from error
    return rows, targets


def _column(weight: ArrayLike | None, X: Rows, *, fill: bool = False) -> Any:
    if weight is None:
        return np.ones(X.shape[0]) if fill else None
    column = np.asarray(weight, dtype=np.float64)
    if column.shape != (X.shape[0],):
        raise InputError(f"has shape {column.shape}, not ({X.shape[0]},).", where="sample_weight")
    return column


def _stacked(known: Rows, rows: Rows) -> Rows:
    return sparse.vstack([known, rows], format="csr") if sparse.issparse(rows) else np.concatenate([known, rows])
