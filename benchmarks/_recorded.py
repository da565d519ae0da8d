"""The recorded crowd labels that benchmarks of the routing replay: which sets, how many seeds, what is to be reached, when it was."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from active_learning.simulation.campaign import Material, marks
from active_learning.simulation.report import judgements_to
from active_learning.simulation.study import majority_targets
from annotator.consensus.files import read_labels, read_truth

BUDGET = 3.0  # judgements an item


@dataclass(frozen=True)
class Recorded:
    """A set; `at` are the numbers of answers at which its curve is looked at."""

    name: str
    material: Material
    targets: dict[str, float]
    at: np.ndarray

    def reached(self, curves: list[np.ndarray]) -> str:
        """Return how many judgements an item each target took, by the mean of the seeds' curves."""
        labels, mean = self.material.labels, np.mean(curves, axis=0)
        found = {key: judgements_to(self.at / labels.n_tasks, mean, goal) for key, goal in self.targets.items()}
        return "".join(f"{key} {value or np.nan:5.2f}   " for key, value in found.items())


def asked(about: str | None, *, seeds: int) -> tuple[Iterator[Recorded], int]:
    """Return the sets that the command line asks for, and how many seeds; no set where the data are not there."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--sets", default="sentiment,face-sentiment,weather")
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--budget", type=float, default=BUDGET, help="judgements an item at the most")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    if not given.data.is_dir():
        print(f"{given.data} is not there; nothing is measured.")
        return iter(()), given.seeds
    return (_read(given.data, name, given.budget) for name in given.sets.split(",")), given.seeds


def _read(data: Path, name: str, budget: float) -> Recorded:
    labels = read_labels(data / name / "labels.csv")
    material = Material(labels, read_truth(data / name / "truth.csv", labels))
    targets = majority_targets(labels, material.truth, np.random.default_rng(0))
    return Recorded(name, material, targets, marks(labels, budget))
