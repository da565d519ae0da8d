"""The refit: all answers of a project at once, the rating by itself (in the ordinal form where it is a scale), the rest as batches.

Between refits each answer brings its item's posterior up to date by itself (`dispensing.posterior`), and so does a refit for items
that were answered while it ran. Only labels go in: skips, flags, breaks and "cannot tell" move nobody's skill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from annotator.consensus.accuracy import expected_accuracy_of_workers
from annotator.consensus.em import ExpectationMaximisation
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.skills import FloatArray, Skills
from annotator.dispensing.posterior import gains, skills_of, update_posterior
from annotator.domain.ids import id_after
from annotator.domain.schema import LabelSpec, Schema
from annotator.insight.labels import LabelTable
from annotator.storage import annotation_log, audit, consensus, learning
from annotator.storage.batches import batches, writing_in_turn
from annotator.storage.consensus import Evidence, ItemConsensus
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.storage.tables_consensus import ConsensusFit, Skill

FIRST = 64
GROWTH = 0.15
LONGEST = timedelta(hours=1)
CLASSIFIER = "classifier"
"""Under this name a fit keeps the id of the model that was in use when it was made."""
_DIGITS = 6
_TOLERANCE = 1e-5  # as in `StreamingConsensus`


@dataclass(frozen=True, slots=True)
class Fitted:
    """One label's model with the matrix it was fitted to."""

    spec: LabelSpec
    labels: LabelMatrix
    model: ExpectationMaximisation

    @property
    def given(self) -> NDArray[np.bool_]:
        """Whether anybody gave the label to the item, shape (n_items,)."""
        return np.bincount(self.labels.task, minlength=self.labels.n_tasks) > 0


@dataclass(frozen=True, slots=True)
class Said:
    """What the classifier in use says of items, (K,) each by item id; `usable` as a prior or not."""

    model_id: str | None
    usable: bool
    probability: Mapping[str, list[float]]

    @classmethod
    def read(cls, session: Session, project_id: str) -> Self:
        standing = learning.standing(session, project_id)
        if standing is None:
            return cls(None, usable=False, probability={})
        return cls(standing.model_id, standing.usable, learning.predictions(session, project_id))

    def prior(self, items: Sequence[str]) -> FloatArray | None:
        """Return the prior of items, (n, K); one that is not scored yet has the mean of all. None where there is none."""
        if not (self.usable and self.probability):
            return None
        mean = np.mean(list(self.probability.values()), axis=0).tolist()
        return np.array([self.probability.get(item, mean) for item in items])


def refit_if_due(database: Database, project: Project, schema: Schema, now: datetime) -> bool:
    """Refit when the answers have grown by 15 %, have changed at all and an hour has passed, or some were withdrawn; and when a
    new model is in use.
    """
    with database.reading() as session:
        answers, _ = annotation_log.mark(session, project.id)
        last = consensus.newest_fit(session, project.id, schema.rating.name)
        standing = learning.standing(session, project.id)
        asked = consensus.refit_asked(session, project.id) or consensus.refit_open(session, project.id)
    if last is None:
        due = answers >= FIRST
    else:
        grown = answers >= last.n_answers * (1 + GROWTH)
        newer = standing is not None and standing.model_id != last.model.get(CLASSIFIER)
        recent = timedelta() <= now - last.fitted_at < LONGEST  # a clock that ran ahead has fitted in the future
        grown_old = answers != last.n_answers and (grown or not recent)
        due = asked or newer or grown_old
    return due and refit(database, project, schema, now)


def refit(database: Database, project: Project, schema: Schema, now: datetime) -> bool:
    """Fit everything anew and store skills and posteriors; False where the answers cannot teach anything yet.

    Skills are stored before items: an answer that comes in between uses them, and is seen when its item's turn comes. A refit
    that another has overtaken leaves the items to that one; one whose process ends in between is made again.
    """
    with database.writing() as session:
        consensus.refit_done(session, project.id)  # before reading: what is withdrawn meanwhile asks again
    with database.frozen() as session:
        table = LabelTable.read(session, schema, project.id)
        said = Said.read(session, project.id)
    fitted = fit_all(schema, table, said)
    if schema.rating.name not in fitted:
        return False
    newest = ""
    with database.writing() as session:
        consensus.lock_refits(session, project.id)
        for one in fitted.values():
            row = _fit_row(project, one, table.n_answers, said.model_id, now)
            before = consensus.newest_fit(session, project.id, one.spec.name)
            row.id = id_after(before.id if before is not None else None)  # the newest, whatever the clock says
            session.add(row)
            session.flush()
            consensus.replace_skills(session, project.id, one.spec.name, _skills(row, one))
            newest = row.id if one.spec == schema.rating else newest
        consensus.begin_refit(session, project.id, newest)
        audit.record(session, now, audit.SERVICE, "consensus.refitted", project.id, answers=table.n_answers)
    for batch in batches(_by_item(schema, table, fitted, said)):
        with writing_in_turn(database) as session:
            if not _is_newest(session, project, schema, newest):
                return False
            for item_id in consensus.set_consensus(session, batch):
                update_posterior(session, project.id, schema.rating, item_id)
    for unseen in batches(_not_seen(database, project, table)):
        with writing_in_turn(database) as session:
            if not _is_newest(session, project, schema, newest):
                return False
            consensus.lock_items(session, unseen)
            for item_id in unseen:
                update_posterior(session, project.id, schema.rating, item_id)
    with database.writing() as session:
        consensus.end_refit(session, project.id, newest)
    return True


def _is_newest(session: Session, project: Project, schema: Schema, fit_id: str) -> bool:
    fit = consensus.newest_fit(session, project.id, schema.rating.name)
    return fit is not None and fit.id == fit_id


def _not_seen(database: Database, project: Project, table: LabelTable) -> list[str]:
    """Return items that nobody had answered when the refit began to read, and that may have a first answer by now."""
    seen = set(table.items.tolist())
    with database.reading() as session:
        return [item_id for item_id in consensus.in_hand(session, project.id) if item_id not in seen]


def fit_all(schema: Schema, table: LabelTable, said: Said) -> dict[str, Fitted]:
    """Return the fit of every label that at least two people have given, by name: the rating's first."""
    matrices = {spec: matrix for spec in schema.labels if (matrix := table.matrix(spec)) is not None}
    learnable = {spec: matrix for spec, matrix in matrices.items() if np.ptp(matrix.worker)}
    fitted: dict[str, Fitted] = {}
    rating = schema.rating
    if rating in learnable:
        form = OrdinalDawidSkene if rating.is_scale else HierarchicalDawidSkene
        model = form(tol=_TOLERANCE).fit(learnable[rating], prior=said.prior(table.items.tolist()))
        fitted[rating.name] = Fitted(rating, learnable[rating], model)
    by_shape: dict[int, dict[str, LabelSpec]] = {}
    for spec in learnable:
        if spec != rating:
            by_shape.setdefault(len(spec.values), {})[spec.name] = spec
    for specs in by_shape.values():
        models = HierarchicalDawidSkene(tol=_TOLERANCE).fit_batch(
            {name: learnable[spec] for name, spec in specs.items()}
        )
        fitted |= {name: Fitted(specs[name], learnable[specs[name]], model) for name, model in models.items()}
    return fitted


def newest_skills(session: Session, project_id: str, spec: LabelSpec) -> Skills:
    """Return what the newest fit knows of everybody, or what is thought of anybody before the first."""
    fit = consensus.newest_fit(session, project_id, spec.name)
    known = (
        {}
        if fit is None
        else {person: row.confusion for person, row in consensus.skills_of(session, project_id, spec.name).items()}
    )
    return skills_of(Evidence([], fit.model if fit is not None else None, known), spec)


def drift_from_refit(database: Database, project: Project, schema: Schema) -> float:
    """Return how far any stored rating posterior lies from that of a fit from scratch: right after a refit, nowhere by more
    than `storage.consensus.MOVED`. An item whose posterior is missing, or should be, is as far off as can be.
    """
    with database.frozen() as session:
        table = LabelTable.read(session, schema, project.id)
        stored = consensus.stored(session, project.id)
        said = Said.read(session, project.id)
    rating = fit_all(schema, table, said).get(schema.rating.name)
    if rating is None:
        return 0.0
    fresh = {str(table.items[code]): rating.model.posterior_[code] for code in np.flatnonzero(rating.given)}
    if fresh.keys() - stored.keys():
        return 1.0
    return max((float(np.abs(np.array(stored[item]) - p).max()) for item, p in fresh.items()), default=0.0)


def _fit_row(project: Project, one: Fitted, answers: int, classifier: str | None, now: datetime) -> ConsensusFit:
    skills: Skills = one.model.skills_
    return ConsensusFit(
        project_id=project.id,
        label=one.spec.name,
        method=type(one.model).__name__,
        fitted_at=now,
        n_answers=answers,
        n_labels=one.labels.n_labels,
        n_items=int(one.given.sum()),
        n_people=len(np.unique(one.labels.worker)),
        converged=bool(one.model.converged_),
        log_likelihood=float(one.model.log_likelihood_[-1]),
        model={**skills.to_json(), "workers": [], "confusion": [], CLASSIFIER: classifier},
    )


def _skills(fit: ConsensusFit, one: Fitted) -> list[Skill]:
    """Return the matrix of everybody who gave the label, with the accuracy it comes to over the prevalence of the classes."""
    skills: Skills = one.model.skills_
    accuracy = expected_accuracy_of_workers(one.model.dirichlet_, skills.prior)
    return [
        Skill(
            person_id=str(skills.workers[place]),
            project_id=fit.project_id,
            label=fit.label,
            fit_id=fit.id,
            confusion=skills.confusion[place].tolist(),
            weight=one.model.dirichlet_[place].sum(axis=1).tolist(),
            effective_n=float(one.model.effective_n_[place].sum()),
            accuracy=float(accuracy.mean[place]),
            low=float(accuracy.low[place]),
            high=float(accuracy.high[place]),
        )
        for place in np.unique(one.labels.worker)
    ]


def _by_item(schema: Schema, table: LabelTable, fitted: dict[str, Fitted], said: Said) -> Iterator[ItemConsensus]:
    """Yield what the fits say of each item, in order of item id; nothing of a label that nobody gave it."""
    seen = np.bincount(table.item, minlength=len(table.items))
    shares = {name: (one.given, np.round(one.model.posterior_, _DIGITS)) for name, one in fitted.items()}
    given, ratings = shares.pop(schema.rating.name)
    model = fitted[schema.rating.name].model
    priority = gains(model.posterior_, model.skills_.unknown)
    rated = {
        str(table.items[code]): ItemConsensus(
            item_id=str(table.items[code]),
            answered=int(seen[code]),
            posterior=ratings[code].tolist() if given[code] else None,
            indicators={name: rows[code].tolist() for name, (has, rows) in shares.items() if has[code]},
            priority=float(priority[code]),
        )
        for code in range(len(table.items))
    }
    unasked = _unasked(model.skills_, said, rated)
    yield from (rated.get(item_id) or unasked[item_id] for item_id in sorted(rated.keys() | unasked.keys()))


def _unasked(skills: Skills, said: Said, rated: Mapping[str, ItemConsensus]) -> dict[str, ItemConsensus]:
    """Return what the classifier alone says of items that nobody has answered."""
    items = [item_id for item_id in said.probability if item_id not in rated]
    if not items:
        return {}
    p = np.array([said.probability[item_id] for item_id in items])
    if said.usable:
        p = skills.priors(p)
    found = zip(items, np.round(p, _DIGITS).tolist(), gains(p, skills.unknown).tolist(), strict=True)
    return {
        item_id: ItemConsensus(item_id, 0, posterior if said.usable else None, {}, priority)
        for item_id, posterior, priority in found
    }
