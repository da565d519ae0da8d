"""All answers of a project with the guideline version they were given under and when: what agreement over time is worked out from.

Only answers under the same version are ever compared, so that a change of the guideline is not taken for disagreement: what is
compared is a *unit*, an item under one version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from annotator.consensus.labels import IntArray, LabelMatrix
from annotator.domain.schema import LabelSpec, Schema
from annotator.insight.labels import LabelTable
from annotator.storage import annotation_log, guideline_life
from annotator.storage.tables import GuidelineVersion


@dataclass(frozen=True, slots=True)
class Version:
    """A guideline version that answers were given under. `began` is when it came into force, in seconds since 1970: when the project
    took it up, or for its first one, when the first answer came.
    """

    id: str
    name: str
    began: int


@dataclass(frozen=True, slots=True)
class Answers:
    """Row `i` of `labels` was given under `versions[version[i]]` at the moment `at[i]`, in seconds since 1970."""

    labels: LabelTable
    versions: tuple[Version, ...]
    version: NDArray[np.int64]
    at: NDArray[np.int64]

    @classmethod
    def read(cls, session: Session, schema: Schema, project_id: str) -> Answers:
        """Read every answer of items that are not withdrawn or quarantined; versions go from the oldest to the newest."""
        *columns, versions, at = annotation_log.answer_columns(session, project_id)
        stored = guideline_life.versions(session, schema.name)
        code = {row.id: n for n, row in enumerate(stored)}
        given, moments = np.array([code[each] for each in versions], np.int64), np.array(at, np.int64)
        used, version = np.unique(given, return_inverse=True)
        found = [_version(session, project_id, stored[each], moments[given == each]) for each in used]
        return cls(LabelTable.of(schema, *columns), tuple(found), version, moments)

    @property
    def by_unit(self) -> LabelTable:
        """The same answers with units in the place of items."""
        table = self.labels
        units, unit = np.unique(self.version * len(table.items) + table.item, return_inverse=True)
        return replace(table, items=units, item=unit.astype(np.int32))

    def units(self, spec: LabelSpec) -> Units:
        """Return what can be compared of one label."""
        codes = self.labels.codes[self.labels.specs.index(spec)]
        given = np.flatnonzero(codes >= 0)
        key = self.version[given] * len(self.labels.items) + self.labels.item[given]
        _, unit, size = np.unique(key, return_inverse=True, return_counts=True)
        paired = size[unit] >= 2
        rows, unit = given[paired], (np.cumsum(size >= 2) - 1)[unit[paired]]
        n_units = int(np.count_nonzero(size >= 2))
        last = np.full(n_units, np.iinfo(np.int64).min)
        np.maximum.at(last, unit, self.at[rows])
        version = np.zeros(n_units, np.int64)
        version[unit] = self.version[rows]
        return Units(spec, unit, self.labels.person[rows], codes[rows], version, last, self.labels.people)


@dataclass(frozen=True, slots=True)
class Units:
    """One label of everything that at least two people gave it: row `i` says that `person[i]` gave `unit[i]` the value `value[i]`.

    `version` and `last` go by unit: under which version, and when its last answer came. `people` holds the ids in code order.
    """

    spec: LabelSpec
    unit: NDArray[np.int64]
    person: IntArray
    value: IntArray
    version: NDArray[np.int64]
    last: NDArray[np.int64]
    people: NDArray[np.object_]

    @property
    def n(self) -> int:
        return len(self.version)

    def counts(self) -> NDArray[np.int64]:
        """Return how many people gave each unit each value, shape (n, n_values)."""
        width = len(self.spec.values)
        return np.bincount(self.unit * width + self.value, minlength=self.n * width).reshape(-1, width)

    def of(self, person_id: str) -> tuple[NDArray[np.int64], IntArray]:
        """Return the units that a person of that id answered, and what they said of them."""
        rows = np.isin(self.person, np.flatnonzero(self.people == person_id))
        return self.unit[rows], self.value[rows]

    def matrix(self) -> LabelMatrix | None:
        """Return the label matrix, units as its tasks; None where nothing can be compared."""
        if not self.n:
            return None
        tasks, classes = np.arange(self.n), np.array(self.spec.values)
        return LabelMatrix(self.unit.astype(np.int32), self.person, self.value, tasks, self.people, classes)


def _version(session: Session, project_id: str, row: GuidelineVersion, at: NDArray[np.int64]) -> Version:
    activation = guideline_life.activation_of(session, project_id, row.id)
    began = int(at.min()) if activation is None else int(activation.at.timestamp())
    return Version(row.id, row.version, began)
