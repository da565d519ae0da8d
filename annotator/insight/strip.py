"""The desk's top strip: how far the project is, when it may end, who is at work, and what needs somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlmodel import Session

from annotator.domain.items import ItemState
from annotator.insight.pace import MOST_DAYS, Ending, expected_end
from annotator.insight.presence import Presence, read_presence
from annotator.insight.stuck import Stuck, read_stuck
from annotator.storage import desk, projects
from annotator.storage.tables import Project

SOON = timedelta(minutes=5)
"""A lease that runs out within this is about to."""

Left = tuple[float, float, float]
"""Judgements still to come: low, expected, high."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Items by how far they are; together they are all that is neither withdrawn nor quarantined."""

    agreed: int
    gold: int
    labelling: int  # begun: answered by somebody, or held
    adjudicating: int
    untouched: int
    quarantined: int

    @property
    def complete(self) -> int:
        return self.agreed + self.gold

    @property
    def in_progress(self) -> int:
        return self.labelling + self.adjudicating

    @property
    def total(self) -> int:
        return self.complete + self.in_progress + self.untouched

    def share(self, count: int) -> float:
        """Return a count as a share of all; 0 of an empty project."""
        return count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip at a moment. `expiring` are public ids with the moment at which their lease runs out."""

    at: datetime
    progress: Progress
    stuck: tuple[Stuck, ...]
    left: Left
    ending: Ending
    answers_today: int
    presence: Presence
    expiring: tuple[tuple[str, datetime], ...]

    @property
    def n_stuck(self) -> int:
        return sum(one.count for one in self.stuck)

    @property
    def end(self) -> tuple[datetime, datetime] | None:
        """The interval of the expected end; None where there is no forecast."""
        ending = self.ending
        if ending.soonest is None or ending.latest is None or ending.reason:
            return None
        return self.at + timedelta(days=ending.soonest), self.at + timedelta(days=ending.latest)


def read_strip(session: Session, project: Project, left: Left | None, now: datetime) -> Strip:
    """Read the strip; `left` is the newest forecast of the judgements to come, None before the first."""
    counts = desk.tally(session, project.id)
    presence = read_presence(session, project.id, now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    left = left if left is not None else least_left(counts, projects.bounds(project).most)
    by_day = _whole_days(session, project.id, midnight)
    return Strip(
        at=now,
        progress=_progress(counts),
        stuck=tuple(read_stuck(session, project, presence, now)),
        left=left,
        ending=expected_end(by_day, left, np.random.default_rng(project.order_seed % 2**32)),
        answers_today=desk.answers_by_day(session, project.id, midnight, 1)[0],
        presence=presence,
        expiring=tuple(desk.expiring(session, project.id, now, now + SOON)),
    )


def least_left(counts: Mapping[tuple[ItemState, int], int], most: int) -> Left:
    """Bound what is left before there is a forecast: one answer an open item at the least, up to `most` at the most."""
    waiting = {answered: 0 for _, answered in counts}
    for (state, answered), count in counts.items():
        if state in {ItemState.READY, ItemState.LEASED}:
            waiting[answered] += count
    high = sum(count * max(most - answered, 1) for answered, count in waiting.items())
    low = sum(waiting.values())
    return float(low), (low + high) / 2, float(high)


def _whole_days(session: Session, project_id: str, midnight: datetime) -> list[int]:
    """Return the answers of the whole days before today, from the one after the first answer on."""
    first = desk.first_answer(session)
    if first is None:
        return []
    days = min(max((midnight - first) // desk.DAY, 0), MOST_DAYS)
    return desk.answers_by_day(session, project_id, midnight - days * desk.DAY, days) if days else []


def _progress(counts: Mapping[tuple[ItemState, int], int]) -> Progress:
    def of(*states: ItemState) -> int:
        return sum(count for (state, _), count in counts.items() if state in states)

    untouched = sum(count for (state, answered), count in counts.items() if state is ItemState.READY and not answered)
    return Progress(
        agreed=of(ItemState.AGREED),
        gold=of(ItemState.GOLD),
        labelling=of(ItemState.READY, ItemState.LEASED) - untouched,
        adjudicating=of(ItemState.ADJUDICATING),
        untouched=untouched,
        quarantined=of(ItemState.QUARANTINED),
    )
