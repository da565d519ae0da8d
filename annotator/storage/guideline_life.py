"""Queries of a guideline's life: what the two bodies said of a version, when a project took it up, who knows what is new in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from annotator.domain.errors import ConflictError, InputError
from annotator.domain.governance import Body, Review, Standing
from annotator.domain.items import Source
from annotator.storage import audit
from annotator.storage.beside_index import beside_index
from annotator.storage.known import Condition
from annotator.storage.prepared import Prepared
from annotator.storage.tables import GuidelineVersion, Item, Project
from annotator.storage.tables_people import GuidelineActivation, GuidelineApproval, QuizPass


@dataclass(frozen=True, slots=True)
class Activation:
    """What a project's taking up of a version asks of people: questions on the clauses that changed."""

    clauses: tuple[str, ...]
    questions: tuple[str, ...]


def approve(session: Session, at: datetime, actor: str, version_id: str, review: Review) -> None:
    """Record what a body said of a version. Nothing said before is overwritten; the newest word of each body counts.

    Raises:
        InputError: nothing was said.
    """
    if not review.words.strip():
        raise InputError(
            "What the body said is missing.", where="words", mend="Write down its decision in its own words."
        )
    row = GuidelineApproval(
        guideline_version_id=version_id,
        body=review.body.value,
        approved=review.approved,
        words=review.words.strip(),
        dissent=review.dissent.strip(),
        recorded_by=actor,
        at=at,
    )
    session.add(row)
    session.flush()
    detail = {"body": row.body, "approved": row.approved, "dissent": bool(row.dissent)}
    audit.record(session, at, actor, "guideline.reviewed", version_id, **detail)


def approvals(session: Session, version_id: str) -> list[GuidelineApproval]:
    """Return everything that was said of a version, oldest first."""
    statement = select(GuidelineApproval).where(GuidelineApproval.guideline_version_id == version_id)
    return list(session.exec(statement.order_by(GuidelineApproval.id)))


def standing(session: Session, version_id: str) -> Standing:
    return Standing({Body(body): approved for body, approved in _SAID.rows(session, version=version_id)})


def may_be_used(session: Session, project_id: str, version_id: str) -> bool:
    """Say whether a project may hand out postings under a version: it is approved, or the project is a demonstration."""
    if standing(session, version_id).approved:
        return True
    return is_demonstration(session, project_id)


def is_demonstration(session: Session, project_id: str) -> bool:
    return session.exec(select(Project.demonstration).where(Project.id == project_id)).one()


def allowed(project: Project) -> list[Condition]:
    """Return what every posting of the project must meet: a demonstration hands out synthetic ones only."""
    return [_SYNTHETIC] if project.demonstration else []


def set_demonstration(session: Session, at: datetime, actor: str, project_id: str, *, demonstration: bool) -> None:
    """Make a project a demonstration, or end that.

    Raises:
        ConflictError: the project holds postings that are not synthetic.
    """
    real = select(Item.id).where(Item.project_id == project_id, Item.source != Source.SYNTHETIC.value).limit(1)
    if demonstration and session.exec(real).first() is not None:
        raise ConflictError(
            "The project holds postings that are not synthetic.",
            mend="A demonstration is a project of synthetic ones only.",
        )
    session.exec(update(Project).where(col(Project.id) == project_id).values(demonstration=demonstration))
    audit.record(session, at, actor, "project.demonstration", project_id, demonstration=demonstration)


def activate(
    session: Session, at: datetime, actor: str, project_id: str, version: GuidelineVersion, asks: Activation
) -> None:
    """Let a project use a version from its next start on.

    Raises:
        ConflictError: the version is not approved and the project is no demonstration; or it is in use already.
    """
    project = session.get_one(Project, project_id, with_for_update=True)
    if project.guideline_version_id == version.id:
        raise ConflictError(f"{version.name} {version.version} is in use already.")
    if not may_be_used(session, project_id, version.id):
        missing = ", ".join(body.full_name for body in standing(session, version.id).missing)
        raise ConflictError(
            f"{version.name} {version.version} is not approved: {missing} is missing.",
            mend="Record what they said with `annotator guideline approve`.",
        )
    row = GuidelineActivation(
        project_id=project_id,
        guideline_version_id=version.id,
        previous_id=project.guideline_version_id,
        clauses=list(asks.clauses),
        questions=list(asks.questions),
        activated_by=actor,
        at=at,
    )
    project.guideline_version_id = version.id
    session.add_all([row, project])
    session.flush()
    detail = {"version": version.version, "clauses": list(asks.clauses)}
    audit.record(session, at, actor, "guideline.activated", project_id, **detail)


def activation_of(session: Session, project_id: str, version_id: str) -> GuidelineActivation | None:
    """Return when and from what the project took the version up; None for its first one."""
    statement = select(GuidelineActivation).where(
        GuidelineActivation.project_id == project_id, GuidelineActivation.guideline_version_id == version_id
    )
    return session.exec(statement.order_by(col(GuidelineActivation.id).desc())).first()


def pass_quiz(session: Session, at: datetime, person_id: str, version_id: str) -> None:
    if session.get(QuizPass, (person_id, version_id)) is None:
        session.add(QuizPass(person_id=person_id, guideline_version_id=version_id, at=at))
        audit.record(session, at, person_id, "guideline.quiz_passed", version_id)


def versions(session: Session, name: str) -> Sequence[GuidelineVersion]:
    """Return every version of a guideline that was ever stored, in the order in which they came."""
    return session.exec(
        select(GuidelineVersion).where(GuidelineVersion.name == name).order_by(GuidelineVersion.id)
    ).all()


_SYNTHETIC = beside_index(Item.source) == Source.SYNTHETIC.value
_SAID = Prepared(
    select(GuidelineApproval.body, GuidelineApproval.approved)
    .where(GuidelineApproval.guideline_version_id == bindparam("version"))
    .order_by(col(GuidelineApproval.id))
)
