"""The consensus of a release: fitted to the judgements of the snapshot, and written as columns, a row an item.

Where a label has too few people to learn from, its shares are those of the votes, and the method says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from annotator.domain.schema import LabelSpec, Schema
from annotator.insight.consensus import Said, fit_all
from annotator.insight.labels import LabelTable
from exports import columns

VOTES = "votes"
CANNOT_TELL = "cannot tell"
_HUMAN_ONLY = Said(None, usable=False, probability={})
"""No classifier has a say in what is released as people's labels."""
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """What was decided of an item: its labels (None: cannot tell), why people differed, and the role of who decided.

    It stands beside the judgements, never over them.
    """

    labels: Mapping[str, str | None]
    cause: str
    role: str


@dataclass(frozen=True, slots=True)
class _Label:
    spec: LabelSpec
    votes: NDArray[np.int64]  # (n_items, n_values)
    shares: NDArray[np.float64]  # (n_items, n_values); nan where nobody gave the label
    method: str


@dataclass(frozen=True)
class ReleasedConsensus:
    """The labels of all items of a table, by internal item id."""

    labels: list[_Label]
    answers: NDArray[np.int64]
    cannot_tell: NDArray[np.int64]
    place: dict[str, int]
    adjudicated: Mapping[str, Adjudicated]
    parameters: dict[str, Any]

    @classmethod
    def of(cls, schema: Schema, table: LabelTable, adjudicated: Mapping[str, Adjudicated]) -> ReleasedConsensus:
        """Fit every label anew."""
        fitted = fit_all(schema, table, _HUMAN_ONLY) if table.n_answers else {}
        labels = []
        for number, spec in enumerate(schema.labels):
            votes = _votes(table, number, len(spec.values))
            if spec.name in fitted:
                shares, method = fitted[spec.name].model.posterior_, type(fitted[spec.name].model).__name__
            else:
                shares, method = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1), VOTES
            shares = np.where(votes.sum(axis=1, keepdims=True) > 0, shares, np.nan)
            labels.append(_Label(spec, votes, shares, method))
        answers = np.bincount(table.item, minlength=len(table.items))
        rating = next(label for label in labels if label.spec == schema.rating)
        parameters = {name: dict(one.model.get_params()) for name, one in fitted.items()}
        place = {str(item): number for number, item in enumerate(table.items)}
        return cls(labels, answers, answers - rating.votes.sum(axis=1), place, adjudicated, parameters)

    def facts(self) -> dict[str, Any]:
        """Return the method of each label and its parameters."""
        return {
            label.spec.name: {"method": label.method, "parameters": _plain(self.parameters.get(label.spec.name, {}))}
            for label in self.labels
        }

    def table(self, ids: Sequence[tuple[str, str]]) -> pa.Table:
        """Return the rows of items, given as internal and public ids."""
        at = np.array([self.place.get(internal, -1) for internal, _ in ids])
        known = at >= 0
        decided = [self.adjudicated.get(internal) for internal, _ in ids]
        rating = next(label for label in self.labels if label.spec.is_rating)
        made: dict[str, Any] = {
            "item": [public for _, public in ids],
            "judgements": np.where(known, self.answers[at], 0),
            "cannot_tell": np.where(known, self.cannot_tell[at], 0),
            "method": [rating.method] * len(ids),
            "adjudicated": [one and (one.labels.get(rating.spec.name) or CANNOT_TELL) for one in decided],
            "adjudicated_by": [one and one.role for one in decided],
            "adjudication_cause": [one and one.cause for one in decided],
        }
        for label in self.labels:
            made |= _columns(label, at, known, decided)
        schema = columns.agreed([label.spec for label in self.labels])
        arrays = [pa.array(made[field.name], from_pandas=True).cast(field.type) for field in schema]
        return pa.Table.from_arrays(arrays, schema=schema)


def _columns(
    label: _Label, at: NDArray[np.int64], known: NDArray[np.bool_], decided: Sequence[Adjudicated | None]
) -> dict[str, Any]:
    spec = label.spec
    shares = np.where(known[:, None], label.shares[at], np.nan)
    made: dict[str, Any] = {
        spec.name: [
            one.labels.get(spec.name) if one else value for one, value in zip(decided, _hard(spec, shares), strict=True)
        ],
        f"{spec.name}_uncertainty": _rounded(_entropy(shares)),
    }
    for number, value in enumerate(spec.values):
        made[columns.soft(spec, value)] = _rounded(shares[:, number])
        if spec.is_rating:
            made[columns.votes(spec, value)] = np.where(known, label.votes[at, number], 0)
    return made


def _hard(spec: LabelSpec, shares: NDArray[np.float64]) -> list[str | None]:
    """Return the most probable value; none where nobody gave the label or several are equally probable."""
    best = shares.max(axis=1, initial=-1, where=~np.isnan(shares))
    top = np.isclose(shares, best[:, None], rtol=0, atol=1e-9)
    clear = top.sum(axis=1) == 1
    return [spec.values[value] if sure else None for value, sure in zip(top.argmax(axis=1), clear, strict=True)]


def _entropy(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Shannon's entropy over its largest value: 0 is sure, 1 is anything."""
    terms = np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1.0)), 0.0)
    return np.where(np.isnan(shares).any(axis=1), np.nan, -terms.sum(axis=1) / np.log(shares.shape[1]))


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return (np.round(values, _DIGITS) + 0.0).astype(np.float32)


def _votes(table: LabelTable, number: int, n_values: int) -> NDArray[np.int64]:
    codes = table.codes[number]
    given = codes >= 0
    flat = table.item[given].astype(np.int64) * n_values + codes[given]
    return np.bincount(flat, minlength=len(table.items) * n_values).reshape(-1, n_values)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | float | bool | None) else str(value)
        for name, value in sorted(parameters.items())
    }
