"""Agreement on sets of labels: Krippendorff's alpha with the MASI distance.

Source: Passonneau, R. (2006). Measuring Agreement on Set-valued Items (MASI) for Semantic and Pragmatic Annotation. LREC.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from annotator.consensus.agreement import ONE_CLASS, Agreement, measure, pairable_raters
from annotator.consensus.bootstrap import Kinds, Resampling
from annotator.consensus.counts import count_kinds
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.metric import FloatArray, Metric
from annotator.domain.errors import InputError


def masi_distance(first: Collection[Any], second: Collection[Any]) -> float:
    """Return 1 - Jaccard * monotonicity: 0 for equal sets (two empty ones too), 1 for sets that share nothing."""
    a, b = set(first), set(second)
    if a == b:
        return 0.0
    common = len(a & b)
    monotonicity = 2 / 3 if common in (len(a), len(b)) else 1 / 3
    return 1 - common / len(a | b) * monotonicity


def masi_alpha(
    task: Any,
    worker: Any,
    sets: Sequence[Collection[Any]],
    *,
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Return alpha of answers that are sets, such as the tags of a posting; `sets[i]` is what `worker[i]` gave `task[i]`.

    An empty set is an answer like any other. Undefined as `krippendorff_alpha` is. Raises `InputError` as
    `LabelMatrix.from_columns` does, with each distinct set for a class, and where one answer is a bare string.
    """
    bare = next((row for row, answer in enumerate(sets, start=1) if isinstance(answer, str)), None)
    if bare is not None:
        raise InputError("is a string, not a set of labels.", where=f"row {bare}, column label", mend="Split it first.")
    code: dict[frozenset[Any], int] = {}
    codes = np.array([code.setdefault(frozenset(answer), len(code)) for answer in sets], dtype=np.int64)
    labels = LabelMatrix.from_columns(task, worker, codes, classes=range(len(code)))
    metric = Metric(labels.n_classes, _distances(list(code)))
    rows, times = count_kinds(labels.task, labels.label, labels.n_tasks, labels.n_classes)
    kinds = Kinds(rows, times, metric.vectors)
    resampling = Resampling(bootstrap, confidence, rng)
    return measure(kinds, metric.alpha, ONE_CLASS, pairable_raters(labels) if len(times) else 0, resampling)


def _distances(sets: list[frozenset[Any]]) -> FloatArray:
    """Return the distance of each two sets, shape (K, K), from their membership table."""
    names = {name: place for place, name in enumerate(dict.fromkeys(name for one in sets for name in one))}
    member = np.zeros((len(sets), len(names)))
    for row, one in enumerate(sets):
        member[row, [names[name] for name in one]] = 1
    common, size = member @ member.T, member.sum(axis=1)
    union = size[:, None] + size - common
    contained = (common == size[:, None]) | (common == size)
    similar = common / np.maximum(union, 1) * np.where(contained, 2 / 3, 1 / 3)
    np.fill_diagonal(similar, 1.0)
    return np.asarray(1 - similar)
