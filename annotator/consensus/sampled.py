"""The hierarchical form by sampling: what is not known of the workers is carried into every posterior.

The model is that of `annotator.consensus.hierarchical`, but classes are drawn by collapsed Gibbs sampling, confusion matrices
being integrated out, where variational EM treats them as independent of the classes and so grows sure too soon when labels
are few. The pool is moved between sweeps towards the counts drawn (Monte Carlo EM). Use it to decide what to ask next while
items have one to three labels; with more, the two forms say the same and EM is quicker.

Sources: Kim, H.-C. & Ghahramani, Z. (2012). Bayesian Classifier Combination. AISTATS (the Gibbs sampler). Liu, J. (1994). The
Collapsed Gibbs Sampler in Bayesian Computations. JASA 89:958-966. Wei, G. & Tanner, M. (1990). A Monte Carlo Implementation of
the EM Algorithm. JASA 85:699-704.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.consensus.labels import LabelMatrix
from annotator.consensus.pool import Pool, coin
from annotator.consensus.prior import ClassifierPrior
from annotator.consensus.problem import FloatArray
from annotator.consensus.skills import Skills, top_class
from annotator.domain.errors import InputError

_POOL_EVERY = 4  # sweeps
_LEAST = 1e-6  # probability that a finite number of sweeps leaves to a class


@dataclass(kw_only=True)
class SampledDawidSkene:
    """Parameters as in the hierarchical form: `accuracy` before any label, weighing `pool_weight` labels.

    Beforehand, tasks are imagined: `prevalence_weight` of each class, and on large sets more, up to the share
    `prevalence_share` of the labelled tasks a class, divided as the labels are. At one or two labels a task, prevalence and
    lopsided mistakes can hardly be told apart, and draws would wander between the two. Of `sweeps`, the first `burn_in` are
    thrown away.

    The pool learns from tasks with two labels or more; workers from all, a task with one label being drawn by what it is
    thought to be. Fitting twice gives the same: `seed` and the number of labels decide the draws.
    """

    accuracy: float = 0.7
    pool_weight: float = 100.0
    prevalence_weight: float = 50.0
    prevalence_share: float = 0.05
    sweeps: int = 120
    burn_in: int = 40
    seed: int = 0

    posterior_: FloatArray = field(init=False, repr=False, compare=False)
    """Probability of each class, shape (n_tasks, n_classes)."""
    confusion_: FloatArray = field(init=False, repr=False, compare=False)
    """Predictive `[worker, true, observed]`: the mean over draws, shape (n_workers, n_classes, n_classes)."""
    dirichlet_: FloatArray = field(init=False, repr=False, compare=False)
    """Mean parameters of each row's Dirichlet over draws, same shape."""
    class_prior_: FloatArray = field(init=False, repr=False, compare=False)
    pool_: Pool = field(init=False, repr=False, compare=False)
    prior_: ClassifierPrior | None = field(init=False, repr=False, compare=False, default=None)
    skills_: Skills = field(init=False, repr=False, compare=False)

    def fit(self, labels: LabelMatrix, *, prior: ArrayLike | None = None) -> Self:
        """Learn from labels and, where given, a classifier's probability of each class of each task (cross-fitted).

        Raises `InputError` for a single class, parameters out of range, and a `prior` of another shape.
        """
        from annotator.consensus.gibbs import count, sweep
        from annotator.consensus.grouping import group_by_task

        self._check(labels.n_classes)
        rng = np.random.default_rng([self.seed, labels.n_labels])
        n, k, workers = labels.n_tasks, labels.n_classes, labels.n_workers
        tasks = group_by_task(labels)
        labelled = np.diff(tasks[0]) > 0
        z = _by_votes(labels, rng)
        counts, taught = np.empty((workers * k, k)), np.empty((workers * k, k))
        count(tasks, z, 1, counts)
        pool = Pool.around(coin(k, self.accuracy)[None], workers, self.pool_weight)
        self.prior_ = None if prior is None else ClassifierPrior.of(prior, (n, k), labelled.astype(np.float64))
        imagined = self._imagined(labels, int(labelled.sum()))
        weights = self._weights(z[labelled], k, imagined)
        kept, rows, shares = np.zeros((n, k)), np.zeros((workers * k, k)), np.zeros(k)
        nothing = np.empty((0, k))
        for number in range(self.sweeps):
            pseudo = np.ascontiguousarray(pool.pseudo_counts[0]).reshape(workers * k, k)
            keep = number >= self.burn_in
            sweep(tasks, (z, counts), pseudo, weights, rng.random(n), kept if keep else nothing)
            if keep:
                rows += counts + pseudo
                shares += np.bincount(z[labelled], minlength=k) + imagined
            if number % _POOL_EVERY == _POOL_EVERY - 1:
                count(tasks, z, 2, taught)
                pool = pool.updated(taught.reshape(1, workers, k, k), pool.base)
                if self.prior_ is not None:
                    self.prior_ = self.prior_.updated(np.eye(k)[z])
                    weights = np.exp(self.prior_.log_prior())
        self.pool_, self.class_prior_ = pool, shares / shares.sum()
        self._learn(labels, kept, rows / (self.sweeps - self.burn_in), labelled)
        return self

    def predict_proba(self) -> FloatArray:
        """Return the posterior of the fitted tasks."""
        return self.posterior_

    def predict(self) -> NDArray[np.intp]:
        """Return the code of the most probable class of each task; -1 where two or more are equally probable."""
        return top_class(self.posterior_)

    def base(self, n_classes: int) -> FloatArray:
        """Return what is thought of anybody before any label, `[observed, true]`."""
        return coin(n_classes, self.accuracy)

    def _check(self, n_classes: int) -> None:
        if n_classes < 2:
            raise InputError("there is a single class.", where="column label", mend="Consensus needs two classes.")
        if not 1 / n_classes < self.accuracy < 1:
            raise InputError(f"{self.accuracy} is not between chance and 1.", where="accuracy", mend="Use 0.7.")
        if not min(self.pool_weight, self.prevalence_weight) > 0:
            raise InputError("is not above 0.", where="pool_weight or prevalence_weight", mend="Use the default.")
        if not 0 <= self.burn_in < self.sweeps:
            raise InputError(f"{self.burn_in} of {self.sweeps} sweeps leave none.", where="burn_in")

    def _imagined(self, labels: LabelMatrix, labelled: int) -> FloatArray:
        k = labels.n_classes
        shares = np.bincount(labels.label, minlength=k) / labels.n_labels
        more = max(self.prevalence_share * labelled - self.prevalence_weight, 0.0) * k
        return np.asarray(self.prevalence_weight + more * shares)

    def _weights(self, z: NDArray[np.int64], n_classes: int, imagined: FloatArray) -> FloatArray:
        """Return the prior of each task from the classifier, or of all from how many are in each class now."""
        if self.prior_ is not None:
            return np.exp(self.prior_.log_prior())
        return (np.bincount(z, minlength=n_classes) + imagined)[None].astype(np.float64)

    def _learn(self, labels: LabelMatrix, kept: FloatArray, rows: FloatArray, labelled: NDArray[np.bool_]) -> None:
        k = labels.n_classes
        prior = self.class_prior_ if self.prior_ is None else np.exp(self.prior_.log_prior())
        p = np.where(labelled[:, None], kept, prior)
        p = np.maximum(p / p.sum(axis=1, keepdims=True), _LEAST)
        self.posterior_ = p / p.sum(axis=1, keepdims=True)
        self.dirichlet_ = np.ascontiguousarray(rows.reshape(-1, k, k).swapaxes(1, 2))
        self.confusion_ = self.dirichlet_ / self.dirichlet_.sum(axis=2, keepdims=True)
        known = self.prior_
        self.skills_ = Skills(
            tuple(labels.classes.tolist()),
            tuple(labels.workers.tolist()),
            self.class_prior_,
            self.confusion_,
            self.pool_.mean[0].T,
            1.0,
            1.0 if known is None else known.slope,
            None if known is None else known.bias,
        )


def _by_votes(labels: LabelMatrix, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the class with the most votes of each task, ties by chance; any class where there is no vote."""
    cell = labels.task.astype(np.int64) * labels.n_classes + labels.label
    votes = np.bincount(cell, minlength=labels.n_tasks * labels.n_classes).reshape(labels.n_tasks, labels.n_classes)
    return np.asarray((votes + rng.random(votes.shape) / 2).argmax(axis=1), dtype=np.int64)
