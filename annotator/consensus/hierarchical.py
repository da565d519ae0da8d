"""Dawid & Skene's model with hierarchical Dirichlet priors: the form to use by default.

Confusion rows are drawn from a pool that is learned with them (`annotator.consensus.pool`), prevalence has a Dirichlet
prior, or each task the prior of a classifier (`annotator.consensus.prior`). Fitted by variational EM, which climbs one
lower bound of the log evidence in every step, that of the pool included. A mode in the confusion matrices themselves is
not sought: with few labels a worker it is a poor summary.

Sources: Kim, H.-C. & Ghahramani, Z. (2012). Bayesian Classifier Combination. AISTATS. Paun, S. et al. (2018). Comparing
Bayesian Models of Annotation. TACL 6:571-585 (the hierarchical form). Beal, M. (2003). Variational Algorithms for
Approximate Bayesian Inference, chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.special import psi

from annotator.consensus.em import FLOOR, ExpectationMaximisation, MakePasses, Outcome, Step
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.pool import Pool, coin, log_beta
from annotator.consensus.prior import ClassifierPrior
from annotator.consensus.problem import FloatArray, Passes, Problem, Sums
from annotator.domain.errors import InputError

_POOL_STEPS = 2  # of the pool's fixed point, in each M step
_PRIOR_STEPS = 3  # of Newton, in each M step
_LEAST_TEMPER = 0.05


@dataclass(kw_only=True)
class HierarchicalDawidSkene(ExpectationMaximisation):
    """The MAP form: workers with few labels shrink to the pool of all.

    `accuracy` is what a worker is thought of before any label, `pool_weight` how many labels that thought weighs,
    `prevalence_weight` how many tasks of each class are imagined beforehand. A task with one label teaches nothing
    about workers (there is nobody to compare with), and so does not move them.

    `temper` asks for an honest posterior: labels of one task err together more than the model has it, so each
    posterior is raised to a power of at most 1 (`skills_.temper`), the one that best foretells each label from the
    others of its task. The order of the classes never changes. With `warm_start`, a fit begins with the pool of the
    fit before. `tol` is coarser than in the other forms: what EM gains beyond it is bound, not accuracy.
    """

    tol: float = 5e-5
    accuracy: float = 0.7
    pool_weight: float = 20.0
    prevalence_weight: float = 15.0
    temper: bool = True
    warm_start: bool = False

    pool_: Pool = field(init=False, repr=False, compare=False)
    prior_: ClassifierPrior | None = field(init=False, repr=False, compare=False, default=None)

    def fit(
        self,
        labels: LabelMatrix,
        *,
        start: FloatArray | None = None,
        passes: MakePasses = Passes,
        prior: ArrayLike | None = None,
    ) -> Self:
        """Learn from labels and, where given, a classifier's probability of each class of each task.

        `prior` has shape (n_tasks, n_classes) and must not have been learned from these labels (cross-fit it). How far
        it is trusted is learned: see `skills_.slope` and `skills_.bias`. Labels alone are fitted first, and the fit with
        the classifier goes on from there, lest a sure one bear itself out. Raises `InputError` as the base does.
        """
        self.prior_ = None
        if prior is not None:
            labelled = np.bincount(labels.task, minlength=labels.n_tasks) > 0
            classifier = ClassifierPrior.of(prior, (labels.n_tasks, labels.n_classes), labelled.astype(np.float64))
            alone = replace(self, temper=False).fit(labels, start=start, passes=passes)
            self.prior_, self.pool_, start = classifier, alone.pool_, alone.posterior_
        return super().fit(labels, start=start, passes=passes)

    @property
    def _least(self) -> int:
        return 2

    def _begin(self, problem: Problem) -> None:
        if not 1 / problem.n_classes < self.accuracy < 1:
            raise InputError(f"{self.accuracy} is not between chance and 1.", where="accuracy", mend="Use 0.7.")
        if not min(self.pool_weight, self.prevalence_weight) > 0:
            raise InputError("is not above 0.", where="pool_weight or prevalence_weight", mend="Use the default.")
        shape = (problem.n_questions, problem.n_classes, problem.n_classes)
        if (self.warm_start or self.prior_) and hasattr(self, "pool_") and self.pool_.base.shape == shape:
            if self.pool_.ability.shape[1] != problem.n_workers:
                self.pool_ = self.pool_.of_workers(problem.n_workers)
            return
        base = np.repeat(self.base(problem.n_classes)[None], problem.n_questions, axis=0)
        self.pool_ = Pool.around(base, problem.n_workers, self.pool_weight)

    def base(self, n_classes: int) -> FloatArray:
        """Return the centre of the pool's mean before any label, `[observed, true]`."""
        return coin(n_classes, self.accuracy)

    def _next_base(self, pool: Pool) -> FloatArray:
        """Return the centre of the pool's mean, given the pool."""
        return pool.base

    def _adopt(self, lead: Self, question: int) -> None:
        self.pool_ = lead.pool_.of_question(question)

    def _m_step(self, problem: Problem, sums: Sums, posterior: FloatArray) -> Step:
        del problem
        for _ in range(_POOL_STEPS):
            self.pool_ = self.pool_.updated(sums.counts, self._next_base(self.pool_))
        rows = sums.counts + self.pool_.pseudo_counts
        log_tables = np.maximum(psi(rows) - psi(rows.sum(axis=2, keepdims=True)), np.log(FLOOR))
        penalty = self.pool_.log_prior() - self.pool_.divergence(sums.counts, log_tables)
        if self.prior_ is not None:
            for _ in range(_PRIOR_STEPS):
                self.prior_ = self.prior_.updated(posterior)
            return Step(np.exp(log_tables), np.exp(self.prior_.log_prior()), penalty + self.prior_.log_density())
        after = sums.totals + self.prevalence_weight
        log_priors = psi(after) - psi(after.sum(axis=1, keepdims=True))
        change = log_beta(after[..., None]) - log_beta(np.full_like(after, self.prevalence_weight)[..., None])
        return Step(np.exp(log_tables), np.exp(log_priors), penalty + change.sum() - (sums.totals * log_priors).sum())

    def _finish(self, passes: Passes, step: Step, sums: Sums, posterior: FloatArray) -> Outcome:
        """Predict with posterior means: each label is one draw from a worker whose matrix is not known for certain."""
        dirichlet = sums.counts + self.pool_.pseudo_counts
        after = sums.totals + self.prevalence_weight
        prevalence = after / after.sum(axis=1, keepdims=True)
        tables = np.maximum(dirichlet / dirichlet.sum(axis=2, keepdims=True), FLOOR)
        last = Step(tables, prevalence if self.prior_ is None else step.priors)
        passes.step(last.tables, last.priors, posterior)
        unknown = self.pool_.mean.swapaxes(1, 2)
        tempers = self._best_tempers(passes, last)
        if self.prior_ is None:
            return Outcome(last, dirichlet, unknown, prevalence, tempers)
        return Outcome(last, dirichlet, unknown, prevalence, tempers, self.prior_.slope, self.prior_.bias)

    def _best_tempers(self, passes: Passes, step: Step) -> FloatArray:
        questions = range(passes.problem.n_questions)
        if not self.temper or not passes.problem.n_taught:
            return np.ones(len(questions))

        def best(question: int) -> float:
            def loss(temper: Any) -> float:
                return -passes.held_out(step.tables, step.priors, float(temper), question)

            found = minimize_scalar(loss, bounds=(_LEAST_TEMPER, 1.0), method="bounded", options={"xatol": 0.005})
            return float(found.x) if found.fun < loss(1.0) else 1.0

        return np.array([best(question) for question in questions])
