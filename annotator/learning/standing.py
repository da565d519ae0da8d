"""How learning stands: the pool, the model in use and its lift, what is left to do, and what chance alone has told.

The forecast is the one that the worker worked out last (`learning.forecasting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import orjson

from active_learning.audit import Estimate, estimate
from annotator.domain.items import ItemState
from annotator.domain.schema import LabelSpec, Schema
from annotator.storage import items, learning, markers
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.storage.tables_learning import ModelVersion

_OPEN = (ItemState.READY, ItemState.LEASED)
_SHUT = (ItemState.QUARANTINED, ItemState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Left:
    """Judgements still to come until every item is settled, with the interval that holds `confidence` of all plays.

    `certain` is the expected share of open items that end at or under the risk threshold; the rest goes to adjudicators. `at` is
    when it was worked out, `answers` how many there were.
    """

    judgements: float
    low: float
    high: float
    confidence: float
    certain: float
    at: datetime
    answers: int

    def __str__(self) -> str:
        return f"About {self.judgements:,.0f} more judgements ({self.low:,.0f} to {self.high:,.0f})"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open item with what is known of it: the sooner it is asked about, the more an answer is expected to tell."""

    public_id: str
    priority: float
    risk: float | None
    answers: int


@dataclass(frozen=True, slots=True)
class Pool:
    """The pool and the model as they stand. `prevalence` is a share for each rating, from the audit slice alone."""

    states: dict[ItemState, int]
    waiting: list[Waiting]
    model: ModelVersion | None
    reason: str
    left: Left | None
    prevalence: dict[str, Estimate]
    accuracy: Estimate | None
    audited: int

    @property
    def open(self) -> int:
        return sum(self.states[state] for state in _OPEN)

    @property
    def model_orders(self) -> bool:
        """Whether the model orders all that the audit leaves; else it orders a trial share at most, and chance the rest."""
        return self.model is not None and self.model.lift_proven


def read_pool(database: Database, project: Project, schema: Schema, *, n_waiting: int = 10) -> Pool:
    """Read how things stand, the forecast as it was last worked out."""
    spec = schema.rating
    with database.reading() as session:
        states = items.count_by_state(session, project.id)
        model = learning.active(session, project.id)
        waiting = [Waiting(*row) for row in learning.first_in_line(session, project.id, n_waiting)]
        audited = learning.audited(session, project, len(spec.values))
        kept = markers.get(session, kept_under(project))
    population = sum(count for state, count in states.items() if state not in _SHUT)
    prevalence, accuracy = _by_chance(audited, population, spec)
    every = project.retrain_every
    reason = f"no classifier is trained yet, so the order is random: training begins after {every:,} answers"
    return Pool(
        states=states,
        waiting=waiting,
        model=model,
        reason=model.lift_reason if model is not None else reason,
        left=read_left(kept),
        prevalence=prevalence,
        accuracy=accuracy,
        audited=len(audited),
    )


def kept_under(project: Project) -> str:
    """Return the name under which the newest forecast of a project is kept."""
    return f"judgements_left:{project.id}"


def read_left(kept: str | None) -> Left | None:
    """Read what `forecast_left` kept."""
    if kept is None:
        return None
    values = orjson.loads(kept)
    return Left(**{**values, "at": datetime.fromisoformat(values["at"])})


def _by_chance(
    audited: Sequence[learning.Audited], population: int, spec: LabelSpec
) -> tuple[dict[str, Estimate], Estimate | None]:
    """Estimate the share of each rating, and how often the classifier is right, from the labelled part of the audit slice.

    The slice is labelled in its own random order, so that its labelled part is a simple random sample of all items.
    """
    chance = np.full(len(audited), len(audited) / max(population, len(audited), 1))
    p = np.array([one.posterior for one in audited]).reshape(len(audited), len(spec.values)).clip(0, 1)
    prevalence = {value: estimate(p[:, place], chance) for place, value in enumerate(spec.values)}
    said = [place for place, one in enumerate(audited) if one.predicted is not None]
    if not said:
        return prevalence, None
    right = np.array([p[place, int(np.argmax(audited[place].predicted or ()))] for place in said])
    return prevalence, estimate(right, chance[said])
