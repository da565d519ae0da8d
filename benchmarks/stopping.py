"""Forecasts scored against what then happened: campaigns played to the end, asked along the way how much is left.

People have unknown skills; the service knows them from their answers to some items of known class, and so does the forecast.
Items start from a classifier's calibrated probability. Every item is asked about in random order until settled.
Run: python -m benchmarks.stopping [--campaigns 200]
"""

from __future__ import annotations

import argparse

import numpy as np

from active_learning.stopping import Rule, forecast

ITEMS, PEOPLE, CLASSES, KNOWN = 600, 25, 3, 30
MARKS = (0.0, 0.25, 0.5, 0.75)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=200)
    asked = parser.parse_args()
    rows = [campaign(np.random.default_rng(seed)) for seed in range(asked.campaigns)]
    print(
        f"{asked.campaigns} campaigns of {ITEMS} items, {PEOPLE} people, {KNOWN} answers of known class each; 90 % intervals"
    )
    print(f"{'done':>6}{'left':>8}{'forecast':>10}{'error':>8}{'interval':>10}{'coverage':>10}")
    for place, mark in enumerate(MARKS):
        at = np.array([row[place] for row in rows])
        left, mean, low, high = at.T
        error, inside = np.abs(mean / left - 1).mean(), ((low <= left) & (left <= high)).mean()
        width = ((high - low) / left).mean()
        print(f"{mark:6.0%}{left.mean():8.0f}{mean.mean():10.0f}{error:8.1%}{f'±{width / 2:.1%}':>10}{inside:10.1%}")


def campaign(rng: np.random.Generator) -> list[tuple[float, float, float, float]]:
    rule = Rule(0.05, 1, 6)
    pooled = np.where(np.eye(CLASSES, dtype=bool), 8.0, 3.0 / (CLASSES - 1))  # what a hierarchical fit would know
    skill = rng.beta(8, 3, PEOPLE)
    truly = np.where(np.eye(CLASSES, dtype=bool), skill[:, None, None], ((1 - skill) / (CLASSES - 1))[:, None, None])
    dirichlet = pooled + np.stack([tests(one, rng) for one in truly])
    believed = dirichlet / dirichlet.sum(axis=2, keepdims=True)
    posterior = rng.dirichlet(np.full(CLASSES, 0.8), ITEMS)
    truth = np.array([rng.choice(CLASSES, p=row) for row in posterior])
    answers, states, total = np.zeros(ITEMS, dtype=int), [], 0
    order = rng.permutation(ITEMS)
    states.append((posterior.copy(), answers.copy(), 0))
    for done, item in enumerate(order):
        while not rule.settled(posterior[[item]], answers[[item]])[0]:
            person = rng.integers(PEOPLE)
            answer = rng.choice(CLASSES, p=truly[person, truth[item]])
            moved = posterior[item] * believed[person, :, answer]
            posterior[item], answers[item], total = moved / moved.sum(), answers[item] + 1, total + 1
        if (done + 1) / ITEMS in MARKS:
            states.append((posterior.copy(), answers.copy(), total))
    found = []
    for p, counts, spent in states:
        seen = forecast(p, counts, dirichlet, rule, rng=rng, plays=100)
        found.append((total - spent, seen.judgements, seen.low, seen.high))
    return found


def tests(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Counts of a person's answers to items of known class."""
    return np.stack([rng.multinomial(KNOWN // CLASSES, row) for row in matrix]).astype(float)


if __name__ == "__main__":
    main()
