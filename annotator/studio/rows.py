"""The values that pass between the service and the Label Studio server, and the idempotency key in the two forms it takes there.

The server keeps an annotation's `unique_id` (a UUID) under a UNIQUE constraint and refuses a second one with 409, but never shows
it outside a JSON export; it shows `import_id` (an integer) everywhere. So a key travels as both.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEYS = uuid.UUID("6f0d7f0a-7a6f-5d0e-9c55-0d6a3f0b2c11")  # the namespace of our keys (RFC 4122, version 5)


def key_uuid(project: int, key: str) -> str:
    """Return the UUID under which the server refuses a second annotation of this key in this project."""
    return str(uuid.uuid5(KEYS, f"{project}/{key}"))


def key_number(key: str) -> int:
    """Return the number by which a reader finds an annotation of this key: 53 bits, exact in any reader of JSON."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7]) >> 3


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """One answer to be mirrored. `result` is Label Studio's, `completed_by` a user's id there, `lead_time` in seconds."""

    key: str
    result: Sequence[Mapping[str, Any]]
    completed_by: int
    lead_time: float | None = None
    ground_truth: bool = False


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One item to be mirrored, with the annotations that are known of it already."""

    item_id: str
    text: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)  # for the Data Manager, beside the text
    annotations: tuple[AnnotationRow, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRef:
    """Where an item's task was last seen. SQLite gives the ids of deleted tasks out again, so an id alone says nothing."""

    item_id: str
    task_id: int


@dataclass(frozen=True, slots=True)
class Mirrored:
    """An annotation as the server holds it."""

    annotation_id: int
    key_number: int | None  # None: made in Label Studio, by hand
    completed_by: int | None
    updated_at: datetime
    result: tuple[Mapping[str, Any], ...]
    lead_time: float | None
    was_cancelled: bool
    ground_truth: bool


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task with all its annotations, as they are now; what is no longer among them was deleted there."""

    task_id: int
    item_id: str | None  # None: made in Label Studio, by hand
    updated_at: datetime
    annotations: tuple[Mirrored, ...]
