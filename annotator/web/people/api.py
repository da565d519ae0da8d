"""`/api/v1/people`: pseudonyms, roles and where people stand. Nothing of anybody's time, moods or preferences is here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from annotator.domain.roles import Role
from annotator.domain.scopes import Scope
from annotator.storage import annotation_log, people, vetting
from annotator.storage.tables import Person
from annotator.web.frame.paging import Cursor, Limit, Page
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1", tags=["people"])


class PersonRow(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pseudonym": "V-QUIET-HERON",
                    "role": "volunteer",
                    "qualified": True,
                    "paused": False,
                    "answers": 41,
                    "since": "2026-03-02T09:00:00Z",
                }
            ]
        }
    )

    pseudonym: str
    role: Role
    qualified: bool = Field(description="May label; false for other roles.")
    paused: bool
    answers: int = Field(description="Answers of theirs that stand.")
    since: datetime


@router.get("/people")
def list_people(
    service: ServiceDep, _: Annotated[Caller, scoped(Scope.PEOPLE_READ)], cursor: Cursor = "", limit: Limit = 100
) -> Page[PersonRow]:
    """Everybody, by pseudonym, which says nothing of anybody and makes no order of merit."""
    with service.database.reading() as session:
        found = people.after_pseudonym(session, cursor, limit + 1)
        pauses = vetting.pauses(session)
        answers = annotation_log.counts_of_people(session, [person.id for person in found])
    shown = found[:limit]
    return Page(
        items=[_row(person, answers.get(person.id, 0), paused=person.id in pauses) for person in shown],
        next=shown[-1].pseudonym if len(found) > limit else None,
    )


def _row(person: Person, answers: int, *, paused: bool) -> PersonRow:
    return PersonRow(
        pseudonym=person.pseudonym,
        role=Role(person.role),
        qualified=person.role == Role.VOLUNTEER and person.qualified_at is not None,
        paused=paused or person.paused_at is not None,
        answers=answers,
        since=person.created_at,
    )
