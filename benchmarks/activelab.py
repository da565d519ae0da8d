"""cleanlab's own ActiveLab: does ours give its scores, and how many judgements does it need in the same replay, read out by its own consensus?

Scores: of every item, after so many answers by chance, without texts; each batch of the replay is what cleanlab scores lowest, once an item, and is as
large as our own refits are apart (5 %).
Run: python -m benchmarks.activelab [--sets sentiment,face-sentiment,weather] [--seeds 5] [--budget 3] [--data ../shared/data]
"""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from active_learning.arrays import FloatArray, IntArray
from active_learning.simulation.activelab import ActiveLab, shares_of_labels
from active_learning.simulation.belief import GROWTH, Belief
from active_learning.simulation.campaign import Material, play
from active_learning.simulation.policies import Policy
from active_learning.simulation.replay import Protocol, replay
from benchmarks._recorded import asked
from benchmarks.peers import FOLDER, peer_python

FIRST_BATCH = 64
ASKED_ALREADY = -1.0


class Cleanlab:
    """The peer's process: answers in, scores or classes out."""

    def __init__(self, folder: Path) -> None:
        self.given, self.result = folder / "given.npz", folder / "result.npy"
        command = [str(peer_python()), "-P", str(FOLDER / "_peer_activelab.py")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, task: str, belief: Belief) -> np.ndarray:
        assert self.process.stdin
        assert self.process.stdout
        item, person, label = belief.answers_from(0).T
        np.savez(self.given, item=item, person=person, label=label, model=shares_of_labels(belief))
        self.process.stdin.write(f"{task} {self.given} {self.result}\n")
        self.process.stdin.flush()
        if (said := self.process.stdout.readline()) != "ok\n":
            raise RuntimeError(f"cleanlab said {said!r}; what went wrong stands above")
        return np.load(self.result)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=10)


class Batches:
    """cleanlab's scores as a policy: asked anew when a batch is full."""

    def __init__(self, cleanlab: Cleanlab) -> None:
        self.cleanlab, self.due, self.taken = cleanlab, FIRST_BATCH, 0
        self.score: FloatArray | None = None

    def __call__(self, belief: Belief, candidates: IntArray, person: int | None) -> FloatArray:
        del person
        if belief.n_answers >= self.due:
            self.score = 1 - self.cleanlab("scores", belief)
            self.due, self.taken = int(belief.n_answers * (1 + GROWTH)) + 1, belief.n_answers
        if self.score is None:
            return -belief.counts[candidates].astype(np.float64)
        for item, _, _ in belief.answers_from(self.taken):
            self.score[item] = ASKED_ALREADY
        self.taken = belief.n_answers
        return self.score[candidates]


def policy(cleanlab: Cleanlab) -> Policy:
    def classes(belief: Belief) -> FloatArray:
        return np.eye(belief.n_classes)[cleanlab("consensus", belief)]

    return Policy("cleanlab", lambda: Batches(cleanlab), classes, learns=False)


def compared(material: Material, cleanlab: Cleanlab, answers_an_item: float) -> tuple[float, float]:
    """Return the largest difference of a score, and the rank correlation, after answers by chance."""
    labels = material.labels
    campaign = replay(labels, Protocol.PERSON, np.random.default_rng(0))
    belief, rng = Belief(labels, None, np.random.default_rng(0), learns=False), np.random.default_rng(1)
    while belief.n_answers < answers_an_item * labels.n_tasks:
        question = campaign.ask()
        assert question is not None
        belief.update(campaign.answer(int(rng.choice(question.candidates))))
    ours = ActiveLab().ensemble(belief, np.arange(labels.n_tasks)).max(axis=1)
    theirs = cleanlab("scores", belief)
    return float(np.abs(ours - theirs).max()), float(spearmanr(ours, theirs).statistic)


def main() -> None:
    sets, seeds = asked(__doc__, seeds=5)
    with tempfile.TemporaryDirectory() as folder, closing(Cleanlab(Path(folder))) as cleanlab:
        for found in sets:
            for depth in (1, 2, 3):
                gap, rank = compared(found.material, cleanlab, depth)
                told = f"difference {gap:.4f} at the most, ranks {rank:.3f}"
                print(f"{found.name:16}{depth} answers an item: {told}", flush=True)
            for protocol in Protocol:
                curves = [play(found.material, policy(cleanlab), protocol, seed, found.at) for seed in range(seeds)]
                print(f"{found.name:16}{protocol:8}{found.reached(curves)}", flush=True)


if __name__ == "__main__":
    main()
