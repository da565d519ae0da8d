"""How few judgements would the routing need if everybody's confusion matrix were known from the start?

The matrices come from all recorded answers and the truth, as for the information bound. What `adaptive` needs beyond this is the price
of learning about people on the way.
Run: python -m benchmarks.known_skills [--sets sentiment,face-sentiment,weather] [--seeds 5] [--data ../shared/data]
"""

from __future__ import annotations

import numpy as np

from active_learning.gain import information_gain
from active_learning.simulation.bound import known_confusion
from active_learning.simulation.campaign import Material
from active_learning.simulation.replay import Protocol, replay
from annotator.consensus.skills import expected_accuracy
from benchmarks._recorded import asked


def main() -> None:
    sets, seeds = asked(__doc__, seeds=5)
    for found in sets:
        for protocol in Protocol:
            curves = [play(found.material, protocol, seed, found.at) for seed in range(seeds)]
            print(f"{found.name:16}{protocol:8}{found.reached(curves)}", flush=True)


def play(
    material: Material, protocol: Protocol, seed: int, at: np.ndarray, begin: np.ndarray | None = None
) -> np.ndarray:
    """Return the accuracy at each mark; `begin` (n, K) is what is thought of each item before any answer, else the prevalence."""
    labels, truth = material.labels, material.truth
    matrices = known_confusion(labels, truth)
    anybody = np.average(matrices, axis=0, weights=np.bincount(labels.worker, minlength=labels.n_workers))
    prevalence = np.bincount(truth[truth >= 0], minlength=labels.n_classes) / (truth >= 0).sum()
    posterior = np.tile(prevalence, (labels.n_tasks, 1)) if begin is None else begin.copy()
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
