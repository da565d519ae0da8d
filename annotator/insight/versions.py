"""Agreement split by the guideline version that answers were given under: the whole, and each version by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotator.consensus.agreement import NO_PAIR, Agreement
from annotator.consensus.slices import alpha_by_slice
from annotator.domain.schema import Schema
from annotator.insight.agreement import BOOTSTRAP, SEED
from annotator.insight.labels import LabelTable
from annotator.storage import annotation_log
from annotator.storage.database import Database


@dataclass(frozen=True, slots=True)
class VersionAgreement:
    """Agreement on the rating among answers under one version."""

    version: str
    answers: int
    agreement: Agreement


def agreement_by_version(database: Database, schema: Schema, project_id: str) -> list[VersionAgreement]:
    """Return one row a version that answers were given under, oldest version first.

    Only pairs of answers under the same version count, so that a change of the guideline is not mistaken for disagreement.
    """
    with database.frozen() as session:
        columns, versions = (
            annotation_log.label_columns(session, project_id),
            annotation_log.versions(session, project_id),
        )
    names = sorted(set(versions), key=_order)
    if not names:
        return []
    table = LabelTable.of(schema, *columns)
    codes = np.array([names.index(version) for version in versions], dtype=np.intp)
    labels = table.matrix(schema.rating)
    nothing = Agreement(None, None, None, 0, 0, 0, NO_PAIR)
    found = [nothing] * len(names)
    if labels is not None:
        given = table.codes[table.specs.index(schema.rating)] >= 0
        rng, level = np.random.default_rng(SEED), schema.rating.level.value
        found = alpha_by_slice(labels, codes[given], len(names), level=level, bootstrap=BOOTSTRAP, rng=rng)
    counts = np.bincount(codes, minlength=len(names))
    return [VersionAgreement(*row) for row in zip(names, map(int, counts), found, strict=True)]


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
