"""How much is left: "about N more judgements (interval) until every item is settled", by playing the rest of the campaign.

An item is settled once its posterior risk (1 - its largest probability) is at most the target with `min_overlap` answers or more,
or once it has `max_overlap` answers (Wald, A. 1945, Sequential Tests of Statistical Hypotheses, for the rule; Branson, Van Horn &
Perona 2017, Lean Crowdsourcing, for its use with annotators). The rest is played many times over: a truth from each item's
posterior, answers from people as active and as skilled as those so far, Bayes' rule after each answer.

The interval holds three kinds of chance: that of answers, of who comes, and of how skilled people really are. It does not foresee
a classifier that improves, a prior that is wrong, or people who change: it is a forecast under present conditions, to be made
again as labels come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from active_learning.arrays import FloatArray, check_posterior
from annotator.domain.errors import InputError

_ITEMS = 1500  # items played; more are represented by a sample of as many
_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Rule:
    """When an item is settled. Raises `InputError` for a risk outside (0, 1) or overlaps that exclude each other."""

    target_risk: float = 0.02
    min_overlap: int = 2
    max_overlap: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.target_risk < 1:
            raise InputError(f"{self.target_risk} is not between 0 and 1.", where="target_risk")
        if not 0 <= self.min_overlap <= self.max_overlap:
            raise InputError(f"{self.min_overlap} to {self.max_overlap} is no range.", where="min_overlap, max_overlap")

    def settled(self, posterior: FloatArray, answers: Any) -> Any:
        """Say which items need no answer more: `posterior` (n, K), `answers` (n,); shape (n,) bool."""
        sure = 1 - posterior.max(axis=1) <= self.target_risk
        return (sure & (answers >= self.min_overlap)) | (answers >= self.max_overlap)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Judgements still to come: the mean over all plays, and the interval that holds `confidence` of them.

    `certain` is the expected share of all items whose risk will be at most the target; the rest run into `max_overlap` and go to
    an adjudicator.
    """

    judgements: float
    low: float
    high: float
    confidence: float
    certain: float

    def __str__(self) -> str:
        return f"about {self.judgements:,.0f} more judgements ({self.low:,.0f} to {self.high:,.0f})"


def forecast(
    posterior: ArrayLike,
    answers: ArrayLike,
    skills: ArrayLike,
    rule: Rule,
    *,
    rng: np.random.Generator,
    activity: ArrayLike | None = None,
    plays: int = 200,
    confidence: float = 0.9,
) -> Forecast:
    """Forecast the judgements until all items are settled.

    `posterior` (n, K) and `answers` (n,) so far; `skills` (W, K, K) `[person, true, observed]` are the parameters of a Dirichlet for
    each row of each person's confusion matrix (expected counts plus prior: its mean is the matrix); `activity` (W,) is how often
    each comes (alike if not given). Raises `InputError` for shapes that do not fit each other, and where there is nobody.
    """
    p, counts = check_posterior(posterior), np.asarray(answers)
    dirichlet, weight = _people(skills, activity, p.shape[1])
    if counts.shape != (len(p),) or (len(p) and counts.min() < 0):
        raise InputError(f"must be {len(p)} counts.", where="answers")
    open_items = np.flatnonzero(~rule.settled(p, counts))
    sure = int((1 - p.max(axis=1) <= rule.target_risk).sum()) - int(
        (1 - p[open_items].max(axis=1) <= rule.target_risk).sum()
    )
    if not len(open_items):
        return Forecast(0.0, 0.0, 0.0, confidence, sure / len(p) if len(p) else float("nan"))
    totals, reached = np.empty(plays), np.empty(plays)
    for play in range(plays):
        sample = _sample(open_items, rng)
        scale = len(open_items) / len(sample)
        played, certain = _play(p[sample], counts[sample], dirichlet, weight, rule, rng)
        totals[play], reached[play] = played * scale, certain * scale
    low, high = np.quantile(totals, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Forecast(float(totals.mean()), float(low), float(high), confidence, (sure + float(reached.mean())) / len(p))


def _people(skills: ArrayLike, activity: ArrayLike | None, n_classes: int) -> tuple[FloatArray, FloatArray]:
    dirichlet = np.asarray(skills, dtype=np.float64)
    if dirichlet.ndim != 3 or dirichlet.shape[1:] != (n_classes, n_classes) or not len(dirichlet):
        raise InputError(f"have shape {dirichlet.shape}, not (people, {n_classes}, {n_classes}).", where="skills")
    if not (np.isfinite(dirichlet).all() and (dirichlet >= 0).all() and (dirichlet.sum(axis=2) > 0).all()):
        raise InputError("hold a row that is no Dirichlet.", where="skills", mend="Add the prior's counts to each.")
    weight = np.ones(len(dirichlet)) if activity is None else np.asarray(activity, dtype=np.float64)
    if weight.shape != (len(dirichlet),) or not (weight >= 0).all() or weight.sum() <= 0:
        raise InputError(f"must be {len(dirichlet)} rates, not all 0.", where="activity")
    return np.maximum(dirichlet, _SMALLEST), weight / weight.sum()


def _sample(open_items: Any, rng: np.random.Generator) -> Any:
    return open_items if len(open_items) <= _ITEMS else rng.choice(open_items, _ITEMS, replace=False)


def _play(
    posterior: FloatArray, answers: Any, dirichlet: FloatArray, weight: FloatArray, rule: Rule, rng: np.random.Generator
) -> tuple[int, int]:
    """Play the open items to the end: how many answers that took, and how many ended certain.

    People answer by a matrix drawn for this play; Bayes' rule knows its mean only, as the service does.
    """
    drawn = rng.standard_gamma(dirichlet)
    drawn /= np.maximum(drawn.sum(axis=2, keepdims=True), _SMALLEST)
    believed = dirichlet / dirichlet.sum(axis=2, keepdims=True)
    p, counts = posterior.copy(), answers.copy()
    truth = _draw(p, rng)
    going, total = np.arange(len(p)), 0
    while len(going):
        person = rng.choice(len(weight), size=len(going), p=weight)
        answer = _draw(drawn[person, truth[going]], rng)
        moved = p[going] * np.maximum(believed[person, :, answer], _SMALLEST)
        p[going] = moved / moved.sum(axis=1, keepdims=True)
        counts[going] += 1
        total += len(going)
        going = going[~rule.settled(p[going], counts[going])]
    return total, int((1 - p.max(axis=1) <= rule.target_risk).sum())


def _draw(p: FloatArray, rng: np.random.Generator) -> Any:
    """One class a row, by the row's probabilities."""
    ladder = np.cumsum(p, axis=1)
    return (rng.random((len(p), 1)) * ladder[:, -1:] > ladder).sum(axis=1)
