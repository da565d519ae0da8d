"""What does the form by sampling give over the one by EM that the worker fits, when items have few answers?

So many answers an item at random from a recorded set; both forms are fitted to the same ones. Accuracy counts a tie as a fair draw; the
log loss says whether the posterior, on which stopping rests, is as sure as it is right. Last, the share of items that only the seed of
the draws puts below or above the risk that settles an item.
Run: python -m benchmarks.fitted_form [--sets sentiment,face-sentiment,weather] [--seeds 4] [--data ../shared/data]
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from active_learning.simulation.campaign import Material
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.sampled import SampledDawidSkene
from annotator.consensus.skills import expected_accuracy
from benchmarks._recorded import asked

ANSWERS = (1, 2, 3, 5)  # an item
RISK = 0.02  # `ANNOTATOR_RISK_THRESHOLD`
FORMS = {"hierarchical EM": HierarchicalDawidSkene, "ordinal EM": OrdinalDawidSkene, "sampled": SampledDawidSkene}


def main() -> None:
    sets, seeds = asked(__doc__, seeds=4)
    print("| set | answers an item | form | accuracy | log loss, nats | s a fit |\n|---|---|---|---|---|---|")
    wavering = []
    for found in sets:
        wavering += [f"{found.name}, {n} answers: {waver(found.material, n):.1%}" for n in (2, 3)]
        for answers in ANSWERS:
            for name, form in FORMS.items():
                rows = [measure(found.material, form, answers, seed) for seed in range(seeds)]
                accuracy, loss, seconds = np.mean(rows, axis=0)
                print(
                    f"| {found.name} | {answers} | {name} | {accuracy:.3f} | {loss:.3f} | {seconds:.2f} |", flush=True
                )
    print("settled by some of four seeds of the draws and not by others: " + "; ".join(wavering))


def measure(material: Material, form: Any, answers: int, seed: int) -> tuple[float, float, float]:
    labels, truth = some(material.labels, answers, seed), material.truth
    begin = time.process_time()
    p = form().fit(labels).posterior_
    seconds = time.process_time() - begin
    known = np.flatnonzero(truth >= 0)
    loss = -np.log(np.maximum(p[known, truth[known]], 1e-6)).mean()
    return expected_accuracy(p, truth), float(loss), seconds


def waver(material: Material, answers: int) -> float:
    labels = some(material.labels, answers, 0)
    settled = [SampledDawidSkene(seed=seed).fit(labels).posterior_.max(axis=1) >= 1 - RISK for seed in range(4)]
    return float((np.any(settled, axis=0) & ~np.all(settled, axis=0)).mean())


def some(labels: LabelMatrix, answers: int, seed: int) -> LabelMatrix:
    """Return so many answers of each item, by chance."""
    order = np.lexsort((np.random.default_rng(seed).random(labels.n_labels), labels.task))
    first = np.searchsorted(labels.task[order], labels.task[order])
    kept = order[np.arange(len(order)) - first < answers]
    sizes: Any = {"n_tasks": labels.n_tasks, "n_workers": labels.n_workers, "n_classes": labels.n_classes}
    return LabelMatrix.from_codes(labels.task[kept], labels.worker[kept], labels.label[kept], **sizes)


if __name__ == "__main__":
    main()
