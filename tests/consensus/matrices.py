"""Random ragged label matrices for the properties and oracles of this folder."""

import numpy as np
from hypothesis import strategies as st

from annotator.consensus.labels import LabelMatrix


@st.composite
def label_matrices(draw, max_items=12, max_raters=5, max_classes=4):
    """Each rater labels each item or not, once at the most; at least one label."""
    n_items = draw(st.integers(1, max_items))
    n_raters = draw(st.integers(1, max_raters))
    n_classes = draw(st.integers(2, max_classes))
    cells = draw(st.lists(st.integers(0, n_items * n_raters - 1), min_size=1, max_size=n_items * n_raters, unique=True))
    task, worker = np.divmod(np.array(cells), n_raters)
    label = np.array(draw(st.lists(st.integers(0, n_classes - 1), min_size=len(cells), max_size=len(cells))))
    return LabelMatrix.from_codes(task, worker, label, n_tasks=n_items, n_workers=n_raters, n_classes=n_classes)


def planted(rng, *, n_tasks=200, n_workers=12, n_classes=3, per_task=4, skill=0.7):
    """Return (labels, truth) where each worker says the truth with probability `skill`, else any class."""
    truth = rng.integers(0, n_classes, n_tasks)
    task = np.repeat(np.arange(n_tasks), per_task)
    worker = np.concatenate([rng.choice(n_workers, per_task, replace=False) for _ in range(n_tasks)])
    guess = rng.integers(0, n_classes, len(task))
    label = np.where(rng.random(len(task)) < skill, truth[task], guess)
    return LabelMatrix.from_codes(task, worker, label, n_workers=n_workers, n_tasks=n_tasks, n_classes=n_classes), truth


def dense(labels):
    """Return raters by items, NaN where there is no label."""
    table = np.full((labels.n_workers, labels.n_tasks), np.nan)
    table[labels.worker, labels.task] = labels.label
    return table
