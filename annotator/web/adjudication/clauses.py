"""What adjudicators met, clause by clause: for those who write the next version of the guideline. Nobody is named here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from annotator.domain.adjudication import TITLES, Cause
from annotator.storage import adjudication, guideline_life
from annotator.storage.adjudication import Met
from annotator.web.frame.csv_files import csv_file
from annotator.web.frame.pages import render
from annotator.web.frame.security import DeskDep
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/coordinator/adjudication", include_in_schema=False)

_NOTES = 8
_Version = Annotated[str, Query(max_length=50, description="A guideline version; empty is any.")]


@dataclass
class ClauseMet:
    """One clause, without a name where none was named: how often each cause was named, and what adjudicators noted, the newest first."""

    clause: str
    title: str
    causes: Counter[str] = field(default_factory=Counter)
    notes: list[Met] = field(default_factory=list)
    items: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.causes.total()


@router.get("/clauses")
def clauses_page(request: Request, service: ServiceDep, caller: DeskDep, version: _Version = "") -> Response:
    with service.database.reading() as session:
        found = adjudication.met(session, service.opened.id, version)
        versions = [row.version for row in guideline_life.versions(session, service.schema.name)]
    return render(
        request,
        "clauses.html",
        caller=caller,
        rows=by_clause(found, service.schema.clauses),
        decisions=len(found),
        causes=list(Cause),
        titles=TITLES,
        versions=versions,
        version=version,
        notes=_NOTES,
    )


@router.get("/clauses.csv")
def clauses_csv(service: ServiceDep, _: DeskDep, version: _Version = "") -> Response:
    """Send one row a decision; texts stay in the service."""
    titles = service.schema.clauses
    with service.database.reading() as session:
        found = adjudication.met(session, service.opened.id, version)
    rows = (
        (one.clause, titles.get(one.clause, ""), one.cause, one.note, one.public_id, one.rating or "CT", one.version)
        for one in found
    )
    return csv_file("adjudication-by-clause", ("clause", "title", "cause", "note", "item", "decided", "version"), rows)


def by_clause(found: Sequence[Met], titles: dict[str, str]) -> list[ClauseMet]:
    """Sum decisions up by clause, the one met most often first."""
    rows: dict[str, ClauseMet] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    for one in found:
        row = rows.setdefault(one.clause, ClauseMet(one.clause, titles.get(one.clause, one.clause)))
        row.causes[one.cause] += 1
        if one.note:
            row.notes.append(one)
        if one.public_id not in seen[one.clause]:
            seen[one.clause].add(one.public_id)
            row.items.append(one.public_id)
    return sorted(rows.values(), key=lambda row: (-row.total, row.title))
