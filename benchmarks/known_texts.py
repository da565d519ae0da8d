"""How few judgements would the routing need on texts if the classifier had learned from the truth, and everybody were known, from the start?

The classifier is the cross-fitted one that the information bound counts, at several strengths (`C`, the inverse of its regularisation): a better
one lowers what is needed and the bound alike. What `adaptive` needs beyond this is the price of learning on the way.
Run: python -m benchmarks.known_texts [--strengths 1,4] [--seeds 3] [--data ../shared/data]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from active_learning.simulation.bound import information_bound
from active_learning.simulation.campaign import marks
from active_learning.simulation.crowd import Crowd
from active_learning.simulation.inputs import read_material
from active_learning.simulation.replay import Protocol
from active_learning.simulation.report import judgements_to
from active_learning.simulation.study import majority_targets
from active_learning.simulation.texts import TextPrior
from benchmarks.known_skills import play

BUDGET = 2.0  # judgements an item
TARGET = "majority@5"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strengths", default="1,4")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    asked = parser.parse_args()
    folder = asked.data / "movie-sentences"
    if not folder.is_dir():
        print(f"{folder} is not there; nothing is measured.")
        return
    material = read_material(folder / "truth.csv", None, folder / "items.csv", Crowd(), 0)
    labels, truth, texts = material.labels, material.truth, material.texts
    assert texts is not None
    goal = majority_targets(labels, truth, np.random.default_rng(0))[TARGET]
    at = marks(labels, BUDGET)
    for strength in (float(one) for one in asked.strengths.split(",")):
        taught = TextPrior(texts.rows, labels.n_classes, strength=strength)
        bound = information_bound(labels, truth, taught, np.random.default_rng(0))
        everything = np.ones(labels.n_tasks, dtype=np.int64)
        begin = taught.fit(np.eye(labels.n_classes)[truth], everything, np.random.default_rng(0))
        for protocol in Protocol:
            curves = [play(material, protocol, seed, at, begin) for seed in range(asked.seeds)]
            needed = judgements_to(at / labels.n_tasks, np.mean(curves, axis=0), goal)
            least = bound.judgements(goal)
            said = "not reached" if needed is None else f"{needed:.2f}, {needed / least:.2f} x the bound"
            print(f"C {strength:g}: {bound.text_bits:.3f} bits, bound {least:.2f}; {protocol:8}{said}", flush=True)


if __name__ == "__main__":
    main()
