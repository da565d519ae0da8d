"""How few judgements are needed with a prior about crowds that was learned on the other recorded sets, never on the set itself?

Taken from the others, where answers and truth are known: how right people are, how their abilities are spread (any shape, so a crowd
of good and poor people too), how far they keep to the common matrix. Held against the set's own answers as the campaign goes on, and
moved by them. The orders are those of `known_crowd`, whose crowd is taken from the set itself.
Run: python -m benchmarks.other_crowds [--sets sentiment,face-sentiment,weather] [--seeds 4] [--data ../shared/data]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from active_learning.simulation.campaign import Material
from active_learning.simulation.replay import Protocol
from annotator.consensus.gibbs import count, sweep
from annotator.consensus.grouping import group_by_task
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from benchmarks._recorded import asked
from benchmarks.known_crowd import ABILITIES, BURN_IN, SWEEPS, Crowd, People, ability_shares, play

POOL_EVERY, OTHERS, IMAGINED, STEPS = 4, 20.0, 50.0, 100


@dataclass(frozen=True)
class Found:
    """What one set tells about crowds: the mean log-odds of being right, the strength, and the shares of abilities around that mean."""

    level: float
    strength: float
    share: np.ndarray

    @classmethod
    def of(cls, material: Material) -> Found:
        labels, truth = material.labels, material.truth
        z = np.where(truth >= 0, truth, HierarchicalDawidSkene().fit(labels).posterior_.argmax(axis=1))
        counts = np.zeros((labels.n_workers, labels.n_classes, labels.n_classes))
        np.add.at(counts, (labels.worker, labels.label, z[labels.task]), 1)
        first = people = People.unknown(labels.n_classes)
        for _ in range(STEPS):
            people = people.updated(counts, first)
        mean = float(people.share @ ABILITIES)
        centred = np.interp(ABILITIES, ABILITIES - mean, people.share, left=0, right=0)
        return cls(float(people.level.mean()) + mean, people.strength, centred / centred.sum())


@dataclass(frozen=True)
class Transferred(Crowd):
    """A crowd that is thought to be like the others', until its answers say otherwise."""

    first: People

    @classmethod
    def from_others(cls, others: list[Found], n_classes: int) -> Transferred:
        first = People(
            np.full(n_classes, np.mean([one.level for one in others])),
            People.unknown(n_classes).errors,
            float(np.exp(np.mean([np.log(one.strength) for one in others]))),
            np.mean([one.share for one in others], axis=0) * 0.95 + 0.05 / len(ABILITIES),
        )
        return cls(first.table, np.log(first.share), np.full(n_classes, 1 / n_classes), first)

    def believe(self, labels: LabelMatrix) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([0, labels.n_labels])
        n, k, people = labels.n_tasks, labels.n_classes, labels.n_workers
        tasks = group_by_task(labels)
        labelled = np.diff(tasks[0]) > 0
        votes = np.zeros((n, k))
        np.add.at(votes, (labels.task, labels.label), 1)
        z = (votes + rng.random(votes.shape) / 2).argmax(axis=1)
        counts, kept, rows = np.empty((people * k, k)), np.zeros((n, k)), np.zeros((people, k, k))
        count(tasks, z, 1, counts)
        weights, now, prevalence = (np.bincount(z[labelled], minlength=k) + IMAGINED)[None], self.first, np.zeros(k)
        for number in range(SWEEPS):
            cube = counts.reshape(people, k, k)
            p = ability_shares(cube, now.table, np.log(now.share))
            drawn = (p.cumsum(axis=1) < rng.random((people, 1))).sum(axis=1).clip(0, len(ABILITIES) - 1)
            mine = now.table[drawn]
            keep = number >= BURN_IN
            pseudo = np.ascontiguousarray(mine).reshape(people * k, k)
            sweep(tasks, (z, counts), pseudo, weights, rng.random(n), kept if keep else np.empty((0, k)))
            if keep:
                row = counts.reshape(people, k, k) + mine
                rows += row / row.sum(axis=1, keepdims=True)
                prevalence += np.bincount(z[labelled], minlength=k) + IMAGINED
            if number % POOL_EVERY == POOL_EVERY - 1:
                now = now.updated(counts.reshape(people, k, k), self.first, people=OTHERS, free=False)
        q = np.maximum(np.where(labelled[:, None], kept / (SWEEPS - BURN_IN), prevalence / prevalence.sum()), 1e-6)
        return q / q.sum(axis=1, keepdims=True), (rows / (SWEEPS - BURN_IN)).swapaxes(1, 2)


def main() -> None:
    sets, seeds = asked(__doc__, seeds=4)
    known = {one.name: one for one in sets}
    found = {name: Found.of(one.material) for name, one in known.items()}
    for name, one in known.items():
        others = [what for other, what in found.items() if other != name]
        crowd = Transferred.from_others(others, one.material.labels.n_classes)
        for protocol in Protocol:
            for order in ("information", "value"):
                curves = [play(one.material, crowd, protocol, order, seed, one.at) for seed in range(seeds)]
                print(f"{name:16}{protocol:8}{order:13}{one.reached(curves)}", flush=True)


if __name__ == "__main__":
    main()
