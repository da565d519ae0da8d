"""Agreement of the stored answers, a row a label of the guideline: alpha, its interval, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotator.consensus.agreement import NO_PAIR, Agreement, krippendorff_alpha
from annotator.domain.schema import LabelSpec, Schema
from annotator.insight.labels import LabelTable, titles

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


def agreement_by_label(schema: Schema, table: LabelTable) -> list[LabelAgreement]:
    """Return one row a label, in the guideline's order; the same answers give the same intervals."""
    named = titles(schema)
    return [_one(spec, named[spec.name], table) for spec in schema.labels]


def _one(spec: LabelSpec, title: str, table: LabelTable) -> LabelAgreement:
    labels = table.matrix(spec)
    n_labels = labels.n_labels if labels is not None else 0
    missing = 1 - n_labels / table.n_answers if spec.is_rating and table.n_answers else None
    if labels is None:
        return LabelAgreement(spec, title, Agreement(None, None, None, 0, 0, 0, NO_PAIR), missing)
    rng = np.random.default_rng(SEED)
    agreement = krippendorff_alpha(labels, level=spec.level.value, bootstrap=BOOTSTRAP, rng=rng)
    return LabelAgreement(spec, title, agreement, missing)
