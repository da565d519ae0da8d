"""Does the order of labels matter? Learning curves of every strategy against chance, on real sentences.

`balanced`: the movie sentences as they are. `rare`: one class thinned to 12 %. Batches of 20 from 20 typical items (20 random ones for
"random"); AUC on sentences held out, means over seeds, with the standard error.
Run: python -m benchmarks.learning_curves [--seeds 5] [--strategies "random,entropy,dense entropy"] [--data ../shared/data/movie-sentences]
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from active_learning.arrays import best
from active_learning.classifier import SoftClassifier
from active_learning.cold_start import typicality_sampling
from active_learning.features import HashedNgrams, Weighting
from active_learning.learner import ActiveLearner
from active_learning.ranked import RankedBatch, diverse_batch, information_density
from active_learning.strategies import entropy_sampling, random_sampling

MARKS = (100, 200, 300, 500)
BATCH = 20
HELD_OUT = 2000


def dense_entropy(classifier: Any, pool: Any, n_instances: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Entropy times density: what a density term in the priority of the service would come to."""
    items, bits = entropy_sampling(classifier, pool, pool.shape[0])
    score = bits * information_density(pool)[items]
    found = best(score, n_instances, rng)
    return items[found], score[found]


STRATEGIES = {
    "random": lambda: random_sampling,
    "entropy": lambda: entropy_sampling,
    "dense entropy": lambda: dense_entropy,
    "ranked batch": RankedBatch,
    "diverse batch": diverse_batch,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/movie-sentences"))
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    asked = parser.parse_args()
    if not asked.data.is_dir():
        print(f"{asked.data} is not there; nothing is measured.")
        return
    rows, y = sentences(asked.data)
    for name, share in {"balanced": 0.5, "rare": 0.12}.items():
        print(f"\n{name}: AUC after so many labels, {asked.seeds} seeds")
        print(f"{'':18}" + "".join(f"{mark:>16}" for mark in MARKS) + f"{'s a query':>12}")
        for strategy in asked.strategies.split(","):
            make = STRATEGIES[strategy]
            runs = [curve(rows, y, share, make(), strategy, seed) for seed in range(asked.seeds)]
            scores = np.array([run[0] for run in runs])
            error = scores.std(axis=0, ddof=1) / np.sqrt(len(scores))
            cells = "".join(f"{f'{m:.3f} ± {e:.3f}':>16}" for m, e in zip(scores.mean(axis=0), error, strict=True))
            print(f"{strategy:18}{cells}{np.median([run[1] for run in runs]):12.3f}")


def sentences(folder: Path) -> tuple[Any, np.ndarray]:
    with (folder / "items.csv").open() as items, (folder / "truth.csv").open() as truth:
        label = {row["task"]: row["label"] for row in csv.DictReader(truth)}
        found = [(row["text"], label[row["task"]]) for row in csv.DictReader(items)]
    features = HashedNgrams()
    rows = features.transform([text for text, _ in found])
    y = np.array([value for _, value in found])
    return Weighting.fit(rows, features.blocks).transform(rows), (y == np.unique(y)[-1]).astype(int)


def curve(rows: Any, y: np.ndarray, share: float, strategy: Any, name: str, seed: int) -> tuple[list[float], float]:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    positive, negative = order[y[order] == 1], order[y[order] == 0]
    kept = rng.permutation(np.r_[positive[: int(len(negative) * share / (1 - share))], negative])
    test, items = kept[:HELD_OUT], kept[HELD_OUT:]
    pool, known = rows[items], y[items]
    start = random_sampling if name == "random" else typicality_sampling
    chosen = start(None, pool, BATCH, rng=rng)[0]
    learner = ActiveLearner(SoftClassifier(2, C=10), strategy).fit(pool[chosen], known[chosen])
    scores, times = [], []
    while True:
        if len(chosen) in MARKS:
            scores.append(roc_auc_score(y[test], learner.predict_proba(rows[test])[:, 1]))
        if len(chosen) >= MARKS[-1]:
            return scores, float(np.median(times))
        left = np.setdiff1d(np.arange(len(known)), chosen)
        begin = time.perf_counter()
        found, _ = learner.query(pool[left], BATCH, rng=rng)
        times.append(time.perf_counter() - begin)
        learner.teach(pool[left[found]], known[left[found]])
        chosen = np.r_[chosen, left[found]]


if __name__ == "__main__":
    main()
