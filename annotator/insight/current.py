"""Agreement as it stands now, kept until another answer is stored, so that a page that is looked at often costs little."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from annotator.domain.schema import Schema
from annotator.insight.agreement import LabelAgreement, agreement_by_label
from annotator.insight.labels import LabelTable
from annotator.storage import annotation_log
from annotator.storage.database import Database


@dataclass(frozen=True, slots=True)
class Standing:
    """How many answers count, and the agreement they show."""

    answers: int
    agreement: list[LabelAgreement]


@dataclass
class CurrentAgreement:
    """Works agreement out again only when the answers have changed."""

    database: Database
    schema: Schema
    project_id: str
    _mark: tuple[int, str] | None = field(default=None, init=False)
    _standing: Standing = field(default_factory=lambda: Standing(0, []), init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def standing(self) -> Standing:
        with self._lock:
            with self.database.reading() as session:
                mark = annotation_log.mark(session, self.project_id)
                if mark == self._mark:
                    return self._standing
                table = LabelTable.read(session, self.schema, self.project_id)
            self._standing = Standing(table.n_answers, agreement_by_label(self.schema, table))
            self._mark = mark
            return self._standing
