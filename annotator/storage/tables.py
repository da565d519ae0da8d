"""The tables. What must never happen is a constraint here, not only a check in code.

`identity` alone knows who somebody is; every other table knows a pseudonymous person id. `item.open_slots` and `item.missing`
are computed by the database from the counters, so they cannot drift from them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    UniqueConstraint,
    false,
)
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.leases import LeaseState
from annotator.domain.roles import Role
from annotator.storage.types import SERIAL, UtcDateTime, partial_index

_HELD = f"state IN ('{LeaseState.LIVE}', '{LeaseState.ANSWERED}')"
_DISPENSABLE = f"state IN ('{ItemState.READY}', '{ItemState.LEASED}') AND NOT on_hold"
_ITEM_STATES = ", ".join(f"'{state}'" for state in ItemState)
_LEASE_STATES = ", ".join(f"'{state}'" for state in LeaseState)
_ROLES = ", ".join(f"'{role}'" for role in Role)


class Project(SQLModel, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    purpose: str
    guideline_version_id: str = Field(foreign_key="guideline_version.id")
    overlap: int  # people an item gets at the least
    max_overlap: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}
    )  # and at the most; 0: no more than that
    risk_threshold: float = Field(default=0.02, sa_column_kwargs={"server_default": "0.02"})
    audit_share: float = Field(default=0.1, sa_column_kwargs={"server_default": "0.1"})  # of items, and of picks
    retrain_every: int = Field(default=100, sa_column_kwargs={"server_default": "100"})  # answers
    lease_seconds: int
    settings_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # how often they were changed
    order_seed: int = Field(sa_type=BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)
    demonstration: bool = False  # synthetic postings only, and a guideline that nobody has approved


class GuidelineVersion(SQLModel, table=True):
    __tablename__ = "guideline_version"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    version: str
    sha256: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    ls_project_id: int | None = None


class Person(SQLModel, table=True):
    __table_args__ = (CheckConstraint(f"role IN ({_ROLES})", name="person_role"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    pseudonym: str = Field(unique=True)
    role: str
    qualified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ls_user_id: int | None = None


class Identity(SQLModel, table=True):
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    email: str = Field(unique=True)
    password_hash: str


class Invitation(SQLModel, table=True):
    token_hash: str = Field(primary_key=True)
    role: str
    qualified: bool = False
    created_by: str | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebSession(SQLModel, table=True):
    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Item(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("project_id", "public_id"),
        UniqueConstraint("project_id", "text_sha256"),
        CheckConstraint("leased >= 0 AND answered >= 0", name="item_counts"),
        CheckConstraint("leased + answered <= overlap", name="item_overlap"),
        CheckConstraint(f"state IN ({_ITEM_STATES})", name="item_state"),
        CheckConstraint("precedence IN (-1, 0, 1)", name="item_precedence"),
        partial_index("open_slots > 0", "item_dispensable", "project_id", "precedence", "missing", "order_key"),
        Index("item_state_id", "project_id", "state", "id"),
        Index("item_progress", "project_id", "state", "answered", "leased", "id"),
        Index("item_risk", "project_id", "risk", "answered"),
        Index("item_slice", "project_id", "audit_key"),
        partial_index("open_slots > 0", "item_open_source", "project_id", "source"),
        Index("item_in_order", "project_id", "id"),
        Index("item_campaign", "project_id", "campaign", "id"),
        partial_index("open_slots > 0", "item_priority", "project_id", "precedence", "priority", "order_key"),
        partial_index("open_slots > 0", "item_audit", "project_id", "audit_key"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    public_id: str
    text: str
    text_sha256: str
    source: str
    language: str | None = None
    campaign: str | None = None
    epoch: str | None = None
    region: str | None = None
    quarter: str | None = None
    state: str
    overlap: int
    leased: int = 0
    answered: int = 0
    at_least: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # answers that a person insists on
    on_hold: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # not handed out for now
    precedence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # 1: before all others, -1: after them
    order_key: int = Field(sa_type=BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)
    posterior: list[float] | None = Field(default=None, sa_type=JSON)  # of the rating's values, in their order
    risk: float | None = None  # chance that the most probable rating is wrong
    priority: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})  # bits an answer would tell
    audit_key: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})  # permanent, random
    indicators: dict[str, list[float]] | None = Field(default=None, sa_type=JSON)  # posterior of each one's states
    open_slots: int | None = Field(
        default=None,
        sa_column=Column(
            Integer, Computed(f"CASE WHEN {_DISPENSABLE} THEN overlap - answered - leased ELSE 0 END", persisted=True)
        ),
    )
    missing: int | None = Field(default=None, sa_column=Column(Integer, Computed("overlap - answered", persisted=True)))


class Lease(SQLModel, table=True):
    """One row a person and item, for ever: the database itself keeps a person from holding an item twice."""

    __table_args__ = (
        UniqueConstraint("item_id", "person_id"),
        CheckConstraint("slot >= 0", name="lease_slot"),
        CheckConstraint(f"state IN ({_LEASE_STATES})", name="lease_state"),
        partial_index(_HELD, "lease_slot_held", "item_id", "slot", unique=True),
        partial_index("state = 'live'", "lease_one_live", "person_id", unique=True),
        partial_index("state = 'skipped'", "lease_skipped", "item_id", "ended_at", "person_id"),
        partial_index("state = 'live'", "lease_expiring", "expires_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    item_id: str = Field(foreign_key="item.id")
    person_id: str = Field(foreign_key="person.id", index=True)
    slot: int
    state: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    propensity: float | None = None  # chance with which the item came to be picked at random, where it did
    pick: str | None = None  # what picked the item: see `dispensing.routing`


class Annotation(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        UniqueConstraint("item_id", "person_id"),
        Index("annotation_created", "created_at"),
        Index("annotation_person_created", "person_id", "created_at"),
        partial_index("origin IS NOT NULL", "annotation_origin", "origin"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    lease_id: str = Field(foreign_key="lease.id", unique=True)
    item_id: str = Field(foreign_key="item.id")
    person_id: str = Field(foreign_key="person.id")
    guideline_version_id: str = Field(foreign_key="guideline_version.id")
    key: str
    result: list[dict[str, Any]] = Field(sa_type=JSON)
    answer: dict[str, Any] = Field(sa_type=JSON)
    labels: dict[str, str | None] = Field(sa_type=JSON)
    rating: str | None = None
    cannot_tell: bool = False
    lead_time: float
    created_at: datetime = Field(sa_type=UtcDateTime)
    ls_annotation_id: int | None = None
    origin: str | None = None  # the import it came with (`domain.origins`); None: given here


class FlagReport(SQLModel, table=True):
    __tablename__ = "flag"

    id: str = Field(default_factory=new_id, primary_key=True)
    item_id: str = Field(foreign_key="item.id", index=True)
    person_id: str = Field(foreign_key="person.id")
    kind: str
    note: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)


class MirrorTask(SQLModel, table=True):
    """The Label Studio task that mirrors an item under one guideline version."""

    __tablename__ = "mirror_task"

    item_id: str = Field(foreign_key="item.id", primary_key=True)
    guideline_version_id: str = Field(foreign_key="guideline_version.id", primary_key=True)
    ls_task_id: int
    shown_state: str | None = None  # what its columns show there; None: those of an item that nobody has answered
    shown_answers: int | None = None
    shown_risk: float | None = None


class Outbox(SQLModel, table=True):
    """What has yet to reach Label Studio; a row goes when it has."""

    id: str = Field(default_factory=new_id, primary_key=True)
    kind: str
    subject: str = Field(index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    attempts: int = 0
    error: str | None = None


class StudioChange(SQLModel, table=True):
    """Something a coordinator did to an item's annotations in Label Studio: kept beside the raw answers, never over them."""

    __tablename__ = "studio_change"
    __table_args__ = (UniqueConstraint("ls_annotation_id", "changed_at"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    item_id: str = Field(foreign_key="item.id", index=True)
    annotation_id: str | None = Field(default=None, foreign_key="annotation.id", index=True)  # None: made there by hand
    ls_annotation_id: int
    result: list[dict[str, Any]] = Field(sa_type=JSON)
    ground_truth: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    changed_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)


class Marker(SQLModel, table=True):
    """A named value that outlives a process, such as how far a sweep has come."""

    name: str = Field(primary_key=True)
    value: str


class Audit(SQLModel, table=True):
    __table_args__ = (Index("audit_subject", "subject", "id"), UniqueConstraint("chain", "position"))

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True, autoincrement=True))
    chain: int
    position: int = Field(sa_type=BigInteger)  # within its chain, from 1
    hash: str
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str  # a pseudonymous person id, or the part of the service that acted
    action: str
    subject: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
