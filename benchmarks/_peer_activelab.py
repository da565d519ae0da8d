"""cleanlab's ActiveLab and CROWDLAB in the peers' environment: a line `scores|consensus ANSWERS.npz RESULT.npy` a task, until input ends.

The answers come as columns `item`, `person` and `label`, with the classifier's probabilities of every item, `model` (n, K). Answered with "ok"."""

import contextlib
import sys
import warnings

import numpy as np
from cleanlab.multiannotator import get_active_learning_scores, get_label_quality_multiannotator

warnings.simplefilter("ignore")


def wide(item: np.ndarray, person: np.ndarray, label: np.ndarray, n_items: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which items have a label, and their labels, one column a person who gave any, NaN where there is none."""
    answered, row = np.unique(item, return_inverse=True)
    people, column = np.unique(person, return_inverse=True)
    table = np.full((len(answered), len(people)), np.nan)
    table[row, column] = label
    has = np.zeros(n_items, dtype=bool)
    has[answered] = True
    return has, table


def scores(has: np.ndarray, table: np.ndarray, model: np.ndarray) -> np.ndarray:
    found = np.empty(len(model))
    rest = model[~has] if (~has).any() else None
    labelled, unlabelled = get_active_learning_scores(table, model[has], rest)
    found[has] = labelled
    if rest is not None:
        found[~has] = unlabelled
    return found


def consensus(has: np.ndarray, table: np.ndarray, model: np.ndarray) -> np.ndarray:
    """Return the class of every item: CROWDLAB's of those with a label, the classifier's of the rest."""
    found = model.argmax(axis=1)
    if np.isnan(table).sum(axis=1).min() == table.shape[1] - 1:  # one label an item: CROWDLAB refuses those
        found[has] = np.nanmax(table, axis=1)
        return found
    said = get_label_quality_multiannotator(
        table, model[has], return_detailed_quality=False, return_annotator_stats=False, verbose=False
    )
    found[has] = said["label_quality"]["consensus_label"]
    return found


for line in sys.stdin:
    task, given, result = line.split()
    # cleanlab prints advice where the answer to the task belongs.
    with np.load(given) as data, contextlib.redirect_stdout(sys.stderr):
        has, table = wide(data["item"], data["person"], data["label"], len(data["model"]))
        np.save(result, (scores if task == "scores" else consensus)(has, table, data["model"]))
    print("ok", flush=True)
