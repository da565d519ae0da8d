"""From the curves of a study to `report.json`: means over seeds with intervals, judgements to each target, the bound beside them.

Charts and the page are made from this report and hold no numbers of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import t as student

from active_learning.arrays import FloatArray
from active_learning.simulation.bound import Bound
from active_learning.simulation.campaign import Material, marks
from active_learning.simulation.study import Plan

CONFIDENCE = 0.95
_DRAWS = 1000


def report(
    material: Material, plan: Plan, curves: Mapping[str, FloatArray], targets: Mapping[str, float], bound: Bound
) -> dict[str, Any]:
    """Return the report as plain JSON values. `curves` are (seeds, marks) a policy."""
    labels = material.labels
    per_item = marks(labels, plan.budget) / labels.n_tasks
    return {
        "items": labels.n_tasks,
        "labels": labels.n_labels,
        "workers": labels.n_workers,
        "classes": labels.n_classes,
        "known_truth": int((material.truth != -1).sum()),
        "text": material.texts is not None,
        "protocol": str(plan.protocol),
        "seeds": plan.seeds,
        "first_seed": plan.first_seed,
        "confidence": CONFIDENCE,
        "targets": dict(targets),
        "policies": {name: _policy(per_item, accuracy, targets) for name, accuracy in curves.items()},
        "bound": {
            "prevalence_bits": bound.prevalence_bits,
            "judgement_bits": bound.judgement_bits,
            "text_bits": bound.text_bits,
            "text_accuracy": bound.text_accuracy,
            "needed_bits": {name: bound.bits_needed(value) for name, value in targets.items()},
            "judgements": {name: bound.judgements(value) for name, value in targets.items()},
            "judgements_by_accuracy": {name: bound.judgements_by_accuracy(value) for name, value in targets.items()},
        },
    }


def judgements_to(per_item: FloatArray, accuracy: FloatArray, target: float) -> float | None:
    """Return where a curve first reaches the target, between marks by a straight line; None where it never does."""
    reached = np.flatnonzero(accuracy >= target)
    if not len(reached):
        return None
    at = int(reached[0])
    if at == 0:
        return float(per_item[0])
    rise = accuracy[at] - accuracy[at - 1]
    return float(per_item[at - 1] + (per_item[at] - per_item[at - 1]) * (target - accuracy[at - 1]) / rise)


def _policy(per_item: FloatArray, accuracy: FloatArray, targets: Mapping[str, float]) -> dict[str, Any]:
    mean = accuracy.mean(axis=0)
    low, high = _interval(accuracy)
    return {
        "curve": _pairs(per_item, mean),
        "interval": [[float(a), float(b)] for a, b in zip(low, high, strict=True)],
        "judgements_to": {name: judgements_to(per_item, mean, value) for name, value in targets.items()},
        "judgements_to_interval": {name: _reach(per_item, accuracy, value) for name, value in targets.items()},
    }


def _interval(accuracy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Student's interval of the mean over seeds; of a single seed, nothing is known but that it is in [0, 1]."""
    seeds, mean = len(accuracy), accuracy.mean(axis=0)
    if seeds < 2:
        return np.zeros_like(mean), np.ones_like(mean)
    half = student.ppf((1 + CONFIDENCE) / 2, seeds - 1) * accuracy.std(axis=0, ddof=1) / np.sqrt(seeds)
    return np.clip(mean - half, 0, 1), np.clip(mean + half, 0, 1)


def _reach(per_item: FloatArray, accuracy: FloatArray, target: float) -> list[float | None]:
    """Bootstrap over seeds of where the mean curve reaches the target; None at an end where it may never do."""
    rng = np.random.default_rng(0)
    drawn: list[float] = []
    for _ in range(_DRAWS if len(accuracy) > 1 else 0):
        mean = accuracy[rng.integers(len(accuracy), size=len(accuracy))].mean(axis=0)
        found = judgements_to(per_item, mean, target)
        drawn.append(np.inf if found is None else found)
    if not drawn:
        return [None, None]
    tails = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], method="nearest")
    return [float(end) if np.isfinite(end) else None for end in tails]


def _pairs(per_item: FloatArray, mean: FloatArray) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in zip(per_item, mean, strict=True)]
