"""`train`: learn the rating from the texts of labelled items, check it out of fold, and register what came of it.

The classifier learns from what the labels alone say of each item, never from a posterior in which an earlier classifier had a
part: it would bear itself out. Items of one campaign share a fold, and so do copies of a text, which vouch for each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from active_learning.arrays import FloatArray, IntArray
from active_learning.classifier import SoftClassifier
from active_learning.feature_store import FeatureStore
from active_learning.features import Weighting
from active_learning.lift import area_under_curve
from active_learning.spread import Each
from annotator.domain.schema import LabelSpec, Media, Schema
from annotator.insight.consensus import newest_skills
from annotator.insight.labels import LabelTable
from annotator.learning import copies, features, look
from annotator.learning.copies import Vouching
from annotator.learning.text_model import TextModel
from annotator.storage import audit, learning
from annotator.storage.batches import batches, writing_in_turn
from annotator.storage.database import Database
from annotator.storage.learning import PoolItem
from annotator.storage.tables import Project
from annotator.storage.tables_learning import ModelVersion

_LEAST_GROUPS = 20
_SIGMAS = 3.0  # by which the gain over the prevalence must lie above nothing; a campaign trains many times
_BATCH = 500
_PACES = 500
_LEAST_PACES = 50


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned from: the pool, and of its labelled items the posterior by labels alone `targets` (n, K).

    `version` is the number of the version that comes of it: a training that broke off has used one up. `before` is in use.
    """

    version: int
    pool: list[PoolItem]
    labelled: list[str]
    targets: FloatArray
    vouching: Vouching
    n_answers: int
    sha256: str
    picks: list[tuple[str, str | None]]
    pace: list[float]
    before: ModelVersion | None


def train_if_due(
    database: Database, project: Project, schema: Schema, home: Path, now: datetime, kind: features.Kind = "words"
) -> bool:
    """Train when `retrain_every` answers have come since the last time, and when the kind of features is another; score items
    that came in since.

    The classifier reads texts: pictures are handed out in the seeded order and by what answers tell of each other alone.
    """
    if schema.media is not Media.TEXT:
        return False
    with database.reading() as session:
        answers = learning.count_answers(session, project.id)
        last = learning.active(session, project.id)
    other = last is not None and last.features != features.of_kind(kind).version
    if other or answers - (last.n_answers if last is not None else 0) >= project.retrain_every:
        return train(database, project, schema, home, now, kind) is not None
    return last is not None and score_newcomers(database, project, home, last.id, kind) > 0


def train(
    database: Database,
    project: Project,
    schema: Schema,
    home: Path,
    now: datetime,
    kind: features.Kind = "words",
    report: features.Report = lambda _: None,
    each: Each = map,
) -> ModelVersion | None:
    """Train now; return the new version, or None where nobody has rated anything yet.

    Reads, learns and writes apart: nobody waits for it. Predictions are written a batch a transaction.
    """
    material = read_material(database, project, schema)
    if not material.labelled:
        return None
    store = features.open_store(home, kind)
    features.catch_up(database, store, [item.id for item in material.pool], report, each)
    model, said = learn(project, schema, store, material, now)
    register(database, project, model, said, now)
    return model


def read_material(database: Database, project: Project, schema: Schema) -> Material:
    """Read all that a training needs, as of one moment."""
    spec = schema.rating
    with database.frozen() as session:
        pool = learning.pool(session, project.id)
        table = LabelTable.read(session, schema, project.id)
        skills = newest_skills(session, project.id, spec)
        picks = list(learning.first_picks(session, project.id))
        seconds = learning.paces(session, project.id, _PACES)
        before = learning.active(session, project.id)
        newest = learning.versions(session, project.id, 1)
        session.expunge_all()
    matrix = table.matrix(spec)
    targets: dict[str, FloatArray] = {}
    if matrix is not None:
        given = np.flatnonzero(np.bincount(matrix.task, minlength=matrix.n_tasks))
        by_labels = skills.predict_proba(matrix)
        targets = {str(table.items[place]): by_labels[place] for place in given}
    labelled = [item for item in pool if item.id in targets]
    with database.reading() as session:
        vouching = copies.sets_of(session, labelled)
    return Material(
        version=newest[0].version + 1 if newest else 1,
        pool=pool,
        labelled=[item.id for item in labelled],
        targets=np.array([targets[item.id] for item in labelled]).reshape(len(labelled), len(spec.values)),
        vouching=vouching,
        n_answers=table.n_answers,
        sha256=_hash(pool, table, spec),
        picks=picks,
        pace=pace(*seconds),
        before=before,
    )


def learn(
    project: Project, schema: Schema, store: FeatureStore, material: Material, now: datetime
) -> tuple[ModelVersion, dict[str, list[float]]]:
    """Return the version that comes of it, not yet in use, and what it says of every item; nothing is stored."""
    rng = np.random.default_rng([project.order_seed, material.version])
    classifier, model = fit(store, material, rng)
    said = predict(store, material, classifier, model)
    found = look.take(store, model.weighting, material.picks, material.labelled, material.targets, material.before, rng)
    row = ModelVersion(
        project_id=project.id,
        version=material.version,
        created_at=now,
        label=schema.rating.name,
        features=store.features.version,
        data_sha256=material.sha256,
        n_answers=material.n_answers,
        n_labelled=len(material.labelled),
        n_items=len(material.pool),
        metrics={**metrics(classifier, material), "pace": material.pace},
        curve=found.curve,
        looks=found.looks,
        lift_proven=found.proven,
        lift_reason=found.reason,
        share=found.share,
        usable=usable(classifier, material),
        parameters=model.to_bytes(),
        active=False,
    )
    return row, said


def register(
    database: Database, project: Project, model: ModelVersion, said: Mapping[str, list[float]], now: datetime
) -> None:
    """Store a version and what it says, a batch a transaction, and use it once all of that is there."""
    with database.writing() as session:
        session.add(model)
    store_predictions(database, project, model.id, said)
    with database.writing() as session:
        learning.use(session, project.id, model.id)
        counts = {"version": model.version, "items": model.n_labelled}
        audit.record(session, now, audit.SERVICE, "model.trained", project.id, **counts)


def fit(store: FeatureStore, material: Material, rng: np.random.Generator) -> tuple[SoftClassifier, TextModel]:
    """Fit the classifier to the labelled items, cross-fitted and calibrated; rarity of words is counted over the pool."""
    weighting = Weighting.fit(store.matrix(), store.features.blocks)
    rows = weighting.transform(store.rows(material.labelled))
    classifier = SoftClassifier(n_classes=material.targets.shape[1], rng=rng)
    classifier.fit(rows, material.targets, groups=material.vouching.apart)
    return classifier, TextModel.of(classifier, weighting)


def predict(
    store: FeatureStore, material: Material, classifier: SoftClassifier, model: TextModel
) -> dict[str, list[float]]:
    """Return the probabilities of every item of the pool: of labelled ones, from models that have not seen them."""
    said = dict(zip(material.labelled, classifier.out_of_fold_.round(6).tolist(), strict=True))
    rest = [item.id for item in material.pool if item.id not in said]
    for part, rows in features.in_parts(store, rest):
        said |= dict(zip(part, model.predict_proba(rows).round(6).tolist(), strict=True))
    return said


def score_newcomers(
    database: Database, project: Project, home: Path, model_id: str, kind: features.Kind = "words"
) -> int:
    """Score items that came in since the training, with the model in use; return how many."""
    with database.reading() as session:
        new = learning.unscored(session, project.id, _BATCH)
        data = learning.parameters_of(session, model_id) if new else None
    if not new or data is None:
        return 0
    store = features.open_store(home, kind)
    with database.reading() as session:
        found = learning.texts(session, new)
    store.append(list(found), list(found.values()))
    p = TextModel.from_bytes(data).predict_proba(store.rows(list(found)))
    with database.writing() as session:
        learning.set_predictions(session, model_id, dict(zip(found, p.round(6).tolist(), strict=True)))
    return len(found)


def store_predictions(database: Database, project: Project, model_id: str, said: Mapping[str, list[float]]) -> int:
    """Store what has moved, a batch a transaction; return how many items that were."""
    with database.reading() as session:
        known = learning.predictions(session, project.id)
    moved = [item_id for item_id, p in said.items() if _moved(known.get(item_id), p)]
    for batch in batches(moved):
        with writing_in_turn(database) as session:
            learning.set_predictions(session, model_id, {item_id: said[item_id] for item_id in batch})
    return len(moved)


def metrics(classifier: SoftClassifier, material: Material) -> dict[str, Any]:
    """Return what out-of-fold probabilities are worth against the labels; nats are an item's, `fallback` a reason or empty."""
    p, targets = classifier.out_of_fold_, material.targets
    log_loss = float(-(targets * np.log(np.clip(p, 1e-12, None))).sum(axis=1).mean())
    base = float(-(targets * np.log(classifier.prior_)).sum(axis=1).mean())
    area = area_under_curve(p, targets)
    return {
        "accuracy": float((p.argmax(axis=1) == targets.argmax(axis=1)).mean()),
        "most_common": float(np.bincount(targets.argmax(axis=1)).max() / len(targets)),
        "auc": None if np.isnan(area) else area,
        "log_loss": log_loss,
        "log_loss_prior": base,
        "fallback": classifier.fallback_,
    }


def usable(classifier: SoftClassifier, material: Material) -> bool:
    """Say whether the text is proven to tell more than the prevalence: out of fold, by `_SIGMAS` over campaigns and copies.

    Only then does the classifier's probability stand as an item's prior.
    """
    names, group = np.unique(material.vouching.groups, return_inverse=True)
    if classifier.fallback_ or len(names) < _LEAST_GROUPS:
        return False
    ratio = np.log(np.clip(classifier.out_of_fold_, 1e-12, None)) - np.log(classifier.prior_)
    gain = np.bincount(group, weights=(material.targets * ratio).sum(axis=1))
    spread = float(np.sqrt(((gain - gain.mean()) ** 2).sum()))
    return bool(gain.sum() > _SIGMAS * spread)


def pace(lengths: Sequence[int], seconds: Sequence[float]) -> list[float]:
    """Return seconds an answer and seconds a character more, by the median of all slopes between answers (Theil 1950; Sen 1968).

    Where longer texts are not proven to take longer, every answer takes the median.
    """
    x, y = np.array(lengths, dtype=np.float64), np.array(seconds)
    if len(y) < _LEAST_PACES or not np.ptp(x) or not np.ptp(y):
        return [float(np.median(y)) if len(y) else 1.0, 0.0]
    from scipy.stats import theilslopes  # slow to load

    slope, intercept, low, _ = theilslopes(y, x)
    return [float(intercept), float(slope)] if low > 0 and intercept > 0 else [float(np.median(y)), 0.0]


def _moved(before: list[float] | None, after: list[float]) -> bool:
    if before is None or len(before) != len(after):
        return True
    return max(abs(old - new) for old, new in zip(before, after, strict=True)) > learning.MOVED


def _hash(pool: list[PoolItem], table: LabelTable, spec: LabelSpec) -> str:
    """Name the data: the same items and answers give the same hash."""
    found = hashlib.sha256()
    for item in pool:
        found.update(f"{item.id} {item.text_sha256}\n".encode())
    codes: IntArray = table.codes[table.specs.index(spec)]
    for item_code, person, code in zip(table.item, table.person, codes, strict=True):
        found.update(f"{table.items[item_code]} {table.people[person]} {code}\n".encode())
    return found.hexdigest()
