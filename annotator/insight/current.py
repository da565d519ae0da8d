"""Agreement as it stands now, kept until another answer is stored, so that pages that are looked at often cost little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

from annotator.domain.clock import Clock
from annotator.domain.schema import LabelSpec, Schema
from annotator.insight.agreement import LabelAgreement, agreement_by_label
from annotator.insight.answers import Answers
from annotator.insight.confusions import ClauseUse, Confusion, clause_uses, confusions
from annotator.insight.history import Block, VersionAgreement, agreement_by_version, agreement_over_time
from annotator.insight.kept import Kept
from annotator.insight.pairs import Pairs, agreement_of_pairs
from annotator.insight.passages import Passages
from annotator.storage import annotation_log
from annotator.storage.database import Database

T = TypeVar("T")
LARGE = 20_000
"""From so many answers on, agreement is worked out behind the pages."""


@dataclass(frozen=True)
class Standing:
    """Agreement as the answers of one moment show it; `mark` differs from that of any other moment's. What a page may not ask for is
    worked out when it is first asked for.
    """

    schema: Schema
    at: datetime
    mark: tuple[int, str]
    data: Answers
    agreement: list[LabelAgreement]
    _known: dict[tuple[str, str], Any] = field(default_factory=dict, init=False, repr=False)
    _lock: RLock = field(default_factory=RLock, init=False, repr=False)

    @property
    def answers(self) -> int:
        """How many answers count."""
        return self.data.labels.n_answers

    def by_version(self, spec: LabelSpec) -> list[VersionAgreement]:
        return self._once("version", spec.name, lambda: agreement_by_version(self.data, spec))

    def over_time(self, spec: LabelSpec) -> list[Block]:
        return self._once("time", spec.name, lambda: agreement_over_time(self.data, spec))

    def pairs(self, spec: LabelSpec) -> Pairs:
        return self._once("pairs", spec.name, lambda: agreement_of_pairs(self.data, spec))

    def confusions(self, spec: LabelSpec) -> list[Confusion]:
        return self._once("confusions", spec.name, lambda: confusions(self.data, spec))

    def clauses(self) -> list[ClauseUse]:
        return self._once("clauses", "", lambda: clause_uses(self.data, self.schema))

    def look_ahead(self) -> None:
        """Work out what the pages show of the rating."""
        self.clauses()
        for known in (self.by_version, self.over_time, self.confusions, self.pairs):
            known(self.schema.rating)

    def _once(self, what: str, label: str, work_out: Callable[[], T]) -> T:
        with self._lock:
            if (what, label) not in self._known:
                self._known[what, label] = work_out()
            found: T = self._known[what, label]
            return found


@dataclass
class CurrentAgreement:
    """Works agreement out again only when the answers have changed."""

    database: Database
    schema: Schema
    project_id: str
    clock: Clock

    @cached_property
    def _kept(self) -> Kept[Standing]:
        return Kept(self._mark, self._work_out, lambda standing: standing.answers >= LARGE)

    @cached_property
    def _kept_passages(self) -> Kept[Passages]:
        return Kept(self._mark, self._work_out_passages, lambda passages: passages.answers >= LARGE)

    def standing(self) -> Standing:
        return self._kept.get()

    def passages(self) -> Passages:
        """Return agreement on passages, which reads every text that holds one and so is no part of each standing."""
        return self._kept_passages.get()

    def _mark(self) -> tuple[int, str]:
        with self.database.reading() as session:
            return annotation_log.mark(session, self.project_id)

    def _work_out(self) -> Standing:
        now = self.clock.now()
        with self.database.frozen() as session:
            mark = annotation_log.mark(session, self.project_id)
            data = Answers.read(session, self.schema, self.project_id)
        standing = Standing(self.schema, now, mark, data, agreement_by_label(self.schema, data.by_unit))
        if standing.answers >= LARGE:
            standing.look_ahead()
        return standing

    def _work_out_passages(self) -> Passages:
        now = self.clock.now()
        with self.database.frozen() as session:
            return Passages.read(session, self.schema, self.project_id, now)
