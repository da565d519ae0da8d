"""A study: every policy with every seed, each campaign kept on disk as it ends, so that a study that was stopped goes on.

What a campaign's result depends on is hashed into its file; a file with another hash is made anew. How results are summed up lives in
`report`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from active_learning.arrays import FloatArray, IntArray
from active_learning.simulation.campaign import Material, marks, play
from active_learning.simulation.policies import Policy
from active_learning.simulation.replay import Protocol
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.skills import expected_accuracy

VERSION = 1
"""Goes up when a policy or the measurement changes, so that old results are not taken for new ones."""

FOLDS = (3, 5)
_DRAWS = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played: `budget` in judgements an item at the most, seeds `first_seed` and on."""

    policies: Sequence[Policy]
    protocol: Protocol
    seeds: int = 5
    first_seed: int = 0
    budget: float = 6.0

    def all_seeds(self) -> range:
        return range(self.first_seed, self.first_seed + self.seeds)


def run(
    material: Material, plan: Plan, folder: Path, told: Callable[[int], None] = lambda _: None
) -> dict[str, FloatArray]:
    """Return the accuracy of each policy at each mark, shape (seeds, marks), from disk where it was played before.

    `told` hears of answers played or found, as they come; in all `work(material, plan)`.
    """
    at = marks(material.labels, plan.budget)
    folder.mkdir(parents=True, exist_ok=True)
    content = _content(material)
    found: dict[str, FloatArray] = {}
    for policy in plan.policies:
        curves = []
        for seed in plan.all_seeds():
            key = _key(content, plan, policy, seed, at)
            path = folder / f"{policy.name}-{plan.protocol}-{seed}.json"
            accuracy = _kept(path, key)
            if accuracy is None:
                accuracy = play(material, policy, plan.protocol, seed, at, told)
                _keep(path, key, accuracy)
            else:
                told(int(at[-1]))
            curves.append(accuracy)
        found[policy.name] = np.stack(curves)
    return found


def work(material: Material, plan: Plan) -> int:
    """Return how many answers a study plays."""
    return int(marks(material.labels, plan.budget)[-1]) * len(plan.policies) * plan.seeds


def majority_targets(labels: LabelMatrix, truth: IntArray, rng: np.random.Generator) -> dict[str, float]:
    """Return the accuracy of k-fold majority, by name: the mean over draws of k answers an item (all of those with fewer).

    A tie counts as a fair draw among the tied classes.
    """
    return {f"majority@{k}": float(np.mean([_drawn(labels, truth, k, rng) for _ in range(_DRAWS)])) for k in FOLDS}


def _drawn(labels: LabelMatrix, truth: IntArray, k: int, rng: np.random.Generator) -> float:
    order = np.lexsort((rng.random(labels.n_labels), labels.task))
    task = labels.task[order]
    rank = np.arange(len(task)) - np.searchsorted(task, task)
    rows = order[rank < k]
    votes = np.zeros((labels.n_tasks, labels.n_classes))
    np.add.at(votes, (labels.task[rows], labels.label[rows]), 1)
    return expected_accuracy(votes, truth)


def _content(material: Material) -> bytes:
    labels, digest = material.labels, hashlib.sha256()
    parts: list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = [labels.task, labels.worker, labels.label]
    parts.append(material.truth)
    if material.texts is not None:
        rows = material.texts.rows
        parts += [rows.data, rows.indices, rows.indptr]
    for part in parts:
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.digest()


def _key(content: bytes, plan: Plan, policy: Policy, seed: int, at: IntArray) -> str:
    said = json.dumps([VERSION, policy.name, str(plan.protocol), seed, at.tolist()])
    return hashlib.sha256(content + said.encode()).hexdigest()


def _kept(path: Path, key: str) -> FloatArray | None:
    """Return what the file holds; None where there is none, or where it is torn or of other inputs."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return np.array(kept["accuracy"]) if isinstance(kept, dict) and kept.get("key") == key else None


def _keep(path: Path, key: str, accuracy: FloatArray) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"key": key, "accuracy": accuracy.tolist()}), encoding="utf-8")
    part.replace(path)
