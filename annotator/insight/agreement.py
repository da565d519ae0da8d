"""Agreement of the stored answers, a row a label of the guideline: alpha, its interval, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import NO_PAIR, Agreement, krippendorff_alpha
from annotator.consensus.labels import LabelMatrix
from annotator.domain.schema import LabelSpec, Level, Schema
from annotator.storage.annotation_log import LabelRow

MINIMUM_ITEMS = 20
"""Under so many items agreement is shown pale: read nothing into it yet."""

BOOTSTRAP = 1_000
SEED = 20_260_101

Codes = NDArray[np.int32]
"""A code an answer, -1 where missing."""


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Agreement of one label. `cannot_tell` is the share of its answers that are missing; ratings only."""

    spec: LabelSpec
    title: str
    agreement: Agreement
    cannot_tell: float | None


def agreement_by_label(schema: Schema, rows: Sequence[LabelRow]) -> list[LabelAgreement]:
    """Return one row a label, in the guideline's order; the same rows give the same intervals."""
    items = _numbered(item for item, _, _ in rows)
    people = _numbered(person for _, person, _ in rows)
    codes = _codes(schema.labels, rows)
    titles = _titles(schema)
    return [_one(spec, titles[spec.name], items, people, codes[:, place]) for place, spec in enumerate(schema.labels)]


def _numbered(names: Iterable[str]) -> Codes:
    index: dict[str, int] = {}
    return np.fromiter((index.setdefault(name, len(index)) for name in names), dtype=np.int32)


def _codes(specs: Sequence[LabelSpec], rows: Sequence[LabelRow]) -> Codes:
    """Return the code of every answer to every label, shape (n_rows, n_labels), -1 where missing.

    Most answers are alike in most labels, so distinct ones are coded once.
    """
    names = [spec.name for spec in specs]
    distinct: dict[tuple[str | None, ...], int] = {}
    which = np.fromiter(
        (distinct.setdefault(tuple(map(labels.get, names)), len(distinct)) for _, _, labels in rows), dtype=np.int32
    )
    index = [{value: code for code, value in enumerate(spec.values)} for spec in specs]
    table = [[index[place].get(value or "", -1) for place, value in enumerate(answer)] for answer in distinct]
    return np.array(table, dtype=np.int32).reshape(-1, len(specs))[which]


def _one(spec: LabelSpec, title: str, items: Codes, people: Codes, values: Codes) -> LabelAgreement:
    given = values >= 0
    missing = float(1 - given.mean()) if spec.level is Level.ORDINAL and len(values) else None
    if not given.any():
        return LabelAgreement(spec, title, Agreement(None, None, None, 0, 0, 0, NO_PAIR), missing)
    labels = LabelMatrix.from_codes(items[given], people[given], values[given], n_classes=len(spec.values))
    rng = np.random.default_rng(SEED)
    agreement = krippendorff_alpha(labels, level=spec.level.value, bootstrap=BOOTSTRAP, rng=rng)
    return LabelAgreement(spec, title, agreement, missing)


def _titles(schema: Schema) -> dict[str, str]:
    titles = {choice.value: choice.title for question in schema.questions for choice in question.choices}
    return titles | {question.id: question.title for question in schema.questions}
