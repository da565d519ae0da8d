"""The coordinator's pages of agreement: each question, over time and by version, each two people, and what gets mixed up.

Every figure leads to its items, every table is there as CSV, and people stand in the order of their pseudonyms: nobody is ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from annotator.domain.errors import InputError, NotFoundError
from annotator.domain.schema import LabelSpec
from annotator.insight.agreement import MINIMUM_ITEMS
from annotator.insight.current import Standing
from annotator.insight.history import block_size
from annotator.insight.labels import titles
from annotator.insight.pairs import MINIMUM_SHARED, agreement_of_two
from annotator.insight.passages import Passages
from annotator.storage import pair_answers, people
from annotator.storage.tables import Person
from annotator.web.agreement import charts as agreement_charts, rows as agreement_rows
from annotator.web.agreement.pair_matrix import PairTable
from annotator.web.frame.csv_files import csv_file
from annotator.web.frame.pages import render
from annotator.web.frame.security import CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator", include_in_schema=False)

_PAGE = 25


def label_of(service: ServiceDep, label: Annotated[str, Query(max_length=100)] = "") -> LabelSpec:
    """Return the label that a page is about: the rating, unless another is named."""
    if not label:
        return service.schema.rating
    found = next((spec for spec in service.schema.labels if spec.name == label), None)
    if found is None:
        raise InputError(f"{label} is no label of the guideline.", where="label", mend="Choose one of the list.")
    return found


LabelDep = Annotated[LabelSpec, Depends(label_of)]


@router.get("/agreement")
def overview(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Show alpha of every label."""
    standing = service.agreement.standing()
    rows = standing.agreement
    return _page(
        request,
        standing,
        service.schema.rating,
        "agreement.html",
        caller=caller,
        figure=agreement_charts.by_label(rows),
        headers=agreement_rows.LABELS,
        rows=[agreement_rows.of_label(row) for row in rows],
    )


@router.get("/agreement.csv")
def overview_csv(service: ServiceDep, _: CoordinatorDep) -> Response:
    rows = service.agreement.standing().agreement
    return csv_file("agreement", agreement_rows.LABELS, map(agreement_rows.plain, map(agreement_rows.of_label, rows)))


@router.get("/agreement/time")
def history(request: Request, service: ServiceDep, caller: CoordinatorDep, spec: LabelDep) -> Response:
    """Show one label under each version and over time."""
    standing, title = service.agreement.standing(), titles(service.schema)[spec.name]
    versions, blocks = standing.by_version(spec), standing.over_time(spec)
    return _page(
        request,
        standing,
        spec,
        "agreement_time.html",
        caller=caller,
        block=block_size(standing.data.units(spec).n),
        by_version=agreement_charts.by_version(title, versions),
        version_headers=agreement_rows.VERSIONS,
        version_rows=[agreement_rows.of_version(spec, row) for row in versions],
        over_time=agreement_charts.over_time(title, blocks),
        time_headers=agreement_rows.TIME,
        time_rows=[agreement_rows.of_block(spec, row) for row in blocks],
    )


@router.get("/agreement/versions.csv")
def versions_csv(service: ServiceDep, _: CoordinatorDep, spec: LabelDep) -> Response:
    rows = service.agreement.standing().by_version(spec)
    made = (agreement_rows.plain(agreement_rows.of_version(spec, row)) for row in rows)
    return csv_file(f"agreement-{spec.name}-by-version", agreement_rows.VERSIONS, made)


@router.get("/agreement/time.csv")
def time_csv(service: ServiceDep, _: CoordinatorDep, spec: LabelDep) -> Response:
    rows = service.agreement.standing().over_time(spec)
    made = (agreement_rows.plain(agreement_rows.of_block(spec, row)) for row in rows)
    return csv_file(f"agreement-{spec.name}-over-time", agreement_rows.TIME, made)


@router.get("/agreement/confusions")
def confusions(request: Request, service: ServiceDep, caller: CoordinatorDep, spec: LabelDep) -> Response:
    """Show which answers to one label get mixed up, and how each clause is used."""
    standing, names = service.agreement.standing(), titles(service.schema)
    found = standing.confusions(spec)
    return _page(
        request,
        standing,
        spec,
        "agreement_confusions.html",
        caller=caller,
        figure=agreement_charts.mixed_up(names[spec.name], names, found),
        headers=agreement_rows.CONFUSIONS,
        rows=[agreement_rows.of_confusion(service.schema, row) for row in found],
        clause_headers=agreement_rows.CLAUSES,
        clause_rows=[agreement_rows.of_clause(service.schema, row) for row in standing.clauses()],
    )


@router.get("/agreement/confusions.csv")
def confusions_csv(service: ServiceDep, _: CoordinatorDep) -> Response:
    """Send the mix-ups of every label."""
    standing = service.agreement.standing()
    rows = (row for spec in service.schema.labels for row in standing.confusions(spec))
    made = (agreement_rows.plain(agreement_rows.of_confusion(service.schema, row)) for row in rows)
    return csv_file("confusions", agreement_rows.CONFUSIONS, made)


@router.get("/agreement/clauses.csv")
def clauses_csv(service: ServiceDep, _: CoordinatorDep) -> Response:
    rows = service.agreement.standing().clauses()
    made = (agreement_rows.plain(agreement_rows.of_clause(service.schema, row)) for row in rows)
    return csv_file("clauses", agreement_rows.CLAUSES, made)


@router.get("/agreement/passages")
def passages(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    """Show how far people mark the same words."""
    found = service.agreement.passages()
    kinds = zip(agreement_rows.passage_names(found), (row.agreement for row in found.kinds), strict=True)
    return _page(
        request,
        found,
        service.schema.rating,
        "agreement_passages.html",
        caller=caller,
        figure=agreement_charts.by_passage(found.together, list(kinds)) if found.together else None,
        headers=agreement_rows.PASSAGES,
        rows=agreement_rows.of_passages(found),
    )


@router.get("/agreement/passages.csv")
def passages_csv(service: ServiceDep, _: CoordinatorDep) -> Response:
    rows = agreement_rows.of_passages(service.agreement.passages())
    return csv_file("agreement-passages", agreement_rows.PASSAGES, map(agreement_rows.plain, rows))


@router.get("/agreement/pairs")
def pairs(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    spec: LabelDep,
    rows: Annotated[int, Query(ge=0, le=1000)] = 0,
    columns: Annotated[int, Query(ge=0, le=1000)] = 0,
) -> Response:
    """Show the matrix of people, a block of it at a time."""
    standing = service.agreement.standing()
    table = pair_table(service, standing, spec)
    return _page(
        request,
        standing,
        spec,
        "agreement_pairs.html",
        caller=caller,
        table=table,
        block=table.block(rows, columns),
        minimum=MINIMUM_SHARED,
    )


@router.get("/agreement/pairs.csv")
def pairs_csv(service: ServiceDep, _: CoordinatorDep, spec: LabelDep) -> Response:
    """Send every two people who share an item."""
    made = (agreement_rows.of_pair(cell) for cell in pair_table(service, service.agreement.standing(), spec).cells())
    return csv_file(f"agreement-{spec.name}-pairs", agreement_rows.PAIRS, made)


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """Two people whose answers are laid side by side."""

    one: Person
    other: Person

    @property
    def ids(self) -> tuple[str, str]:
        return self.one.id, self.other.id

    @property
    def names(self) -> tuple[str, str]:
        return self.one.pseudonym, self.other.pseudonym


def two_people(service: Service, first: str, second: str) -> TwoPeople:
    """Return the people of these pseudonyms."""
    with service.database.reading() as session:
        one, other = (people.by_pseudonym(session, name) for name in (first, second))
    if one is None or other is None or one.id == other.id:
        raise NotFoundError("There are no such two people.")
    return TwoPeople(one, other)


@router.get("/agreement/pairs/{first}/{second}")
def pair(
    first: str,
    second: str,
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    spec: LabelDep,
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the items that two people both answered, what they differ on first."""
    two = two_people(service, first, second)
    standing = service.agreement.standing()
    with service.database.reading() as session:
        found = pair_answers.page(session, service.opened.id, two.ids, spec.name, after, _PAGE)
    return _page(
        request,
        standing,
        spec,
        "agreement_pair.html",
        caller=caller,
        names=two.names,
        found=agreement_of_two(standing.data, spec, two.ids),
        shared=[agreement_rows.side_by_side(service.schema, spec, row) for row in found.shared],
        minimum=MINIMUM_SHARED,
        after=after,
        cursor=found.cursor,
    )


@router.get("/agreement/pairs/{first}/{second}/items.csv")
def pair_csv(first: str, second: str, service: ServiceDep, _: CoordinatorDep, spec: LabelDep) -> Response:
    two = two_people(service, first, second)
    headers = ("item", *two.names)
    return csv_file(f"agreement-{spec.name}-pair", headers, agreement_rows.shared_rows(service, spec, two.ids))


def pair_table(service: Service, standing: Standing, spec: LabelSpec) -> PairTable:
    """Return kappa of each two people under their pseudonyms."""
    with service.database.reading() as session:
        names = people.pseudonyms(session)
    return PairTable(standing.pairs(spec), names)


def _page(request: Request, standing: Standing | Passages, spec: LabelSpec, template: str, **context: Any) -> Response:
    """Render a page with what all of them show: the questions to choose from, and of when the figures are."""
    named = titles(standing.schema)
    return render(
        request,
        template,
        spec=spec,
        title=named[spec.name],
        ordinal=spec.is_scale,
        choices=[(each.name, named[each.name]) for each in standing.schema.labels],
        passages=standing.schema.spans is not None,
        answers=standing.answers,
        at=standing.at,
        minimum_items=MINIMUM_ITEMS,
        **context,
    )
