"""How often 95 % intervals hold the truth, in simulation: of alpha, and of the entries of confusion matrices.

`python -m benchmarks.coverage [TRIALS]`, by default 500. The true alpha is that of 400,000 items drawn the same way.
"""

from __future__ import annotations

import sys

import numpy as np

from annotator.consensus.agreement import krippendorff_alpha
from annotator.consensus.dawid_skene import DawidSkene
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix

ALPHA = (  # items, classes, most labels an item, skill, weight of the first class
    (20, 4, 4, 0.7, 1), (50, 4, 4, 0.7, 1), (200, 4, 4, 0.7, 1), (30, 3, 5, 0.9, 2), (50, 2, 3, 0.6, 8), (200, 2, 3, 0.8, 10),
)  # fmt: skip
CONFUSION = ((200, 10, 3), (200, 10, 6), (1000, 20, 5))  # tasks, workers, labels a task


def drawn(rng: np.random.Generator, n: int, rest: tuple[int, int, float, float]) -> LabelMatrix:
    k, most, skill, weight = rest
    share = np.ones(k)
    share[0] = weight
    share /= share.sum()
    truth = rng.choice(k, n, p=share)
    size = rng.integers(2, most + 1, n)
    task = np.repeat(np.arange(n), size)
    worker = np.arange(len(task)) - np.repeat(np.cumsum(size) - size, size)
    label = np.where(rng.random(len(task)) < skill, truth[task], rng.choice(k, len(task), p=share))
    return LabelMatrix.from_codes(task, worker, label, n_classes=k)


def of_alpha(trials: int) -> None:
    rng = np.random.default_rng(7)
    for setting in ALPHA:
        n, *rest = setting
        true = krippendorff_alpha(drawn(rng, 400_000, tuple(rest)), level="ordinal").value
        found = [
            krippendorff_alpha(drawn(rng, n, tuple(rest)), level="ordinal", bootstrap=1000, rng=rng)
            for _ in range(trials)
        ]
        held = [one.low <= true <= one.high for one in found if one.low is not None]
        print(
            f"alpha, {n} items, {rest[0]} classes, 2 to {rest[1]} labels, true {true:.2f}: "
            f"{np.mean(held):.3f} of {len(held)} intervals hold it",
            flush=True,
        )


def of_confusion(trials: int) -> None:
    rng = np.random.default_rng(8)
    for n_tasks, n_workers, per_task in CONFUSION:
        held: dict[str, list[float]] = {"map": [], "Dawid-Skene": []}
        for _ in range(trials):
            skill = rng.beta(8, 3, n_workers)
            true = skill[:, None, None] * np.eye(3) + (1 - skill)[:, None, None] / 3
            truth = rng.integers(0, 3, n_tasks)
            task = np.repeat(np.arange(n_tasks), per_task)
            worker = np.concatenate([rng.choice(n_workers, per_task, replace=False) for _ in range(n_tasks)])
            label = np.where(rng.random(len(task)) < skill[worker], truth[task], rng.integers(0, 3, len(task)))
            labels = LabelMatrix.from_codes(task, worker, label, n_workers=n_workers, n_classes=3)
            for name, form in (("map", HierarchicalDawidSkene), ("Dawid-Skene", DawidSkene)):
                low, high = form().fit(labels).confusion_interval()
                held[name].append(float(np.mean((low <= true) & (true <= high))))
        print(
            f"confusion matrices, {n_tasks} tasks, {n_workers} workers, {per_task} labels a task: "
            + ", ".join(f"{name} {np.mean(shares):.3f}" for name, shares in held.items()),
            flush=True,
        )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    of_alpha(count)
    of_confusion(max(count // 10, 10))
