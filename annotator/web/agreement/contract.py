"""The shapes of `/api/v1/agreement/…`, with an example each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_ALPHA = {"value": 0.71, "low": 0.68, "high": 0.74, "items": 412, "labels": 1236, "reason": ""}
_VERSION = {"version": "1.1.0", "in_force_since": "2026-02-16T10:00:00Z"} | _ALPHA
_BLOCK = {
    "version": "1.1.0",
    "first": "2026-02-16T10:00:00Z",
    "last": "2026-02-18T09:12:40Z",
    "full": True,
} | _ALPHA
_CONFUSION = {
    "label": "concern",
    "rarer": "2",
    "other": "1",
    "items": 231,
    "of": 545,
    "share": 0.36,
    "low": 0.33,
    "high": 0.39,
    "clause": "concern-2",
}
_CLAUSE = {
    "clause": "fee",
    "label": "FEE",
    "value": "",
    "items": 378,
    "differing": 275,
    "share": 0.73,
    "low": 0.68,
    "high": 0.77,
}
_PAIR = {"one": "V-01", "other": "V-03", "items": 50, "kappa": 0.35, "low": 0.09, "high": 0.55}

_F1 = {"value": 0.62, "low": 0.57, "high": 0.66, "items": 118, "answers": 354, "reason": ""}
_PASSAGE = {"label": "FEE", "state": "present"} | _F1


def _example(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class AlphaOut(BaseModel):
    """Krippendorff's alpha with its 95 % interval; `value` is null with a `reason` where it is not defined."""

    value: float | None
    low: float | None
    high: float | None
    items: int = Field(description="Items with at least two answers that can be paired.")
    labels: int = Field(description="Answers that can be paired.")
    reason: str


class VersionOut(AlphaOut):
    model_config = _example(_VERSION)

    version: str
    in_force_since: datetime


class VersionsOut(BaseModel):
    model_config = _example({"label": "concern", "as_of": "2026-03-02T10:00:00Z", "versions": [_VERSION]})

    label: str
    as_of: datetime
    versions: list[VersionOut] = Field(description="Oldest first.")


class BlockOut(AlphaOut):
    model_config = _example(_BLOCK)

    version: str
    first: datetime = Field(description="When the last answer of the first item of the block came.")
    last: datetime
    full: bool = Field(description="False for a block that still fills.")


class TimeOut(BaseModel):
    model_config = _example({"label": "concern", "as_of": "2026-03-02T10:00:00Z", "block": 50, "blocks": [_BLOCK]})

    label: str
    as_of: datetime
    block: int = Field(description="Items a block.")
    blocks: list[BlockOut]


class ConfusionOut(BaseModel):
    model_config = _example(_CONFUSION)

    label: str
    rarer: str
    other: str
    items: int = Field(description="Items that got both values.")
    of: int = Field(description="Items that got the rarer one.")
    share: float = Field(description="When one person says `rarer`, how often another says `other`.")
    low: float | None
    high: float | None
    clause: str = Field(description="Anchor of the clause in the guideline.")


class ConfusionsOut(BaseModel):
    model_config = _example({"as_of": "2026-03-02T10:00:00Z", "confusions": [_CONFUSION]})

    as_of: datetime
    confusions: list[ConfusionOut]


class ClauseOut(BaseModel):
    model_config = _example(_CLAUSE)

    clause: str
    label: str
    value: str = Field(description="The rating that the clause is about; empty for an indicator or a tag.")
    items: int = Field(description="Items to which somebody applied the clause and that several people answered.")
    differing: int = Field(description="Those to which not all applied it alike.")
    share: float | None
    low: float | None
    high: float | None


class ClausesOut(BaseModel):
    model_config = _example({"as_of": "2026-03-02T10:00:00Z", "clauses": [_CLAUSE]})

    as_of: datetime
    clauses: list[ClauseOut]


class F1Out(BaseModel):
    """F1 of the words that people mark, with its 95 % interval; `value` is null with a `reason` where it is not defined."""

    model_config = _example(_F1)

    value: float | None
    low: float | None
    high: float | None
    items: int = Field(description="Items that several people answered and of which somebody marked it.")
    answers: int = Field(description="Answers to those items.")
    reason: str


class PassageOut(F1Out):
    model_config = _example(_PASSAGE)

    label: str
    state: str = Field(
        description="How the passage bears on its label; `marked` where the guideline tells no states apart."
    )


class PassagesOut(BaseModel):
    model_config = _example({"as_of": "2026-03-02T10:00:00Z", "together": _F1, "passages": [_PASSAGE]})

    as_of: datetime
    together: F1Out | None = Field(description="All passages; null where the guideline asks for none.")
    passages: list[PassageOut] = Field(description="Each label in each of its states, in the guideline's order.")


class PairOut(BaseModel):
    """Cohen's kappa of two people, weighted by squared distance for a rating; null where it is not defined."""

    model_config = _example(_PAIR)

    one: str
    other: str
    items: int
    kappa: float | None
    low: float | None
    high: float | None


class SharedOut(BaseModel):
    model_config = _example({"item": "item-000431", "one": "2", "other": "0"})

    item: str
    one: str | None = Field(description="What the first person said; null for cannot tell.")
    other: str | None
