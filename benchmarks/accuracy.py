"""Accuracy on recorded answers of real crowds, each form beside Crowd-Kit's: all labels, and 1, 2, 3, 5 a task.

`python -m benchmarks.accuracy [SEEDS]`; the sets lie in `../shared/data`, outside the project. Fewer labels are drawn at
random, SEEDS times (5). A tie counts as a fair draw among the tied. Log loss is in nats, of the posterior of the truth.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.dawid_skene import DawidSkene, OneCoin
from annotator.consensus.files import read_labels, read_truth
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.majority import Majority
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.skills import expected_accuracy
from benchmarks.peers import measured

DATA = Path(__file__).parents[2] / "shared" / "data"
SETS = ("sentiment", "face-sentiment", "product-match", "weather")
OURS = {
    "majority": Majority,
    "Dawid-Skene": DawidSkene,
    "one coin": OneCoin,
    "map": HierarchicalDawidSkene,
    "ordinal": OrdinalDawidSkene,
}
PEERS = {"Crowd-Kit majority": "majority", "Crowd-Kit Dawid-Skene": "dawid-skene", "Crowd-Kit one coin": "one-coin"}
FEW = (1, 2, 3, 5)


def main(seeds: int) -> None:
    if not DATA.is_dir():
        print("The recorded sets are not there: expected in ../shared/data.")
        return
    names = [*OURS, *PEERS]
    for few in (*FEW, None):
        rounds = 1 if few is None else seeds
        found = {one: scores(one, few, rounds) for one in SETS}
        print(f"\n{'all labels' if few is None else f'{few} labels a task'} (accuracy / log loss)")
        print(f"{'':24}" + "".join(f"{one:>18}" for one in (*SETS, "mean")))
        for method in names:
            rows = [found[one][method] for one in SETS]
            rows.append(tuple(np.mean(rows, axis=0)))
            print(f"{method:24}" + "".join(f"{accuracy:>11.4f} /{loss:5.2f}" for accuracy, loss in rows), flush=True)


def scores(name: str, few: int | None, rounds: int) -> dict[str, tuple[float, float]]:
    labels = read_labels(DATA / name / "labels.csv")
    truth = read_truth(DATA / name / "truth.csv", labels)
    kept: dict[str, list[tuple[float, float]]] = {method: [] for method in (*OURS, *PEERS)}
    for seed in range(rounds):
        some = labels if few is None else at_most(labels, few, np.random.default_rng(seed))
        for method, form in OURS.items():
            kept[method].append(score(form().fit(some).posterior_, truth))
        theirs = of_peer(some)
        order = np.argsort(some.tasks.astype(str))
        for method, key in PEERS.items():
            kept[method].append(score(theirs[key], truth[order]))
    return {method: (float(np.mean(got, axis=0)[0]), float(np.mean(got, axis=0)[1])) for method, got in kept.items()}


def score(posterior: NDArray[np.float64], truth: NDArray[np.intp]) -> tuple[float, float]:
    known = truth >= 0
    true = posterior[known][np.arange(known.sum()), truth[known]]
    return expected_accuracy(posterior, truth), float(-np.log(np.clip(true, 1e-6, 1)).mean())


def at_most(labels: LabelMatrix, few: int, rng: np.random.Generator) -> LabelMatrix:
    """Return at most so many labels of each task, drawn at random; tasks keep their codes."""
    shuffled = rng.permutation(labels.n_labels)
    order = shuffled[np.argsort(labels.task[shuffled], kind="stable")]
    starts = np.searchsorted(labels.task[order], np.arange(labels.n_tasks))
    rank = np.arange(labels.n_labels) - starts[labels.task[order]]
    kept = order[rank < few]
    return LabelMatrix(
        labels.task[kept], labels.worker[kept], labels.label[kept], labels.tasks, labels.workers, labels.classes
    )


def of_peer(labels: LabelMatrix) -> dict[str, NDArray[np.float64]]:
    with tempfile.TemporaryDirectory() as folder:
        path, where = Path(folder) / "labels.csv", Path(folder) / "posteriors.npz"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["task", "worker", "label"])
            writer.writerows(
                zip(labels.tasks[labels.task], labels.workers[labels.worker], labels.classes[labels.label], strict=True)
            )
        measured("_peer_accuracy", path, where, peer=True)
        with np.load(where) as found:
            return dict(found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
