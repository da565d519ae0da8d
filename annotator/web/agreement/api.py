"""`/api/v1/agreement…`: agreement as it forms, the same figures as on the coordinator's pages.

What two people said of the same items is under the scopes that cover people and single answers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import dropwhile, islice
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from annotator.consensus.agreement import Agreement
from annotator.domain.errors import InputError
from annotator.domain.scopes import Scope
from annotator.insight.agreement import LabelAgreement
from annotator.insight.history import block_size
from annotator.storage import pair_answers
from annotator.web.agreement import contract as shapes
from annotator.web.agreement.pages import LabelDep, pair_table, two_people
from annotator.web.agreement.rows import clause_of
from annotator.web.frame import contract
from annotator.web.frame.paging import Cursor, Limit, Page, unchanged
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep
from annotator.web.items.letters import require_knows_people

router = APIRouter(prefix="/api/v1", tags=["agreement"])

_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": contract.ErrorOut, "description": "There are no such two people."}
}
_Reader = Annotated[Caller, scoped(Scope.AGREEMENT_READ)]


@router.get(
    "/agreement",
    response_model=contract.AgreementReport,
    responses={304: {"description": "It is as it was: see `If-None-Match`."}},
)
def get_agreement(
    request: Request, response: Response, service: ServiceDep, _: _Reader
) -> Response | contract.AgreementReport:
    """Krippendorff's alpha of every label: ordinal for the rating, nominal else, with intervals by item bootstrap."""
    standing = service.agreement.standing()
    if (same := unchanged(request, response, service.schema.sha256, standing.mark)) is not None:
        return same
    schema = service.schema
    return contract.AgreementReport(
        guideline=contract.GuidelineOut(name=schema.name, version=schema.version, sha256=schema.sha256),
        answers=standing.answers,
        agreement=[_out(row) for row in standing.agreement],
    )


@router.get("/agreement/versions")
def get_versions(service: ServiceDep, _: _Reader, spec: LabelDep) -> shapes.VersionsOut:
    """Alpha of one label (the rating, unless `label` names another) among answers under each guideline version."""
    standing = service.agreement.standing()
    versions = [
        shapes.VersionOut(version=row.version.name, in_force_since=_moment(row.version.began), **_alpha(row.agreement))
        for row in standing.by_version(spec)
    ]
    return shapes.VersionsOut(label=spec.name, as_of=standing.at, versions=versions)


@router.get("/agreement/time")
def get_time(service: ServiceDep, _: _Reader, spec: LabelDep) -> shapes.TimeOut:
    """Alpha of one label over blocks of equally many items, in the order in which they were finished."""
    standing = service.agreement.standing()
    blocks = [
        shapes.BlockOut(
            version=row.version.name,
            first=_moment(row.first),
            last=_moment(row.last),
            full=row.full,
            **_alpha(row.agreement),
        )
        for row in standing.over_time(spec)
    ]
    block = block_size(standing.data.units(spec).n)
    return shapes.TimeOut(label=spec.name, as_of=standing.at, block=block, blocks=blocks)


@router.get("/agreement/confusions")
def get_confusions(service: ServiceDep, _: _Reader) -> shapes.ConfusionsOut:
    """Which two answers people give to the same items, for every label; those on the most items first within a label."""
    standing = service.agreement.standing()
    found = [
        shapes.ConfusionOut(
            label=spec.name,
            rarer=row.rarer,
            other=row.other,
            items=row.items,
            of=row.of,
            share=row.share,
            low=row.low,
            high=row.high,
            clause=clause_of(service.schema, spec, row.rarer),
        )
        for spec in service.schema.labels
        for row in standing.confusions(spec)
    ]
    return shapes.ConfusionsOut(as_of=standing.at, confusions=found)


@router.get("/agreement/clauses")
def get_clauses(service: ServiceDep, _: _Reader) -> shapes.ClausesOut:
    """How each clause of the guideline is used, in its order, and on how many items not all applied it alike."""
    standing = service.agreement.standing()
    found = []
    for row in standing.clauses():
        low, high = row.interval if row.items else (None, None)
        found.append(
            shapes.ClauseOut(
                clause=row.clause,
                label=row.spec.name,
                value=row.value,
                items=row.items,
                differing=row.differing,
                share=row.share,
                low=low,
                high=high,
            )
        )
    return shapes.ClausesOut(as_of=standing.at, clauses=found)


@router.get("/agreement/passages")
def get_passages(service: ServiceDep, _: _Reader) -> shapes.PassagesOut:
    """How far people mark the same words (F1), for all passages together and for each label in each state.

    1 where everybody marks the same words, 0 where no word is marked by two; not corrected for chance.
    """
    found = service.agreement.passages()
    return shapes.PassagesOut(
        as_of=found.at,
        together=shapes.F1Out(**_f1(found.together)) if found.together else None,
        passages=[shapes.PassageOut(label=row.label, state=row.state, **_f1(row.agreement)) for row in found.kinds],
    )


@router.get("/agreement/pairs")
def get_pairs(
    service: ServiceDep,
    _: Annotated[Caller, scoped(Scope.PEOPLE_READ)],
    spec: LabelDep,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[shapes.PairOut]:
    """Cohen's kappa of every two people who share an item, in the order of their pseudonyms."""
    cells = pair_table(service, service.agreement.standing(), spec).cells()
    if cursor:
        cells = dropwhile(lambda cell: f"{cell.one}~{cell.other}" != cursor, cells)
        if next(cells, None) is None:
            raise InputError("is no place in this list.", where="cursor", mend="Begin from the first page.")
    found = list(islice(cells, limit + 1))
    pairs = [
        shapes.PairOut(
            one=cell.one, other=cell.other, items=cell.shared, kappa=cell.kappa, low=cell.low, high=cell.high
        )
        for cell in found[:limit]
    ]
    return Page(items=pairs, next=f"{pairs[-1].one}~{pairs[-1].other}" if len(found) > limit else None)


@router.get("/agreement/pairs/{first}/{second}", responses=_NOT_FOUND)
def get_shared(
    first: str,
    second: str,
    service: ServiceDep,
    caller: Annotated[Caller, scoped(Scope.ANSWERS_READ)],
    spec: LabelDep,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[shapes.SharedOut]:
    """The items that two people both answered under one guideline version, with their two answers; those that differ first."""
    two = two_people(service, first, second)
    require_knows_people(caller.role)
    with service.database.reading() as session:
        page = pair_answers.page(session, service.opened.id, two.ids, spec.name, cursor, limit)
    shared = [
        shapes.SharedOut(item=row.public_id, one=row.one.labels.get(spec.name), other=row.other.labels.get(spec.name))
        for row in page.shared
    ]
    return Page(items=shared, next=page.cursor or None)


def _out(row: LabelAgreement) -> contract.AgreementOut:
    return contract.AgreementOut(
        label=row.spec.name,
        question=row.spec.question,
        level=row.spec.level.value,
        cannot_tell=row.cannot_tell,
        **_alpha(row.agreement),
    )


def _alpha(found: Agreement) -> dict[str, Any]:
    return _measure(found) | {"labels": found.n_labels}


def _f1(found: Agreement) -> dict[str, Any]:
    return _measure(found) | {"answers": found.n_labels}


def _measure(found: Agreement) -> dict[str, Any]:
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "items": found.n_items,
        "reason": found.reason,
    }


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
