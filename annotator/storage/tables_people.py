"""Tables of people: what they agreed to, how they left, who vouched for them, what they chose; and the life of guidelines.

Nobody's name or address comes here. What is private to a person (mood, choices) is read by nothing that scores or exports.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime


class AgreedText(SQLModel, table=True):
    """A version of a text, kept word for word. Of a step's texts the one with the newest `since` is in force."""

    __tablename__ = "agreed_text"
    __table_args__ = (UniqueConstraint("step", "version"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    step: str
    version: str
    sha256: str
    text: str
    since: datetime = Field(sa_type=UtcDateTime)


class Signature(SQLModel, table=True):
    """A step that somebody has done, with the text they agreed to where the step has one."""

    __table_args__ = (Index("signature_person", "person_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id")
    step: str
    text_id: str | None = Field(default=None, foreign_key="agreed_text.id")
    at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Departure(SQLModel, table=True):
    """How somebody left; a later one replaces an earlier one."""

    __table_args__ = (CheckConstraint("answers IN ('kept', 'withdrawn')", name="departure_answers"),)

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    answers: str
    erased: bool = False


class Tombstone(SQLModel, table=True):
    """Stands where an answer stood that its giver withdrew: that there was one, and nothing of what it said."""

    __table_args__ = (Index("tombstone_item", "item_id"),)

    annotation_id: str = Field(primary_key=True)
    item_id: str = Field(foreign_key="item.id")
    person_id: str = Field(foreign_key="person.id")
    guideline_version_id: str = Field(foreign_key="guideline_version.id")
    answered_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime = Field(sa_type=UtcDateTime)


class Vetting(SQLModel, table=True):
    """A check of a person that was made elsewhere: that it was passed, when, and who says so. No papers, no words."""

    __table_args__ = (Index("vetting_person", "person_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id")
    step: str
    recorded_by: str = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str | None = Field(default=None, foreign_key="person.id")


class CoordinatorPause(SQLModel, table=True):
    """A pause that a coordinator set, with the reason the volunteer is told."""

    __tablename__ = "coordinator_pause"
    __table_args__ = (Index("coordinator_pause_person", "person_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id")
    reason: str
    paused_by: str = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    resumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resumed_by: str | None = Field(default=None, foreign_key="person.id")
    resume_reason: str | None = None


class Mood(SQLModel, table=True):
    """How somebody said they were, for their own eyes."""

    __table_args__ = (Index("mood_person", "person_id"), CheckConstraint("mood BETWEEN 1 AND 5", name="mood_range"))

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    mood: int


class OwnChoice(SQLModel, table=True):
    """How somebody likes to work: postings covered until they look, and after how many they mean to stop."""

    __tablename__ = "own_choice"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    covered: bool = False
    session_goal: int | None = None


class LanguageChoice(SQLModel, table=True):
    """Which language somebody wants the pages in, on whatever device they sign in."""

    __tablename__ = "language_choice"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    language: str


class GuidelineApproval(SQLModel, table=True):
    """What one of the two bodies said of a guideline version; of one body's words the newest count, none is overwritten."""

    __tablename__ = "guideline_approval"
    __table_args__ = (Index("guideline_approval_version", "guideline_version_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    guideline_version_id: str = Field(foreign_key="guideline_version.id")
    body: str
    approved: bool
    words: str
    dissent: str
    recorded_by: str  # a person id, or the part of the service
    at: datetime = Field(sa_type=UtcDateTime)


class GuidelineActivation(SQLModel, table=True):
    """A project began to use a version. `clauses` changed since `previous_id`; `questions` are those of the quiz on them."""

    __tablename__ = "guideline_activation"
    __table_args__ = (Index("guideline_activation_project", "project_id", "guideline_version_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    guideline_version_id: str = Field(foreign_key="guideline_version.id")
    previous_id: str | None = Field(default=None, foreign_key="guideline_version.id")
    clauses: list[str] = Field(sa_type=JSON)
    questions: list[str] = Field(sa_type=JSON)
    activated_by: str
    at: datetime = Field(sa_type=UtcDateTime)


class QuizPass(SQLModel, table=True):
    """Somebody answered every question on what is new in a version rightly. How often they tried is not kept."""

    __tablename__ = "quiz_pass"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    guideline_version_id: str = Field(primary_key=True, foreign_key="guideline_version.id")
    at: datetime = Field(sa_type=UtcDateTime)


class Requeue(SQLModel, table=True):
    """An item that was opened for more people because a clause its answers rest on has changed."""

    item_id: str = Field(primary_key=True, foreign_key="item.id")
    guideline_version_id: str = Field(primary_key=True, foreign_key="guideline_version.id")
    asked_by: str
    at: datetime = Field(sa_type=UtcDateTime)
