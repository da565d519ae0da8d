"""The names of our columns in the Data Manager, and what stands in them of an item that nobody has answered."""

from __future__ import annotations

from typing import Any

from annotator.storage.studio_columns import OPEN

STATE, ANSWERS, RATING, PROBABILITY, RISK, AGREEMENT = COLUMNS = (
    "state",
    "answers",
    "rating",
    "probability",
    "risk",
    "agreement",
)
FRESH: dict[str, Any] = {STATE: OPEN, ANSWERS: 0, RATING: None, PROBABILITY: None, RISK: None, AGREEMENT: None}
