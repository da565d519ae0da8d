"""Which columns the tables of a release have. The labels of the guideline decide part of them; no data lives here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from annotator.domain.errors import ConfigError
from annotator.domain.schema import LabelSpec, Level

JSON = {b"annotator.kind": b"json"}
"""Marks a column whose text is JSON already."""

ITEMS = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "text", "sha256", "source", "language", "campaign", "epoch")),
        *((name, pa.string()) for name in ("region", "quarter", "generator")),
        ("seed", pa.int64()),
        ("difficulty", pa.float32()),
    ]
)
"""One row an item, in a snapshot. `difficulty` is 0 easy to 1 hard, of synthetic items."""

PLACED = (("split", pa.string()), ("group", pa.string()), ("gate_version", pa.string()), ("gate_outcome", pa.string()))
"""What a release adds to an item: where it was put, with which others, and what the gate said when it was built."""

SPANS = pa.schema(
    [
        ("item", pa.string()),
        ("order", pa.int16()),
        ("annotator", pa.string()),
        ("question", pa.string()),
        ("label", pa.string()),
        ("state", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
    ]
)
"""One row a marked passage of one judgement; offsets are code points of the item's text, `end` exclusive."""

_JUDGED = [
    ("item", pa.string()),
    ("order", pa.int16()),  # 1 is the item's first judgement
    ("annotator", pa.string()),
    ("guideline", pa.string()),
    ("guideline_version", pa.string()),
    ("guideline_sha256", pa.string()),
    ("cannot_tell", pa.bool_()),
    ("time_band", pa.string()),
    ("duration_band", pa.string()),
    ("assistance", pa.string()),
    ("pick", pa.string()),  # what picked the item for this person: audit, model or random; null where that was not kept
    ("propensity", pa.float64()),  # chance with which the item came into the audit slice; null for other picks
]
_AGREED = [
    ("item", pa.string()),
    ("judgements", pa.int16()),
    ("cannot_tell", pa.int16()),
    ("method", pa.string()),
    ("adjudicated", pa.string()),  # the rating decided on, or `cannot tell`; null where nobody had to decide
    ("adjudicated_by", pa.string()),  # a role
    ("adjudication_cause", pa.string()),
]


def items_released() -> pa.Schema:
    """Return the columns of a release's items."""
    return pa.schema([*ITEMS, *(pa.field(name, kind) for name, kind in PLACED)])


def judged(specs: Sequence[LabelSpec]) -> pa.Schema:
    """Return the columns of single judgements: a column a label, null where it was not given."""
    return _checked([*_JUDGED, *((spec.name, pa.string()) for spec in specs)])


def judged_frozen(specs: Sequence[LabelSpec]) -> pa.Schema:
    """Return the columns of single judgements in a snapshot: with the Label Studio result, as JSON."""
    return judged(specs).append(pa.field("result", pa.string(), metadata=JSON))


def agreed(specs: Sequence[LabelSpec]) -> pa.Schema:
    """Return the columns of the consensus: of each label the hard value, its uncertainty, and its share of each value."""
    found: list[tuple[str, pa.DataType]] = []
    for spec in specs:
        found += [(spec.name, pa.string()), (f"{spec.name}_uncertainty", pa.float32())]
        found += [(soft(spec, value), pa.float32()) for value in spec.values]
        if spec.is_rating:
            found += [(votes(spec, value), pa.int16()) for value in spec.values]
    return _checked([*_AGREED, *found])


def gold(specs: Sequence[LabelSpec]) -> pa.Schema:
    """Return the columns of items with their consensus, which most tools load."""
    first = items_released()
    second = [field for field in agreed(specs) if field.name != "item"]
    clash = {field.name for field in second} & set(first.names)
    if clash:
        raise _clash(clash)
    return pa.schema([*first, *second])


def rating(specs: Sequence[LabelSpec]) -> LabelSpec:
    """Return the one label that is a rating, on a scale or not."""
    return next(spec for spec in specs if spec.is_rating)


def soft(spec: LabelSpec, value: str) -> str:
    """Return the name of the column that holds the share of one value."""
    return f"{spec.name}_p_{value.replace(' ', '_')}"


def shares(spec: LabelSpec) -> list[str]:
    """Return the names of the columns of all shares, in the order of the values."""
    return [soft(spec, value) for value in spec.values]


def votes(spec: LabelSpec, value: str) -> str:
    """Return the name of the column that counts the votes for one value."""
    return f"{spec.name}_votes_{value.replace(' ', '_')}"


def released(specs: Sequence[LabelSpec]) -> dict[str, pa.Schema]:
    """Return the columns of each table of a release."""
    return {
        "gold": gold(specs),
        "items": items_released(),
        "annotations": judged(specs),
        "consensus": agreed(specs),
        "spans": SPANS,
    }


def specs_to_json(specs: Iterable[LabelSpec], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return label specifications as plain JSON values."""
    return [
        {
            "name": s.name,
            "title": titles[s.name],
            "question": s.question,
            "level": s.level.value,
            "values": [*s.values],
            "unmarked": s.unmarked,
        }
        for s in specs
    ]


def specs_from_json(data: Iterable[Mapping[str, Any]]) -> tuple[LabelSpec, ...]:
    """Read what `specs_to_json` wrote."""
    return tuple(_spec(d) for d in data)


def _spec(data: Mapping[str, Any]) -> LabelSpec:
    """A release of before `unmarked` was written had no rating but on a scale."""
    level, values = Level(data["level"]), tuple(data["values"])
    unmarked = data.get("unmarked", "" if level is Level.ORDINAL else values[-1])
    return LabelSpec(data["name"], data["question"], level, values, unmarked)


def _checked(fields: list[tuple[str, pa.DataType]]) -> pa.Schema:
    names = [name for name, _ in fields]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise _clash(twice)
    return pa.schema(fields)


def _clash(names: Iterable[str]) -> ConfigError:
    return ConfigError(
        f"Labels of the guideline have the names of columns: {', '.join(sorted(names))}.",
        mend="Rename the labels in a new version of the guideline.",
    )
