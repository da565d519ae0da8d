"""All flat labels of a project as integer columns, read in one go: what agreement and consensus are worked out from.

Answers repeat, so the database's JSON is taken as text and only distinct texts are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from sqlmodel import Session

from annotator.consensus.labels import IntArray, LabelMatrix
from annotator.domain.schema import Kind, LabelSpec, Schema
from annotator.domain.words import Words, worded
from annotator.storage import annotation_log


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Row `i` says that `person[i]` answered `item[i]`; `codes[:, i]` (n_labels of the schema, n_rows) is what they said, -1
    where a label is missing. `items` and `people` hold the ids in code order.
    """

    specs: tuple[LabelSpec, ...]
    items: NDArray[Any]
    people: NDArray[Any]
    item: IntArray
    person: IntArray
    codes: IntArray

    @property
    def n_answers(self) -> int:
        return len(self.item)

    @classmethod
    def read(cls, session: Session, schema: Schema, project_id: str) -> LabelTable:
        """Read what stands in the database: every answer of items that are not withdrawn or quarantined."""
        return cls.of(schema, *annotation_log.label_columns(session, project_id))

    @classmethod
    def of(cls, schema: Schema, items: Sequence[str], people: Sequence[str], labels: Sequence[str]) -> LabelTable:
        """Make the table of three columns: item ids, person ids, and flat labels as JSON text."""
        item, item_names = factorised(items)
        person, person_names = factorised(people)
        which, texts = factorised(labels)
        answers = [orjson.loads(text) for text in texts]
        codes = np.stack([_codes(spec, answers)[which] for spec in schema.labels])
        return cls(schema.labels, item_names, person_names, item, person, codes)

    def matrix(self, spec: LabelSpec) -> LabelMatrix | None:
        """Return the label matrix of one label, over all items and people; None where nobody has given it."""
        values = self.codes[self.specs.index(spec)]
        given = values >= 0
        if not given.any():
            return None
        classes = np.array(spec.values)
        return LabelMatrix(self.item[given], self.person[given], values[given], self.items, self.people, classes)


def titles(schema: Schema) -> dict[str, str]:
    """Return what people read of each question, choice and label, by its name."""
    found = {choice.value: choice.title for question in schema.questions for choice in question.choices}
    return found | {question.id: question.title for question in schema.questions}


def said(schema: Schema, spec: LabelSpec, value: str | None) -> Words | str:
    """Return a value in the words of the guideline, or in ours where it has none."""
    if value is None:
        return worded("cannot tell")
    question = schema.question(spec.question)
    if question is None:
        return value
    if question.kind is Kind.TAGS:
        return worded("ticked") if value == "yes" else worded("not ticked")
    choice = question.choice(value) if spec.name == question.id else None
    state = next((state.title for state in question.states if state.value == value), value)
    return choice.title if choice is not None else state


def factorised(names: Sequence[str]) -> tuple[IntArray, NDArray[Any]]:
    """Return each name's code, and the distinct names in code order."""
    encoded = pa.array(names, type=pa.large_string()).dictionary_encode()
    return encoded.indices.to_numpy(), encoded.dictionary.to_numpy(zero_copy_only=False)


def _codes(spec: LabelSpec, answers: Sequence[dict[str, str | None]]) -> IntArray:
    index = {value: code for code, value in enumerate(spec.values)}
    return np.array([index.get(answer.get(spec.name) or "", -1) for answer in answers], dtype=np.int32)
