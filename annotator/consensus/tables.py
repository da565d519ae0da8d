"""What a consensus says, as tables: one row a task, a worker, an entry of a confusion matrix. Where they go is not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import betaincinv

from annotator.consensus.em import ExpectationMaximisation
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.problem import FloatArray
from annotator.consensus.skills import top_class


def task_table(labels: LabelMatrix, posterior: FloatArray) -> pa.Table:
    """Return `task, label, confidence, tied, labels` and the probability of each class.

    `label` is null where classes are tied: a tie is shown, not settled.
    """
    top = top_class(posterior)
    columns: dict[str, Any] = {
        "task": _names(labels.tasks),
        "label": _names(labels.classes).take(pa.array(top, mask=top < 0)),
        "confidence": posterior.max(axis=1),
        "tied": top < 0,
        "labels": np.bincount(labels.task, minlength=labels.n_tasks),
    }
    for code, name in enumerate(labels.classes.tolist()):
        columns[f"probability_{name}"] = posterior[:, code]
    return pa.table(columns)


def worker_table(labels: LabelMatrix, model: ExpectationMaximisation, confidence: float) -> pa.Table:
    """Return `worker, labels, accuracy, low, high`: the chance of a right label on a task drawn at random.

    The interval is that of a Beta with the mean and variance of the prevalence-weighted diagonal.
    """
    total = model.dirichlet_.sum(axis=2)
    right = np.diagonal(model.dirichlet_, axis1=1, axis2=2) / total
    weights = model.class_prior_
    mean, variance = right @ weights, (right * (1 - right) / (total + 1)) @ weights**2
    size = mean * (1 - mean) / variance - 1
    low, high = (betaincinv(mean * size, (1 - mean) * size, tail) for tail in _tails(confidence))
    return pa.table(
        {
            "worker": _names(labels.workers),
            "labels": np.bincount(labels.worker, minlength=labels.n_workers),
            "accuracy": mean,
            "low": low,
            "high": high,
        }
    )


def confusion_table(labels: LabelMatrix, model: ExpectationMaximisation, confidence: float) -> pa.Table:
    """Return `worker, true, observed, probability, low, high, effective_n`, one row an entry."""
    low, high = model.confusion_interval(confidence)
    k = labels.n_classes
    classes = _names(labels.classes)
    worker, true, observed = np.indices(low.shape).reshape(3, -1)
    return pa.table(
        {
            "worker": _names(labels.workers).take(pa.array(worker)),
            "true": classes.take(pa.array(true)),
            "observed": classes.take(pa.array(observed)),
            "probability": model.confusion_.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "effective_n": model.effective_n_.repeat(k, axis=1).ravel(),
        }
    )


def _names(values: NDArray[Any]) -> Any:
    return pa.array(values.tolist())


def _tails(confidence: float) -> tuple[float, float]:
    return (1 - confidence) / 2, (1 + confidence) / 2
