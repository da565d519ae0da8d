"""Query strategies against modAL: a choice of 50 from a large pool of sparse rows.

Both sides ask the same fitted learners about the same pool, turn about, in one run; medians. Ranked batches are compared on a
smaller pool, since modAL's takes a minute there, and on two pools of other seeds for the picks.
Run: python -m benchmarks.active_learning [--rows 1000000] [--ranked-rows 100000] [--repeats 7] [--skip-ranked]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from modAL.batch import uncertainty_batch_sampling
from modAL.disagreement import vote_entropy_sampling as modal_vote_entropy
from modAL.uncertainty import entropy_sampling as modal_entropy, margin_sampling as modal_margin
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from active_learning.cold_start import typicality_sampling
from active_learning.gain import GainSampling
from active_learning.learner import ActiveLearner, Committee
from active_learning.ranked import RankedBatch, diverse_batch
from active_learning.strategies import entropy_sampling, margin_sampling, vote_entropy_sampling

WIDTH = 2**16
PER_ROW = 20
LABELLED = 500
ASKED = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--ranked-rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--skip-ranked", action="store_true")
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    pool = rows(rng, asked.rows)
    taught = rows(rng, LABELLED)
    learner = ActiveLearner(LogisticRegression()).fit(taught, classes(taught))
    committee = Committee.of(LogisticRegression(C=10), 5, rng).fit(taught, classes(taught))
    print(f"choose {ASKED} of {asked.rows:,} rows with {PER_ROW} of {WIDTH:,} features; medians of {asked.repeats}, s")
    heading()
    report("entropy", learner, pool, entropy_sampling, modal_entropy, asked.repeats)
    report("margin", learner, pool, margin_sampling, modal_margin, asked.repeats)
    report("vote entropy, 5 members", committee, pool, vote_entropy_sampling, modal_vote_entropy, 3)
    alone(learner, pool)
    if not asked.skip_ranked:
        ranked(rng, asked.ranked_rows)


def heading() -> None:
    print(f"{'':28}{'modAL':>9}{'here':>9}{'times':>8}")


def report(name: str, model: Any, pool: Any, ours: Any, theirs: Any, repeats: int) -> None:
    ours(model, pool, ASKED)
    mine, modal = [], []
    for _ in range(repeats):
        modal.append(taken(lambda: theirs(model, pool, n_instances=ASKED)))
        mine.append(taken(lambda: ours(model, pool, ASKED)))
    line(name, statistics.median(modal), statistics.median(mine))
    scores = ours(model, pool, ASKED)[1]
    bits = 1.0 if "margin" in name else np.log(2)
    their_scores = np.sort(np.asarray(theirs(model, pool, n_instances=ASKED)[1]))[::-1]
    same = 1 - their_scores[::-1] if "margin" in name else their_scores
    print(f"{'  largest difference of scores':38}{np.abs(scores * bits - same).max():.1e}")


def alone(learner: ActiveLearner, pool: Any) -> None:
    """Those that modAL has no counterpart of."""
    person = GainSampling(np.array([[0.85, 0.15], [0.25, 0.75]]))
    for name, ours in {"information gain": person, "typicality": typicality_sampling}.items():
        print(f"{name:28}{'-':>9}{statistics.median(taken(lambda: ours(learner, pool, ASKED)) for _ in range(3)):9.3f}")  # noqa: B023 called at once


def ranked(rng: np.random.Generator, n: int) -> None:
    print(f"\nranked batch of {ASKED} of {n:,} rows, {LABELLED} labelled")
    heading()
    pool, taught = rows(rng, n), rows(rng, LABELLED)
    learner = ActiveLearner(LogisticRegression()).fit(taught, classes(taught))
    strategy = RankedBatch()
    strategy(learner, rows(rng, 100), 5)  # compiles
    cold = taken(lambda: strategy(learner, pool, ASKED))
    warm = statistics.median(taken(lambda: strategy(learner, pool, ASKED)) for _ in range(5))
    diverse = diverse_batch()
    diverse(learner, pool, ASKED)
    penalised = statistics.median(taken(lambda: diverse(learner, pool, ASKED)) for _ in range(5))
    modal = taken(lambda: uncertainty_batch_sampling(learner, pool, n_instances=ASKED))
    line("warm", modal, warm)
    line("cold", modal, cold)
    line("density and duplicates, warm", modal, penalised)
    mine, theirs = strategy(learner, pool, ASKED)[0], uncertainty_batch_sampling(learner, pool, n_instances=ASKED)[0]
    print(f"same picks in the same order: {mine.tolist() == theirs.tolist()}")


def rows(rng: np.random.Generator, n: int) -> Any:
    """Unit rows whose features are Zipf-like, as words are."""
    columns = np.minimum(rng.zipf(1.3, size=(n, PER_ROW)) - 1, WIDTH * 50) * 2_654_435_761 % WIDTH
    values = rng.uniform(0.1, 1, (n, PER_ROW))
    found = sparse.csr_matrix(
        (values.ravel(), columns.ravel().astype(np.int32), np.arange(0, n * PER_ROW + 1, PER_ROW, dtype=np.int32)),
        shape=(n, WIDTH),
    )
    found.sum_duplicates()
    norms = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    found.data /= np.repeat(norms, np.diff(found.indptr))
    return found


def classes(features: Any) -> Any:
    direction = np.random.default_rng(1).standard_normal(WIDTH)
    return (features @ direction + 0.3 * np.random.default_rng(2).standard_normal(features.shape[0]) > 0).astype(int)


def taken(run: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def line(name: str, modal: float, here: float) -> None:
    print(f"{name:28}{modal:9.3f}{here:9.3f}{modal / here:8.1f}")


if __name__ == "__main__":
    main()
