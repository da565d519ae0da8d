"""Answers written down row by row, for examples that are worked by hand."""

from __future__ import annotations

import numpy as np
import orjson

from annotator.insight.answers import Answers, Version
from annotator.insight.labels import LabelTable
from tests.world import SCHEMA

HOUR = 3600


def answers(rows, label="FEE", versions=1, schema=SCHEMA) -> Answers:
    """Make answers of (item, person, value, version, moment in hours); the last two may be left out."""
    whole = [(*row, *(0, 0)[len(row) - 3 :]) for row in rows]
    items, people, values, version, hours = zip(*whole, strict=True) if whole else ((),) * 5
    texts = [orjson.dumps({label: value}).decode() for value in values]
    known = tuple(Version(f"id-{n}", f"1.{n}.0", n * 1000 * HOUR) for n in range(versions))
    moments = np.array([int(hour * HOUR) for hour in hours], np.int64)
    return Answers(LabelTable.of(schema, items, people, texts), known, np.array(version, np.int64), moments)


def spec(name="FEE", schema=SCHEMA):
    return next(each for each in schema.labels if each.name == name)
