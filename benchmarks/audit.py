"""Do the audit's intervals hold what they say? A policy that hunts for one class, and shares estimated from chance alone.

Each campaign labels a part of a pool, the most suspicious items first, with a tenth of the picks left to chance. The naive
estimate is the share among all labelled items with Wilson's interval.
Run: python -m benchmarks.audit [--campaigns 4000]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from active_learning.audit import Estimate, audited_picks, estimate, estimate_from_picks

ITEMS, PICKS = 2000, 1000
PREVALENCES = (0.03, 0.1, 0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=4000)
    asked = parser.parse_args()
    print(
        f"{asked.campaigns} campaigns of {PICKS} picks from {ITEMS} items, a tenth of the picks by chance; 95 % intervals"
    )
    print(f"{'':34}" + "".join(f"{f'share {p}':>24}" for p in PREVALENCES))
    print(f"{'':34}" + f"{'coverage':>10}{'bias':>8}{'±':>6}" * len(PREVALENCES))
    rng = np.random.default_rng(0)
    for name, design in DESIGNS.items():
        print(f"{name:34}" + "".join(scored(design, p, asked.campaigns, rng) for p in PREVALENCES))


def scored(design: Callable[..., Estimate], prevalence: float, campaigns: int, rng: np.random.Generator) -> str:
    hits, errors, widths = 0, [], []
    for _ in range(campaigns):
        truth = (rng.random(ITEMS) < prevalence).astype(float)
        found = design(truth, truth + rng.standard_normal(ITEMS), rng)
        hits += found.low <= truth.mean() <= found.high
        errors.append(found.value - truth.mean())
        widths.append((found.high - found.low) / 2)
    return f"{hits / campaigns:10.3f}{np.mean(errors):8.4f}{np.mean(widths):6.3f}"


def naive(truth: np.ndarray, suspicion: np.ndarray, rng: np.random.Generator) -> Estimate:
    values = truth[audited_picks(suspicion, PICKS, rng=rng).indices]
    return estimate(values, np.full(PICKS, 1e-9))


def by_pick(truth: np.ndarray, suspicion: np.ndarray, rng: np.random.Generator) -> Estimate:
    picks = audited_picks(suspicion, PICKS, rng=rng)
    return estimate_from_picks(truth[picks.indices], picks.audit, ITEMS)


def by_item(truth: np.ndarray, suspicion: np.ndarray, rng: np.random.Generator) -> Estimate:
    """The slice goes as far as a tenth of the picks took it; an item the model labelled before costs nothing."""
    order, wanted = rng.permutation(ITEMS), np.argsort(-suspicion).tolist()
    done, reached, place = set(), 0, 0
    for audit in rng.random(PICKS) < 0.1:
        if audit:
            while reached < ITEMS and order[reached] in done:
                reached += 1
            done.add(order[reached])
        else:
            while wanted[place] in done:
                place += 1
            done.add(wanted[place])
    sample = order[: reached + 1]
    return estimate(truth[sample], np.full(len(sample), len(sample) / ITEMS))


def telling(truth: np.ndarray, _suspicion: np.ndarray, rng: np.random.Generator) -> Estimate:
    """The parts audited more are those where the class is."""
    propensity = np.where(truth + 0.5 * rng.standard_normal(ITEMS) > 0.5, 0.2, 0.05)
    drawn = rng.random(ITEMS) < propensity
    return estimate(truth[drawn], propensity[drawn])


def unequal(truth: np.ndarray, _suspicion: np.ndarray, rng: np.random.Generator) -> Estimate:
    """Some parts of the pool (a new epoch, say) are audited four times as much."""
    propensity = np.where(np.arange(ITEMS) % 4 == 0, 0.2, 0.05)
    drawn = rng.random(ITEMS) < propensity
    return estimate(truth[drawn], propensity[drawn])


DESIGNS = {
    "all labelled items (naive)": naive,
    "slice by item": by_item,
    "slice by item, unequal chances": unequal,
    "the same, where the class is": telling,
    "audit picks": by_pick,
}

if __name__ == "__main__":
    main()
