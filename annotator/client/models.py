"""What calls give back, as values. A field that a newer service sends and this client does not know is passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Item(_Value):
    """An item as it stands. `posterior` is the probability of each rating, `risk` the chance that the best one is wrong."""

    id: str
    state: str
    text: str | None
    source: str
    language: str | None
    campaign: str | None
    epoch: str | None
    answers: int
    overlap: int
    posterior: dict[str, float] | None
    risk: float | None
    created_at: datetime


class Answer(_Value):
    """One person's answer; `by` is a pseudonym, `result` Label Studio's."""

    id: str
    by: str
    at: datetime
    guideline_version: str
    rating: str | None
    cannot_tell: bool
    labels: dict[str, str | None]
    result: list[dict[str, Any]]


class Event(_Value):
    at: datetime
    by: str
    action: str
    detail: dict[str, Any]


class AgreementRow(_Value):
    """Krippendorff's alpha of one label; `value` is None with a `reason` where it is not defined."""

    label: str
    question: str
    level: str
    value: float | None
    low: float | None
    high: float | None
    items: int
    labels: int
    reason: str
    cannot_tell: float | None


class Agreement(_Value):
    answers: int
    agreement: tuple[AgreementRow, ...]


class Consensus(_Value):
    """An item's soft label."""

    item: str
    answers: int
    posterior: dict[str, float]
    risk: float
    indicators: dict[str, dict[str, float]]


class Person(_Value):
    pseudonym: str
    role: str
    qualified: bool
    paused: bool
    answers: int
    since: datetime


class Waiting(_Value):
    """An item that waits for a decision; `value` is the steps by which the best guess is expected to be off."""

    item: str
    value: float
    risk: float | None
    ratings: tuple[str | None, ...]
    held: bool
    decided: int


class Queue(_Value):
    waiting: int
    items: tuple[Waiting, ...]


class Quality(_Value):
    people: int
    answered: int | None
    right: int | None
    share: float | None
    low: float | None
    high: float | None
    pauses_open: int
    appeals_waiting: int
    controls_in_use: int


class Release(_Value):
    """A release that is handed out; sending `terms_sha256` back says that you accept its `terms`."""

    name: str
    version: str
    state: str
    digest: str
    rows: dict[str, dict[str, int]]
    published_at: datetime | None
    expires_at: datetime | None
    withdrawn_since: str  # what of it has been withdrawn; later releases are without it
    terms: str
    terms_sha256: str


class Reject(_Value):
    line: int
    reason: str


class Intake(_Value):
    """What became of a batch of postings."""

    rows: int
    ready: int
    quarantined: int
    duplicates: int
    rejected: int
    left_out: tuple[str, ...]
    rejects: tuple[Reject, ...]
