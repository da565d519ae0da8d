"""Alpha in slices: of each annotator against the rest, of each guideline version, of each stretch of time.

Items are counted once; every slice is read off those counts. What a slice is called is not known here: the caller gives
codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.consensus.agreement import ONE_CLASS, Agreement, measure
from annotator.consensus.bootstrap import FloatArray, Kinds, Resampling
from annotator.consensus.counts import kinds_of_rows
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.metric import Metric
from annotator.domain.errors import InputError

NOBODY_ELSE = "nobody else labelled any of these items"


def alpha_by_worker(
    labels: LabelMatrix,
    *,
    level: str = "nominal",
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> list[Agreement]:
    """Return each worker's alpha against all others: that of the pairs of labels with the worker on one side.

    The list goes by worker code. `n_items` counts the worker's labels that others labelled too, `n_raters` those others
    and the worker. Undefined where nobody else labelled the worker's items, and where all those labels are of one class.
    """
    labels.require_unique()
    metric = Metric.of_labels(level, labels)
    resampling = Resampling(bootstrap, confidence, rng)
    counts = _counts(labels.task, labels.label, labels.n_tasks, labels.n_classes)
    paired = np.flatnonzero(counts.sum(axis=1)[labels.task] >= 2)
    rows = np.column_stack([labels.label[paired], counts[labels.task[paired]]])
    company = _company(labels)
    found = []
    for worker, part in _parts(labels.worker[paired], labels.n_workers):
        one = _measure(rows[part], metric.versus, metric, int(company[worker]), resampling)
        n_labels = int(counts[labels.task[paired[part]]].sum())
        found.append(_with(one, n_labels=n_labels, reason=one.reason if one.n_items else NOBODY_ELSE))
    return found


def alpha_by_slice(
    labels: LabelMatrix,
    group: ArrayLike,
    n_groups: int,
    *,
    level: str = "nominal",
    bootstrap: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> list[Agreement]:
    """Return alpha within each group of labels: a guideline version, a week.

    `group` (n_labels,) is the code of each label's group, below `n_groups`; only labels of one item *and* one group are
    paired. The list goes by group. Undefined as `krippendorff_alpha` is. Raises `InputError` for codes out of range.
    """
    groups = np.asarray(group)
    if groups.shape != labels.task.shape or groups.dtype.kind not in "iu":
        raise InputError("is not one integer a label.", where="group")
    outside = np.flatnonzero((groups < 0) | (groups >= n_groups))
    if len(outside):
        raise InputError(f"the code {groups[outside[0]]} is out of range.", where=f"group, row {outside[0] + 1}")
    metric = Metric.of_labels(level, labels)
    resampling = Resampling(bootstrap, confidence, rng)
    units, unit = np.unique(groups.astype(np.int64) * labels.n_tasks + labels.task, return_inverse=True)
    counts = _counts(unit, labels.label, len(units), labels.n_classes)
    paired = np.flatnonzero(counts.sum(axis=1) >= 2)
    in_pair = counts.sum(axis=1)[unit] >= 2
    raters = np.unique(groups[in_pair].astype(np.int64) * labels.n_workers + labels.worker[in_pair]) // labels.n_workers
    n_raters = np.bincount(raters, minlength=n_groups)
    return [
        _measure(counts[paired[part]], metric.vectors, metric, int(n_raters[code]), resampling)
        for code, part in _parts(units[paired] // labels.n_tasks, n_groups)
    ]


def _counts(unit: NDArray[np.integer], label: NDArray[np.integer], n_units: int, n_classes: int) -> NDArray[np.int64]:
    cell = unit.astype(np.int64) * n_classes + label
    return np.bincount(cell, minlength=n_units * n_classes).reshape(n_units, n_classes)


def _parts(group: NDArray[np.integer], n_groups: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each group's code and the places of its members."""
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(n_groups + 1))
    return ((code, order[edges[code] : edges[code + 1]]) for code in range(n_groups))


def _company(labels: LabelMatrix) -> NDArray[np.int64]:
    """Return how many workers share an item with each worker, who counts too, shape (n_workers,)."""
    import scipy.sparse as sp

    shape = (labels.n_workers, labels.n_tasks)
    did = sp.csr_matrix((np.ones(labels.n_labels, dtype=np.int32), (labels.worker, labels.task)), shape=shape)
    return np.diff((did @ did.T).tocsr().indptr).astype(np.int64)


def _measure(
    rows: NDArray[np.int64],
    vectors: Callable[[NDArray[Any]], FloatArray],
    metric: Metric,
    n_raters: int,
    resampling: Resampling,
) -> Agreement:
    kinds, times = kinds_of_rows(rows)
    return measure(Kinds(kinds, times, vectors), metric.alpha, ONE_CLASS, n_raters if len(times) else 0, resampling)


def _with(found: Agreement, *, n_labels: int, reason: str) -> Agreement:
    return Agreement(found.value, found.low, found.high, found.n_items, n_labels, found.n_raters, reason)
