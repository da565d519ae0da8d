"""All of agreement in one report: the whole, each annotator, each pair, each class, and slices by other columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import krippendorff_alpha
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.observed import fleiss_kappa, percent_agreement, positive_agreement
from annotator.consensus.pairwise import pairwise
from annotator.consensus.slices import alpha_by_slice, alpha_by_worker

MAX_PAIRED_RATERS = 50
"""Pairs are reported up to this many raters: beyond it nobody reads the matrix, and its intervals take minutes."""


def agreement_report(
    labels: LabelMatrix,
    *,
    level: str,
    bootstrap: int,
    confidence: float,
    seed: int,
    slices: Mapping[str, tuple[NDArray[Any], NDArray[np.integer]]],
) -> dict[str, Any]:
    """Return plain JSON values; `slices` gives, by column, the names of the groups and each label's group.

    Top-level `alpha`, `low`, `high` and what they rest on are those of all labels. Each measure draws its own items from
    `seed`. Raises `InputError` as the measures do.
    """
    labels.require_unique()

    def options() -> dict[str, Any]:
        return {"bootstrap": bootstrap, "confidence": confidence, "rng": np.random.default_rng(seed)}

    alpha = krippendorff_alpha(labels, level=level, **options()).to_json()
    classes = [str(name) for name in labels.classes.tolist()]
    workers = alpha_by_worker(labels, level=level, **options())
    return {
        "level": level,
        "alpha": alpha.pop("value"),
        **alpha,
        "bootstrap": bootstrap,
        "confidence": confidence,
        "seed": seed,
        "percent_agreement": percent_agreement(labels, **options()).to_json(),
        "fleiss_kappa": fleiss_kappa(labels, **options()).to_json(),
        "positive_agreement": {
            name: positive_agreement(labels, code, **options()).to_json() for code, name in enumerate(classes)
        },
        "workers": {str(name): one.to_json() for name, one in zip(labels.workers.tolist(), workers, strict=True)},
        "pairs": _pairs(labels, level, options()),
        "slices": {
            column: {
                str(name): one.to_json()
                for name, one in zip(
                    names.tolist(), alpha_by_slice(labels, group, len(names), level=level, **options()), strict=True
                )
            }
            for column, (names, group) in slices.items()
        },
    }


def _pairs(labels: LabelMatrix, level: str, options: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return Cohen's kappa of each two raters who share an item: weighted by squared distance unless nominal."""
    if labels.n_workers > MAX_PAIRED_RATERS:
        return None
    found = pairwise(labels)
    weights = "none" if level == "nominal" else "quadratic"
    names = [str(name) for name in labels.workers.tolist()]
    return [
        {"workers": [names[a], names[b]], **found.agreement(int(a), int(b), weights=weights, **options).to_json()}
        for a, b in np.argwhere(np.triu(found.shared > 0, k=1))
    ]
