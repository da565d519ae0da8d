"""How few judgements would the routing need if everybody's confusion matrix were known from the start?

The matrices come from all recorded answers and the truth, as for the information bound. What `adaptive` needs beyond this is the price
of learning about people on the way.
Run: python -m benchmarks.known_skills [--sets sentiment,face-sentiment,weather] [--seeds 5] [--data ../shared/data]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from active_learning.gain import information_gain
from active_learning.simulation.bound import known_confusion
from active_learning.simulation.campaign import Material, marks
from active_learning.simulation.replay import Protocol, replay
from active_learning.simulation.report import judgements_to
from active_learning.simulation.study import majority_targets
from annotator.consensus.files import read_labels, read_truth
from annotator.consensus.skills import expected_accuracy

BUDGET = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default="sentiment,face-sentiment,weather")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    asked = parser.parse_args()
    if not asked.data.is_dir():
        print(f"{asked.data} is not there; nothing is measured.")
        return
    for name in asked.sets.split(","):
        labels = read_labels(asked.data / name / "labels.csv")
        material = Material(labels, read_truth(asked.data / name / "truth.csv", labels))
        targets = majority_targets(labels, material.truth, np.random.default_rng(0))
        at = marks(labels, BUDGET)
        for protocol in Protocol:
            curves = [play(material, protocol, seed, at) for seed in range(asked.seeds)]
            mean = np.mean(curves, axis=0)
            reached = {k: judgements_to(at / labels.n_tasks, mean, value) for k, value in targets.items()}
            print(
                f"{name:16}{protocol:8}" + "".join(f"{k} {v or np.nan:5.2f}   " for k, v in reached.items()), flush=True
            )


def play(material: Material, protocol: Protocol, seed: int, at: np.ndarray) -> np.ndarray:
    labels, truth = material.labels, material.truth
    matrices = known_confusion(labels, truth)
    anybody = np.average(matrices, axis=0, weights=np.bincount(labels.worker, minlength=labels.n_workers))
    prevalence = np.bincount(truth[truth >= 0], minlength=labels.n_classes) / (truth >= 0).sum()
    posterior = np.tile(prevalence, (labels.n_tasks, 1))
    campaign, ties = replay(labels, protocol, np.random.default_rng([seed, 0])), np.random.default_rng([seed, 1])
    accuracy = np.empty(len(at))
    for mark, answers in enumerate(at):
        while campaign.given < answers:
            question = campaign.ask()
            matrix = anybody if question.person is None else matrices[question.person]
            gain = information_gain(posterior[question.candidates], matrix)
            item = int(question.candidates[ties.choice(np.flatnonzero(gain == gain.max()))])
            answer = campaign.answer(item)
            moved = posterior[item] * matrices[answer.person, :, answer.label]
            posterior[item] = moved / moved.sum()
        accuracy[mark] = expected_accuracy(posterior, truth)
    return accuracy


if __name__ == "__main__":
    main()
