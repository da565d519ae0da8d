"""The desk's parts as they stand, kept a process and worked out again when what they rest on has changed.

The database is the truth: a part is read anew where its mark, a few cheap look-ups, is another one. Wellbeing has no mark: it is of
a whole week, and is never told live.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol, TypeVar

from annotator.domain.clock import Clock
from annotator.domain.exposure_week import WeekOfCare
from annotator.domain.schema import Schema
from annotator.insight import data
from annotator.insight.current import CurrentAgreement
from annotator.insight.data import Data, Measured
from annotator.insight.people import Standing, Summary, everybody, summary
from annotator.insight.strip import Strip, read_strip
from annotator.learning import curve, standing
from annotator.learning.curve import Point
from annotator.learning.standing import Pool, read_left, read_pool
from annotator.people.care_week import read_week
from annotator.storage import consensus, desk_marks, learning, markers
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.storage.tables_consensus import ConsensusFit
from annotator.storage.tables_learning import ModelVersion

Value = TypeVar("Value")
_VERSIONS = 50


class Desked(Protocol):
    """What a board reads from: a service, whose project may change its settings while it runs."""

    database: Database
    clock: Clock

    @property
    def project(self) -> Project: ...

    @property
    def schema(self) -> Schema: ...

    @property
    def agreement(self) -> CurrentAgreement: ...


@dataclass(frozen=True, slots=True)
class Learning:
    """How learning stands, with its curve against the audit slice and the versions of the model, newest first."""

    pool: Pool
    curve: list[Point]
    versions: list[ModelVersion]

    @property
    def looked(self) -> ModelVersion | None:
        """The newest version whose lift was looked at."""
        return next((one for one in self.versions if one.curve), None)


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the newest fit of the rating rests on, and how many items are certain enough."""

    fit: ConsensusFit | None
    certain: int
    with_posterior: int
    risk: float


@dataclass
class _Kept:
    """A value, the mark it was worked out under, and the turn of whoever works it out again."""

    mark: str | None = None
    value: Any = None
    turn: Lock = field(default_factory=Lock)


@dataclass
class Board:
    """What the desk shows of a service's project."""

    of: Desked
    _kept: dict[str, _Kept] = field(default_factory=dict, init=False)

    def marks(self) -> dict[str, str]:
        """Return the mark of every part: it changes when the part may have."""
        agreed = self.of.agreement.standing()
        return self._marks() | {"agreement": f"{agreed.at:%d%H%M%S%f}.{agreed.answers}"}

    def _marks(self) -> dict[str, str]:
        project = self.of.project
        with self.of.database.reading() as session:
            found = desk_marks.read(session, project.id, [one.kept_under(project) for one in (standing, data, curve)])
        minute = f"{self.of.clock.now():%d%H%M}"
        return {
            "strip": f"{found.log}.{found.kept}.{found.alerts}.{minute}",
            "alerts": f"{found.alerts}.{minute}",
            "people": f"{found.log}.{minute}",
            "learning": f"{found.model}.{found.kept}.{found.item}",
            "data": f"{found.kept}.{found.item}.{minute}",
        }

    def forget(self) -> None:
        """Read every part anew the next time it is asked for."""
        self._kept.clear()

    def strip(self) -> Strip:
        return self._current("strip", self._read_strip)

    def people(self) -> list[Standing]:
        """Return everybody, by pseudonym."""
        return self._current("people", self._read_people)

    def learning(self) -> Learning:
        return self._current("learning", self._read_learning)

    def data(self) -> Data:
        return self._current("data", self._read_data)

    def people_summary(self) -> Summary:
        """Return volunteers by state, and their control answers together."""
        return self._current("people summary", self._read_summary, "people")

    def consensus(self) -> Consensus:
        """Return where the consensus stands."""
        return self._current("consensus", self._read_consensus, "strip")

    def held(self) -> list[tuple[str, int]]:
        """Return items in quarantine by reason, the most common first."""
        project = self.of.project
        with self.of.database.reading() as session:
            return data.quarantine(session, project.id)

    def drift(self) -> Measured | None:
        """Return the newest measurement of drift."""
        kept = data.kept_under(self.of.project)
        with self.of.database.reading() as session:
            return data.read_drift(markers.get(session, kept))

    def week(self) -> WeekOfCare:
        """Return the wellbeing of the newest whole week, in sums."""
        project = self.of.project
        with self.of.database.reading() as session:
            return read_week(session, project.id, self.of.clock.now())

    def _read_summary(self) -> Summary:
        with self.of.database.reading() as session:
            return summary(session, everybody(session, with_work=False))

    def _read_consensus(self) -> Consensus:
        project = self.of.project
        risk = project.risk_threshold
        with self.of.database.reading() as session:
            fit = consensus.newest_fit(session, project.id, self.of.schema.rating.name)
            return Consensus(fit, *consensus.certain(session, project.id, risk), risk)

    def _read_strip(self) -> Strip:
        project = self.of.project
        with self.of.database.reading() as session:
            left = read_left(markers.get(session, standing.kept_under(project)))
            known = (left.low, left.judgements, left.high) if left is not None else None
            return read_strip(session, project, known, self.of.clock.now())

    def _read_people(self) -> list[Standing]:
        with self.of.database.reading() as session:
            return everybody(session)

    def _read_learning(self) -> Learning:
        project = self.of.project
        pool = read_pool(self.of.database, project, self.of.schema, n_waiting=0)
        with self.of.database.reading() as session:
            points = curve.read_curve(markers.get(session, curve.kept_under(project)))
            return Learning(pool, points, learning.versions(session, project.id, _VERSIONS))

    def _read_data(self) -> Data:
        project = self.of.project
        with self.of.database.reading() as session:
            return data.read_data(session, project, self.of.schema)

    def _current(self, part: str, read: Callable[[], Value], watched: str = "") -> Value:
        """Return a value, read again if the mark of its part, or of the one `watched`, has changed; whoever asks meanwhile waits."""
        watched = watched or part
        kept = self._kept.setdefault(part, _Kept())
        with kept.turn:
            mark = self._marks()[watched]
            if mark != kept.mark:
                kept.value, kept.mark = read(), mark
            value: Value = kept.value
            return value
