"""Agreement of the stored answers, a row a label of the guideline: alpha, its interval, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import Agreement, krippendorff_alpha_from_counts
from annotator.domain.schema import LabelSpec, Level, Schema
from annotator.storage.annotation_log import LabelRow

MINIMUM_ITEMS = 20
"""Under so many items agreement is shown pale: read nothing into it yet."""

BOOTSTRAP = 1_000
SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Agreement of one label. `cannot_tell` is the share of its answers that are missing; ratings only."""

    spec: LabelSpec
    title: str
    agreement: Agreement
    cannot_tell: float | None


def agreement_by_label(schema: Schema, rows: Sequence[LabelRow]) -> list[LabelAgreement]:
    """Return one row a label, in the guideline's order; the same rows give the same intervals."""
    item_index: dict[str, int] = {}
    codes = np.array([item_index.setdefault(item, len(item_index)) for item, _, _ in rows], dtype=np.int64)
    titles = _titles(schema)
    return [_one(spec, titles[spec.name], codes, len(item_index), rows) for spec in schema.labels]


def _one(
    spec: LabelSpec, title: str, items: NDArray[np.int64], n_items: int, rows: Sequence[LabelRow]
) -> LabelAgreement:
    index = {value: code for code, value in enumerate(spec.values)}
    values = np.array([index.get(labels.get(spec.name) or "", -1) for _, _, labels in rows], dtype=np.int64)
    given = values >= 0
    counts = np.zeros((n_items, len(spec.values)), dtype=np.int64)
    np.add.at(counts, (items[given], values[given]), 1)
    agreement = krippendorff_alpha_from_counts(
        counts, level=spec.level.value, bootstrap=BOOTSTRAP, rng=np.random.default_rng(SEED)
    )
    missing = float(1 - given.mean()) if spec.level is Level.ORDINAL and len(rows) else None
    return LabelAgreement(spec, title, agreement, missing)


def _titles(schema: Schema) -> dict[str, str]:
    titles = {choice.value: choice.title for question in schema.questions for choice in question.choices}
    return titles | {question.id: question.title for question in schema.questions}
