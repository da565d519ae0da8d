"""The figures of the cards, counted in one pass over the snapshot: nothing in a card is typed in by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from annotator.domain.schema import LabelSpec
from exports import arrow
from exports.frozen import Frozen

UNKNOWN = "not stated"


@dataclass
class Statistics:
    """Counts of items by what they are and by their hard labels; `None` among labels is "no clear value"."""

    n_items: int = 0
    by: dict[str, Counter[str]] = field(default_factory=dict)
    labels: dict[str, Counter[str | None]] = field(default_factory=dict)
    judgements: Counter[int] = field(default_factory=Counter)
    letters: list[int] = field(default_factory=list)  # quartiles of the texts' length, in code points
    campaigns: int = 0
    adjudicated: int = 0
    uncertainty: float = 0.0  # mean, of the rating

    def share(self, label: str, value: str) -> float:
        """Return the share of a value among items that have a clear one."""
        counts = self.labels[label]
        total = sum(count for one, count in counts.items() if one is not None)
        return counts[value] / total if total else 0.0

    def prevalence(self, specs: tuple[LabelSpec, ...]) -> dict[str, Mapping[str, float]]:
        """Return the share of each value of each label."""
        return {spec.name: {value: self.share(spec.name, value) for value in spec.values} for spec in specs}


def count(frozen: Frozen, rating: str) -> Statistics:
    """Count everything, a shard at a time."""
    found = Statistics(by={name: Counter() for name in ("source", "language", "epoch", "region")})
    found.labels = {spec.name: Counter() for spec in frozen.specs}
    campaigns: set[str] = set()
    lengths, doubts = [], []
    for number in range(frozen.n_shards):
        items, agreed = frozen.shard("items", number), frozen.shard("consensus", number)
        found.n_items += items.num_rows
        campaigns.update(items["campaign"].drop_null().unique().to_pylist())
        for name, counter in found.by.items():
            counter.update({value or UNKNOWN: n for value, n in _counts(items[name])})
        for name, labels in found.labels.items():
            labels.update(dict(_counts(agreed[name])))
        found.judgements.update(dict(_counts(agreed["judgements"])))
        found.adjudicated += agreed.num_rows - agreed["adjudicated"].null_count
        lengths.append(arrow.compute.utf8_length(items["text"]).to_numpy())
        doubts.append(agreed[f"{rating}_uncertainty"].drop_null().to_numpy())
    found.campaigns = len(campaigns)
    if found.n_items:
        found.letters = [int(q) for q in np.quantile(np.concatenate(lengths), [0.25, 0.5, 0.75])]
        certain = np.concatenate(doubts)
        found.uncertainty = round(float(certain.mean(dtype=np.float64)), 4) if len(certain) else 0.0
    return found


def _counts(column: pa.ChunkedArray) -> list[tuple[Any, int]]:
    found = arrow.compute.value_counts(column)
    return [(one["values"], one["counts"]) for one in found.to_pylist()]
