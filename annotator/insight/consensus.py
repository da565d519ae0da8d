"""The refit: all answers of a project at once, the rating by the ordinal form and the indicators as one batch.

Between refits each answer moves its item's posterior by itself (`dispensing.posterior`). A refit never overwrites an item that
has been answered since it began. Only labels go in: skips, flags, breaks and "cannot tell" move nobody's skill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from annotator.consensus.em import ExpectationMaximisation
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.skills import Skills
from annotator.domain.schema import LabelSpec, Schema
from annotator.storage import annotation_log, audit, consensus
from annotator.storage.annotation_log import LabelRow
from annotator.storage.consensus import ItemConsensus
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.storage.tables_consensus import ConsensusFit, Skill

FIRST = 64
GROWTH = 0.15
LONGEST = timedelta(hours=1)
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Fitted:
    """One label's model with the matrix it was fitted to."""

    spec: LabelSpec
    labels: LabelMatrix
    model: ExpectationMaximisation


def refit_if_due(database: Database, project: Project, schema: Schema, now: datetime) -> bool:
    """Refit when the answers have grown by 15 %, or have changed at all and an hour has passed."""
    with database.reading() as session:
        answers = consensus.count_answers(session, project.id)
        last = consensus.newest_fit(session, project.id, schema.rating.name)
    if last is None:
        due = answers >= FIRST
    else:
        grown = answers >= last.n_answers * (1 + GROWTH)
        due = answers != last.n_answers and (grown or now - last.fitted_at >= LONGEST)
    return due and refit(database, project, schema, now)


def refit(database: Database, project: Project, schema: Schema, now: datetime) -> bool:
    """Fit everything anew and store skills and posteriors; False where the answers cannot teach anything yet."""
    with database.reading() as session:
        rows = annotation_log.label_rows(session, project.id)
    fitted = fit_all(schema, rows)
    rating = fitted.get(schema.rating.name)
    if rating is None:
        return False
    with database.writing() as session:
        for one in fitted.values():
            row = _fit_row(project, one, len(rows), now)
            session.add(row)
            session.flush()
            consensus.replace_skills(session, one.spec.name, _skills(row.id, one))
        audit.record(session, now, audit.SERVICE, "consensus.refitted", project.id, answers=len(rows))
    found = _by_item(schema, rows, fitted)
    for begin in range(0, len(found), _BATCH):
        with database.writing() as session:
            consensus.set_consensus(session, found[begin : begin + _BATCH])
    return True


def fit_all(schema: Schema, rows: Sequence[LabelRow]) -> dict[str, Fitted]:
    """Return the fit of every label that at least two people have given, by name."""
    matrices = {spec.name: matrix for spec in schema.labels if (matrix := _matrix(spec, rows)) is not None}
    specs = {spec.name: spec for spec in schema.labels}
    fitted: dict[str, Fitted] = {}
    rating = schema.rating.name
    if rating in matrices:
        fitted[rating] = Fitted(specs[rating], matrices[rating], OrdinalDawidSkene().fit(matrices[rating]))
    by_shape: dict[int, dict[str, LabelMatrix]] = {}
    for name, matrix in matrices.items():
        if name != rating:
            by_shape.setdefault(matrix.n_classes, {})[name] = matrix
    for batch in by_shape.values():
        for name, model in HierarchicalDawidSkene().fit_batch(batch).items():
            fitted[name] = Fitted(specs[name], batch[name], model)
    return fitted


def drift_from_refit(database: Database, project: Project, schema: Schema) -> float:
    """Return how far any stored rating posterior lies from that of a fit from scratch; 0 right after a refit."""
    with database.reading() as session:
        rows = annotation_log.label_rows(session, project.id)
        stored = consensus.stored(session, project.id)
    rating = fit_all(schema, rows).get(schema.rating.name)
    if rating is None:
        return 0.0
    fresh = dict(zip(rating.labels.tasks.tolist(), rating.model.posterior_, strict=True))
    return max((float(np.abs(np.array(stored[item]) - p).max()) for item, p in fresh.items()), default=0.0)


def _matrix(spec: LabelSpec, rows: Sequence[LabelRow]) -> LabelMatrix | None:
    given = [(item, person, value) for item, person, labels in rows if (value := labels.get(spec.name)) is not None]
    if len({person for _, person, _ in given}) < 2:
        return None
    items, people, values = zip(*given, strict=True)
    return LabelMatrix.from_columns(list(items), list(people), list(values), classes=spec.values)


def _fit_row(project: Project, one: Fitted, answers: int, now: datetime) -> ConsensusFit:
    skills: Skills = one.model.skills_
    return ConsensusFit(
        project_id=project.id,
        label=one.spec.name,
        method=type(one.model).__name__,
        fitted_at=now,
        n_answers=answers,
        n_labels=one.labels.n_labels,
        n_items=one.labels.n_tasks,
        n_people=one.labels.n_workers,
        converged=bool(one.model.converged_),
        log_likelihood=float(one.model.log_likelihood_[-1]),
        model={**skills.to_json(), "workers": [], "confusion": []},
    )


def _skills(fit_id: str, one: Fitted) -> list[Skill]:
    """Return everybody's matrix with the accuracy it comes to over the prevalence of the classes."""
    skills: Skills = one.model.skills_
    low, high = one.model.confusion_interval()
    accuracy = [np.einsum("wkk,k->w", matrix, skills.prior) for matrix in (skills.confusion, low, high)]
    return [
        Skill(
            person_id=str(person),
            label=one.spec.name,
            fit_id=fit_id,
            confusion=skills.confusion[place].tolist(),
            effective_n=float(one.model.effective_n_[place].sum()),
            accuracy=float(accuracy[0][place]),
            low=float(accuracy[1][place]),
            high=float(accuracy[2][place]),
        )
        for place, person in enumerate(skills.workers)
    ]


def _by_item(schema: Schema, rows: Sequence[LabelRow], fitted: dict[str, Fitted]) -> list[ItemConsensus]:
    seen = Counter(item for item, _, _ in rows)
    tables = {
        name: dict(zip(one.labels.tasks.tolist(), np.round(one.model.posterior_, 6).tolist(), strict=True))
        for name, one in fitted.items()
    }
    ratings = dict(
        zip(
            fitted[schema.rating.name].labels.tasks.tolist(),
            fitted[schema.rating.name].model.posterior_.tolist(),
            strict=True,
        )
    )
    names = [name for name in tables if name != schema.rating.name]
    return [
        ItemConsensus(
            item_id=item,
            answered=count,
            posterior=ratings.get(item),
            indicators={name: tables[name][item] for name in names if item in tables[name]},
        )
        for item, count in seen.items()
    ]
