"""Tables of quality: the bank of control items, what answers say of their givers, training, qualification and pauses.

The expected answers stand here, apart from the items. A control item is an item of a bank, which is a project of its own, so
that nothing that reads a project's items or answers ever meets one. Skips, breaks and opt-outs leave no row here, and "cannot tell"
one that weighs nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.domain.quality import PauseDecision
from annotator.storage.types import UtcDateTime, partial_index

_DECISIONS = ", ".join(f"'{decision}'" for decision in PauseDecision)


class QualityPolicy(SQLModel, table=True):
    """A project's bank of control items, the key that hides their places, and how many there are."""

    __tablename__ = "quality_policy"
    __table_args__ = (
        CheckConstraint("control_rate >= 0 AND control_rate <= 0.5", name="quality_policy_rate"),
        CheckConstraint("control_first >= 0", name="quality_policy_first"),
    )

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    bank_id: str = Field(foreign_key="project.id", unique=True)
    key: str
    control_rate: float
    control_first: int
    retire_after: int  # answers, after which a control item is known to too many people
    ls_project_id: int | None = None  # the bank's own project in Label Studio


class Control(SQLModel, table=True):
    """The expected answer of a control item, as flat labels, and the passages that show it."""

    __table_args__ = (CheckConstraint("origin IN ('synthetic', 'gold')", name="control_origin"),)

    item_id: str = Field(primary_key=True, foreign_key="item.id")
    expected: dict[str, str | None] = Field(sa_type=JSON)
    spans: list[dict[str, Any]] = Field(sa_type=JSON)
    origin: str
    origin_item_id: str | None = Field(default=None, foreign_key="item.id", unique=True)
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Evidence(SQLModel, table=True):
    """What one answer says of whoever gave it, written once. `llr` is the log-likelihood ratio, careless over attentive."""

    __tablename__ = "quality_evidence"
    __table_args__ = (
        CheckConstraint("source IN ('control', 'consensus')", name="quality_evidence_source"),
        Index("quality_evidence_person", "person_id", "annotation_id"),
    )

    annotation_id: str = Field(primary_key=True, foreign_key="annotation.id", ondelete="CASCADE")
    person_id: str = Field(foreign_key="person.id")
    source: str
    right: bool | None = None
    llr: float
    detail: dict[str, Any] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=UtcDateTime)


class TrainingAttempt(SQLModel, table=True):
    """One answer to a training card. It goes nowhere else."""

    __tablename__ = "training_attempt"
    __table_args__ = (UniqueConstraint("person_id", "key"), Index("training_attempt_card", "person_id", "card"))

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id")
    card: str
    key: str
    answer: dict[str, Any] = Field(sa_type=JSON)
    labels: dict[str, str | None] = Field(sa_type=JSON)
    right: bool
    at: datetime = Field(sa_type=UtcDateTime)


class QualificationRound(SQLModel, table=True):
    """One sequential test of a person, open until it passes or says what to study."""

    __tablename__ = "qualification_round"
    __table_args__ = (
        CheckConstraint("outcome IN ('pass', 'study')", name="qualification_outcome"),
        partial_index("decided_at IS NULL", "qualification_one_open", "person_id", unique=True),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None
    study: list[str] = Field(default_factory=list, sa_type=JSON)  # clauses most missed, first the most


class QualityPause(SQLModel, table=True):
    """A provisional pause, its appeal, and what a person decided. The first of them opened is the one that stands."""

    __tablename__ = "quality_pause"
    __table_args__ = (
        CheckConstraint(f"decision IN ({_DECISIONS})", name="quality_pause_decision"),
        partial_index("decided_at IS NULL", "quality_pause_one_open", "person_id", unique=True),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    statistic: float
    grounds: dict[str, Any] = Field(sa_type=JSON)
    appeal: str | None = None
    appealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, foreign_key="person.id")
    decision: str | None = None
    reason: str | None = None
