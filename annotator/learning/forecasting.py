"""The forecast of the judgements left: the rest of the campaign played by the people, skills and posteriors as they are now.

It takes a second or two, so the worker makes it, and keeps the newest one for the pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import numpy as np
import orjson

from active_learning.arrays import FloatArray
from active_learning.stopping import Rule, forecast
from annotator.domain.schema import Schema
from annotator.insight.consensus import newest_skills
from annotator.insight.labels import LabelTable
from annotator.learning.standing import Left, kept_under, read_left
from annotator.storage import consensus, learning, markers, projects
from annotator.storage.database import Database
from annotator.storage.learning import Open
from annotator.storage.tables import Project
from annotator.storage.tables_consensus import Skill

_UNKNOWN_WEIGHT = 20.0  # answers that what is thought of anybody weighs, as in the consensus


def forecast_left(database: Database, project: Project, schema: Schema, now: datetime) -> Left:
    """Work out what is left, and keep it for the pages."""
    spec, bounds = schema.rating, projects.bounds(project)
    with database.frozen() as session:
        waiting = learning.open_items(session, project.id)
        skills = newest_skills(session, project.id, spec)
        known = consensus.skills_of(session, project.id, spec.name)
        table = LabelTable.read(session, schema, project.id)
    answered = Counter(table.people[table.person].tolist())
    people = {person: _dirichlet(row) for person, row in known.items() if answered[person]}
    people = people or {"anybody": skills.unknown * _UNKNOWN_WEIGHT}
    found = forecast(
        _posteriors(waiting, skills.prior),
        np.array([one.answers for one in waiting], dtype=np.int64),
        np.array(list(people.values())),
        Rule(bounds.risk, bounds.least, bounds.most),
        rng=np.random.default_rng([project.order_seed, table.n_answers]),
        activity=np.array([max(answered[person], 1) for person in people], dtype=np.float64),
    )
    left = Left(
        found.judgements,
        found.low,
        found.high,
        found.confidence,
        found.certain if waiting else 1.0,
        now,
        table.n_answers,
    )
    with database.writing() as session:
        markers.put(session, kept_under(project), orjson.dumps(asdict(left)).decode())
    return left


def forecast_if_due(database: Database, project: Project, schema: Schema, now: datetime) -> bool:
    """Work the forecast out again when there have been answers or items since."""
    with database.reading() as session:
        kept = read_left(markers.get(session, kept_under(project)))
        answers = learning.count_answers(session, project.id)
    if kept is not None and kept.answers == answers:
        return False
    forecast_left(database, project, schema, now)
    return True


def _dirichlet(row: Skill) -> FloatArray:
    """Return the Dirichlet of each row of a person's confusion matrix; a fit from before weights were kept spreads them."""
    confusion = np.array(row.confusion)
    weight = np.array(row.weight or [row.effective_n / len(confusion)] * len(confusion))
    return np.asarray(confusion * weight[:, None])


def _posteriors(waiting: Sequence[Open], prevalence: FloatArray) -> FloatArray:
    n_classes = len(prevalence)
    found = [one.posterior if one.posterior and len(one.posterior) == n_classes else prevalence for one in waiting]
    return np.array(found, dtype=np.float64).reshape(-1, n_classes)
