"""What the pages and the command need to know of guideline versions: which there are, what is new in one, taking one up.

A version lies in the folder beside the one in use. It comes into the database when somebody says something of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from annotator.domain.errors import ConflictError
from annotator.storage import guideline_life, projects
from annotator.storage.guideline_life import Activation
from annotator.storage.tables import GuidelineVersion, Project
from annotator.storage.tables_people import GuidelineActivation
from annotator.web.frame.service import Service
from guidelines.diff import ClauseChange, changes, quiz_for, require_quiz
from guidelines.lessons import QuizQuestion, load_quiz
from guidelines.loader import Guideline, available, load


@dataclass(frozen=True, slots=True)
class News:
    """What a version brings beside another: the clauses that differ, and the questions on them."""

    old: Guideline
    new: Guideline
    clauses: list[ClauseChange]
    questions: list[QuizQuestion]


def root_of(guideline: Guideline) -> Path:
    """Return the folder of guidelines that a version lies in."""
    return guideline.path.parent.parent


def known_versions(guideline: Guideline) -> list[str]:
    """Return the versions that lie beside this one, oldest first."""
    return [version for name, version in available(root_of(guideline)) if name == guideline.schema.name]


def sibling(guideline: Guideline, version: str) -> Guideline:
    return load(guideline.schema.name, version, root_of(guideline))


def news(old: Guideline, new: Guideline) -> News:
    """Compare two versions.

    Raises:
        ConfigError: a clause by which people choose has changed, and the quiz asks nothing about it.
    """
    quiz = load_quiz(new)
    require_quiz(old, new, quiz)
    clauses = changes(old, new)
    return News(old, new, clauses, quiz_for(clauses, quiz))


def activate(session: Session, at: datetime, actor: str, project: Project, old: Guideline, new: Guideline) -> None:
    """Let the project take a version up at its next start.

    Raises:
        ConflictError: it is not approved, or it is in use already.
    """
    version = projects.guideline_version(session, at, new.schema)
    found = news(old, new)
    asks = Activation(
        tuple(change.anchor for change in found.clauses), tuple(question.id for question in found.questions)
    )
    guideline_life.activate(session, at, actor, project.id, version, asks)


def news_in_use(service: Service, session: Session) -> News | None:
    """Return what the version in use brought, beside the one that the project used before; None for its first."""
    activation = guideline_life.activation_of(session, service.opened.id, service.project.guideline_version_id)
    if activation is None or activation.previous_id is None:
        return None
    old = session.get_one(GuidelineVersion, activation.previous_id)
    found = news(sibling(service.guideline, old.version), service.guideline)
    return News(found.old, found.new, found.clauses, _asked(activation, found.questions))


def pending(service: Service, session: Session) -> str:
    """Return the version that was taken up but waits for the next start; empty where none does."""
    project = session.get_one(Project, service.opened.id, populate_existing=True)
    if project.guideline_version_id == service.project.guideline_version_id:
        return ""
    return session.get_one(GuidelineVersion, project.guideline_version_id).version


def graded(questions: list[QuizQuestion], given: dict[str, str]) -> dict[str, int | None]:
    """Return the chosen place of each question by id; None where none was chosen.

    Raises:
        ConflictError: there is nothing to answer.
    """
    if not questions:
        raise ConflictError("There is nothing new to answer questions on.")
    return {
        question.id: next(
            (place for place in range(len(question.options)) if str(place) == given.get(question.id)), None
        )
        for question in questions
    }


def _asked(activation: GuidelineActivation, questions: list[QuizQuestion]) -> list[QuizQuestion]:
    """Return the questions that were asked when the version was taken up; the file may have been improved since."""
    asked = set(activation.questions)
    return [question for question in questions if question.id in asked] or questions
