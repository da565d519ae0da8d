"""What all the Dawid-Skene family shares: the EM loop, what is learned, prediction, and solving questions as a batch.

A form of the model is a subclass that says how tables of likelihood follow from expected counts. Inside, counts and
tables are `[question, worker, observed, true]`, as the E step reads them; what is learned is `[worker, true, observed]`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from annotator.consensus.labels import LabelMatrix
from annotator.consensus.problem import FloatArray, Passes, Problem, Sums
from annotator.consensus.skills import Skills, top_class
from annotator.domain.errors import InputError

FLOOR = 1e-18
"""Least likelihood of a label: products of the E step then stay above the smallest number."""

MakePasses = Callable[[Problem], Passes]


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of an M step: `tables` (Q, W, K observed, K true) and `priors` (Q, K), or (n_tasks, K) of one question.

    `penalty` is what the log-likelihood lacks to the objective that this form climbs, summed over questions.
    """

    tables: FloatArray
    priors: FloatArray
    penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished fit says: the `step` to predict with, the Dirichlet of the confusion rows (shaped as tables), the
    matrix of an unknown worker (Q, K true, K observed), the prevalence (Q, K), the power of the posterior (Q,), and
    how far to trust a classifier's prior.
    """

    step: Step
    dirichlet: FloatArray
    unknown: FloatArray
    prevalence: FloatArray
    temper: FloatArray
    slope: float = 1.0
    bias: FloatArray | None = None


@dataclass(kw_only=True)
class ExpectationMaximisation(ABC):
    """Base of the estimators. Parameters are fields; everything learned ends in an underscore.

    `max_iter` bounds the EM steps, `tol` is the gain of the objective, per label, below which EM has converged (with
    `-inf` all steps are run).
    """

    max_iter: int = 200
    tol: float = 1e-6

    posterior_: FloatArray = field(init=False, repr=False, compare=False)
    """Probability of each class, shape (n_tasks, n_classes)."""
    confusion_: FloatArray = field(init=False, repr=False, compare=False)
    """Estimated `[worker, true, observed]`, shape (n_workers, n_classes, n_classes); rows sum to 1."""
    class_prior_: FloatArray = field(init=False, repr=False, compare=False)
    """Estimated prevalence of the classes, shape (n_classes,)."""
    effective_n_: FloatArray = field(init=False, repr=False, compare=False)
    """Expected number of labels behind each row of `confusion_`, shape (n_workers, n_classes)."""
    dirichlet_: FloatArray = field(init=False, repr=False, compare=False)
    """Parameters of the posterior of each row of `confusion_`, same shape."""
    log_likelihood_: FloatArray = field(init=False, repr=False, compare=False)
    """What EM climbs, after each step; it never falls. With priors it is the lower bound of the log evidence."""
    converged_: bool = field(init=False, repr=False, compare=False)
    n_iter_: int = field(init=False, repr=False, compare=False)
    skills_: Skills = field(init=False, repr=False, compare=False)
    """What is needed to work out the posterior of one more task."""

    @property
    def _least(self) -> int:
        """Labels that a task needs to teach the model."""
        return 1

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 scikit-learn's signature
        """Return the parameters by name, as scikit-learn's `clone` needs them."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name. Raises `InputError` for a name that is none."""
        for name, value in params.items():
            if name not in self.get_params():
                raise InputError(f"{type(self).__name__} has no parameter {name!r}.")
            setattr(self, name, value)
        return self

    def fit(self, labels: LabelMatrix, *, start: FloatArray | None = None, passes: MakePasses = Passes) -> Self:
        """Learn from labels; `start` (n_tasks, n_classes) is a posterior to start from, by default the shares of votes.

        `passes` says where the steps run: in threads, or on a cluster (`consensus.cluster`), with the same result.
        Raises `InputError` where nothing can be learned: a single class or worker, or a `start` of another shape.
        """
        _fit_all([self], [labels], start, passes)
        return self

    def fit_batch(self, questions: Mapping[str, LabelMatrix]) -> dict[str, Self]:
        """Learn several questions with equally many classes as one problem; return an estimator for each.

        Each question has its own prevalence and confusion matrices. Workers are matched by id, and every estimator
        knows all of them. Raises `InputError` as `fit` does, and for questions that differ in their number of classes.
        """
        if not questions:
            raise InputError("there are none.", where="questions", mend="Give at least one label matrix.")
        if len({labels.n_classes for labels in questions.values()}) > 1:
            raise InputError(
                "differ in their number of classes.", where="questions", mend="Batch those that are alike."
            )
        models = {name: replace(self) for name in questions}
        _fit_all(list(models.values()), _same_workers(list(questions.values())), None, Passes)
        return models

    def predict_proba(self, labels: LabelMatrix | None = None) -> FloatArray:
        """Return the posterior of the fitted tasks, or of other tasks given what was learned of the workers."""
        return self.posterior_ if labels is None else self.skills_.predict_proba(labels)

    def predict(self, labels: LabelMatrix | None = None) -> NDArray[np.intp]:
        """Return the code of the most probable class of each task; -1 where two or more are equally probable."""
        return top_class(self.predict_proba(labels))

    def confusion_interval(self, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Return the equal-tailed credible interval of each entry of `confusion_`, as (low, high).

        An entry of a Dirichlet row has a Beta marginal. The forms without a prior of their own take Jeffreys' (1/2 an
        entry). Expected counts are taken for counts, so where many classes are uncertain the intervals are too short.
        """
        rest = self.dirichlet_.sum(axis=-1, keepdims=True) - self.dirichlet_
        low, high = (betaincinv(self.dirichlet_, rest, tail) for tail in ((1 - confidence) / 2, (1 + confidence) / 2))
        return low, high

    @abstractmethod
    def _m_step(self, problem: Problem, sums: Sums, posterior: FloatArray) -> Step:
        """Return the tables that follow from the sums (`posterior` (n_tasks, K) is what they are sums of)."""

    def _begin(self, problem: Problem) -> None:  # noqa: B027 most forms keep nothing from step to step
        """Forget an earlier fit."""

    def _adopt(self, lead: Self, question: int) -> None:  # noqa: B027 most forms keep nothing
        """Take over what `lead` learned of a question besides the outcome."""

    def _finish(self, passes: Passes, step: Step, sums: Sums, posterior: FloatArray) -> Outcome:
        """Return what was learned; may move the posterior, which follows from `step`."""
        del passes, posterior
        dirichlet = sums.counts + 0.5
        pooled = _row_means(dirichlet.sum(axis=1, keepdims=True))[:, 0]
        prevalence = sums.totals / sums.totals.sum(axis=1, keepdims=True)
        return Outcome(step, dirichlet, pooled.swapaxes(1, 2), prevalence, np.ones(len(pooled)))


def _fit_all(
    models: Sequence[ExpectationMaximisation],
    matrices: list[LabelMatrix],
    start: FloatArray | None,
    made: MakePasses,
) -> None:
    """Fit a model a matrix. They are alike, so the first runs the loop for all."""
    for labels in matrices:
        _check_learnable(labels)
    lead = models[0]
    problem = Problem.of(matrices, least=lead._least)  # noqa: SLF001 a friend of the class above
    lead._begin(problem)  # noqa: SLF001
    posterior = np.empty((problem.n_tasks, problem.n_classes)) if start is None else _checked_start(start, problem)
    history: list[float] = []
    least_gain = lead.tol * max(problem.n_taught, 1)
    with made(problem) as passes:
        sums = passes.votes(posterior) if start is None else passes.sums(posterior)
        step = lead._m_step(problem, sums, posterior)  # noqa: SLF001
        converged = False
        while len(history) < lead.max_iter and not converged:
            sums, log_likelihood = passes.step(step.tables, step.priors, posterior)
            history.append(log_likelihood + step.penalty)
            step = lead._m_step(problem, sums, posterior)  # noqa: SLF001
            gain = history[-1] - history[-2] if len(history) > 1 else np.inf
            converged = bool(gain < least_gain)
        outcome = lead._finish(passes, step, sums, posterior)  # noqa: SLF001
    for question, (model, labels) in enumerate(zip(models, matrices, strict=True)):
        tasks = slice(int(problem.starts[question]), int(problem.starts[question + 1]))
        _learn(model, labels, posterior[tasks], outcome, question)
        model._adopt(lead, question)  # noqa: SLF001
        model.effective_n_ = sums.counts[question].sum(axis=1)
        model.log_likelihood_, model.converged_, model.n_iter_ = np.array(history), converged, len(history)


def _learn(
    model: ExpectationMaximisation, labels: LabelMatrix, posterior: FloatArray, found: Outcome, question: int
) -> None:
    temper = float(found.temper[question])
    if temper < 1:
        posterior **= temper
        posterior /= posterior.sum(axis=1, keepdims=True)
    model.posterior_ = posterior
    model.dirichlet_ = np.ascontiguousarray(found.dirichlet[question].swapaxes(1, 2))
    model.confusion_ = np.ascontiguousarray(_row_means(found.step.tables[question]).swapaxes(1, 2))
    model.class_prior_ = found.prevalence[question]
    model.skills_ = Skills(
        tuple(labels.classes.tolist()),
        tuple(labels.workers.tolist()),
        model.class_prior_,
        model.confusion_,
        found.unknown[question],
        temper,
        found.slope,
        found.bias,
    )


def _row_means(counts: FloatArray) -> FloatArray:
    """Return what was observed (the last axis but one) as shares, given the truth."""
    return np.asarray(counts / counts.sum(axis=-2, keepdims=True))


def _check_learnable(labels: LabelMatrix) -> None:
    if labels.n_classes < 2:
        raise InputError(
            f"every row says {labels.classes[0]!r}; consensus needs two classes.",
            where="column label",
            mend="Name the classes that could have been chosen.",
        )
    if labels.n_workers < 2:
        raise InputError(
            f"every row is by {labels.workers[0]!r}; there is nobody to compare with.",
            where="column worker",
            mend="Use majority, or wait for labels of a second worker.",
        )


def _checked_start(start: FloatArray, problem: Problem) -> FloatArray:
    posterior = np.array(start, dtype=np.float64)
    shape = (problem.n_tasks, problem.n_classes)
    if posterior.shape != shape:
        raise InputError(f"has shape {posterior.shape}, not {shape}.", where="start")
    bad = np.flatnonzero(~(np.isfinite(posterior).all(axis=1) & (posterior >= 0).all(axis=1)))
    if len(bad):
        raise InputError("is not a probability.", where=f"start, row {bad[0] + 1}")
    return posterior


def _same_workers(matrices: list[LabelMatrix]) -> list[LabelMatrix]:
    """Return the matrices with workers numbered alike, by first appearance over all of them."""
    place: dict[Any, int] = {}
    codes = [
        np.array([place.setdefault(worker, len(place)) for worker in labels.workers.tolist()], dtype=np.int32)
        for labels in matrices
    ]
    workers = np.array(list(place), dtype=matrices[0].workers.dtype)
    return [
        replace(labels, worker=code[labels.worker], workers=workers)
        for labels, code in zip(matrices, codes, strict=True)
    ]
