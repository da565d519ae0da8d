"""How often does the lift meter claim lift that is not there, and how soon does it see lift that is?

Campaigns over synthetic rows: a trial share of the picks by the strategy, the rest by chance, looks when they are due.
Null "no signal": classes have nothing to do with the rows. Null "no choice": they have, but the chosen items are random ones.
Lift: one class in twelve, learnable, which entropy sampling finds.
Run: python -m benchmarks.lift [--seeds 40] [--looks 3] [--kinds "no signal,no choice,lift"]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy import sparse

from active_learning.classifier import SoftClassifier
from active_learning.lift import Lift, look_is_due, measure_lift
from active_learning.strategies import entropy_sampling, random_sampling

ITEMS, WIDTH, PER_ROW, BATCH = 4000, 600, 12, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--looks", type=int, default=3)
    parser.add_argument("--kinds", default="no signal,no choice,lift")
    asked = parser.parse_args()
    print(f"{asked.seeds} campaigns, up to {asked.looks} looks each")
    for name in asked.kinds.split(","):
        begin = time.perf_counter()
        found = [campaign(name, seed, asked.looks) for seed in range(asked.seeds)]
        claimed = sum(any(lift.proven for lift in looks) for looks in found)
        first = [sum(lift.proven for lift in at) / asked.seeds for at in zip(*found, strict=True)]
        values = [np.mean([lift.value for lift in at]) for at in zip(*found, strict=True)]
        print(
            f"{name:12} claimed in {claimed / asked.seeds:6.1%} of campaigns; by look "
            + ", ".join(f"{share:.0%} (AUC {value:+.3f})" for share, value in zip(first, values, strict=True))
            + f"; {(time.perf_counter() - begin) / asked.seeds / asked.looks:.1f} s a look"
        )


def campaign(kind: str, seed: int, looks: int) -> list[Lift]:
    rng = np.random.default_rng(seed)
    rows = texts(rng)
    y = classes(rows, kind, rng)
    strategy = random_sampling if kind == "no choice" else entropy_sampling
    chosen: list[int] = []
    random = rng.permutation(ITEMS)[:BATCH].tolist()
    found: list[Lift] = []
    while len(found) < looks:
        left = np.setdiff1d(np.arange(ITEMS), chosen + random)
        known = chosen + random
        model = SoftClassifier(2, folds=0).fit(rows[known], y[known])
        chosen += left[strategy(model, rows[left], BATCH // 2, rng=rng)[0]].tolist()
        left = np.setdiff1d(left, chosen)
        random += rng.choice(left, 2 * BATCH, replace=False).tolist()
        if look_is_due(len(chosen), len(random), len(found)):
            arms = (rows[chosen], y[chosen]), (rows[random], y[random])
            found.append(measure_lift(*arms, n_classes=2, looks=len(found), rng=rng))
    return found


def texts(rng: np.random.Generator) -> sparse.csr_matrix:
    columns = np.minimum(rng.zipf(1.3, size=(ITEMS, PER_ROW)) - 1, 10**9) % WIDTH
    rows = sparse.csr_matrix(
        (np.ones(ITEMS * PER_ROW), columns.ravel(), np.arange(0, ITEMS * PER_ROW + 1, PER_ROW)), shape=(ITEMS, WIDTH)
    )
    rows.sum_duplicates()
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(norms, np.diff(rows.indptr))
    return rows


def classes(rows: sparse.csr_matrix, kind: str, rng: np.random.Generator) -> np.ndarray:
    logit = rows @ rng.standard_normal(WIDTH) + 0.1 * rng.standard_normal(ITEMS)
    y = (logit > np.quantile(logit, 11 / 12 if kind == "lift" else 0.5)).astype(int)
    return rng.permutation(y) if kind == "no signal" else y


if __name__ == "__main__":
    main()
