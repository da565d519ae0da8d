"""The coordinator's pages: the desk, items, people, postings in. Adjudicators see items too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import Response

from annotator.domain.adjudication import TITLES
from annotator.domain.errors import AnnotatorError, InputError, NotFoundError
from annotator.insight.agreement import MINIMUM_ITEMS
from annotator.intake.run import ingest_file
from annotator.intake.screens import open_vault
from annotator.learning.standing import read_pool
from annotator.storage import (
    adjudication,
    annotation_log,
    audit,
    consensus,
    guideline_life,
    items,
    mirror,
    people,
    projects,
)
from annotator.storage.tables import Item
from annotator.storage.tables_consensus import ConsensusFit
from annotator.web import health
from annotator.web.errors import status_of
from annotator.web.pages import render
from annotator.web.security import CoordinatorDep, DeskDep
from annotator.web.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator", include_in_schema=False)

_PAGE = 50


@router.get("")
def desk(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    standing = service.agreement.standing()
    midnight = service.now().replace(hour=0, minute=0, second=0, microsecond=0)
    with service.database.reading() as session:
        counts = items.count_by_state(session, service.project.id)
        today = annotation_log.count_of_project(session, service.project.id, midnight)
        usable = guideline_life.may_be_used(session, service.project.id, service.project.guideline_version_id)
    return render(
        request,
        "coordinator.html",
        caller=caller,
        schema=service.schema,
        bounds=projects.bounds(service.project),
        counts=counts,
        answers=standing.answers,
        answers_today=today,
        usable=usable,
        agreement=standing.agreement,
        minimum=MINIMUM_ITEMS,
        consensus=_consensus(service),
        learning=read_pool(service.database, service.project, service.schema, n_waiting=0),
        health=health.parts(service),
        studio_url=service.studio_url,
    )


@router.get("/items/{public_id:path}")
def item_page(public_id: str, request: Request, service: ServiceDep, caller: DeskDep) -> Response:
    with service.database.reading() as session:
        item = items.by_public_id(session, service.project.id, public_id)
        if item is None:
            raise NotFoundError("There is no such item.")
        answers = annotation_log.of_item(session, item.id)
        history = audit.history(session, item.id)
        flags = items.flags_of(session, item.id)
        changes = mirror.changes_of(session, item.id)
        decisions = adjudication.decisions(session, item.id, standing=False)
        pseudonyms = {person.id: person.pseudonym for person in people.everyone(session)}
    return render(
        request,
        "item.html",
        caller=caller,
        item=item.model_dump(),
        answers=answers,
        history=history,
        flags=flags,
        changes=changes,
        decisions=decisions,
        causes={cause.value: title for cause, title in TITLES.items()},
        pseudonyms=pseudonyms,
        rating_question=service.schema.rating.question,
        posterior=_posterior(service, item),
        indicators=_indicators(service, item),
    )


@router.get("/postings")
def postings_page(request: Request, caller: CoordinatorDep) -> Response:
    return render(request, "postings.html", caller=caller, problem="", summary=None, rejects=[])


@router.post("/postings")
def postings_form(
    request: Request, service: ServiceDep, caller: CoordinatorDep, file: UploadFile, manifest: UploadFile | None = None
) -> Response:
    """Read an uploaded file in, from a folder that is gone afterwards."""
    shown: dict[str, Any] = {"problem": "", "summary": None, "rejects": []}
    status = 200
    with TemporaryDirectory(dir=service.scratch()) as folder:
        try:
            path = _keep(file, Path(folder))
            if manifest is not None and manifest.filename:
                (Path(folder) / "manifest.json").write_bytes(manifest.file.read())
            summary = ingest_file(
                service.database, service.project, path, caller.id, service.clock, vault=open_vault(service.settings)
            )
        except AnnotatorError as error:
            shown["problem"], status = str(error), status_of(error)
        else:
            shown["summary"] = summary
            if summary.rejects_file is not None:
                lines = summary.rejects_file.read_bytes().splitlines()[:100]
                shown["rejects"] = [orjson.loads(line) for line in lines]
    return render(request, "postings.html", status=status, caller=caller, **shown)


@dataclass(frozen=True, slots=True)
class ConsensusState:
    """What the newest fit of the rating rests on, and how many items are certain enough."""

    fit: ConsensusFit | None
    certain: int
    with_posterior: int
    risk: float


def _consensus(service: Service) -> ConsensusState:
    with service.database.reading() as session:
        fit = consensus.newest_fit(session, service.project.id, service.schema.rating.name)
        risk = service.project.risk_threshold
        certain, with_posterior = consensus.certain(session, service.project.id, risk)
    return ConsensusState(fit, certain, with_posterior, risk)


def _posterior(service: Service, item: Item) -> list[tuple[str, float]]:
    """Return each rating with its probability; empty before the first answer: nobody decides on a classifier's word alone."""
    return list(zip(service.schema.rating.values, (item.posterior if item.answered else None) or (), strict=False))


def _indicators(service: Service, item: Item) -> list[tuple[str, str, float]]:
    """Return label, most probable state and its probability, of what the newest refit says beyond "not stated" and "no"."""
    specs = {spec.name: spec for spec in service.schema.labels}
    best = [
        (name, specs[name].values[max(range(len(values)), key=values.__getitem__)], max(values))
        for name, values in (item.indicators or {}).items()
        if name in specs
    ]
    return [row for row in best if row[1] != specs[row[0]].values[-1]]


def _keep(file: UploadFile, folder: Path) -> Path:
    """Store the upload under a name of ours, keeping only the ending of theirs."""
    ending = Path(file.filename or "").suffix.lower()
    if not ending.removeprefix(".").isalnum():
        raise InputError("The file has no ending.", where="file", mend="Use .jsonl, .csv or .parquet.")
    path = folder / f"postings{ending}"
    with path.open("wb") as out:
        while chunk := file.file.read(1 << 20):
            out.write(chunk)
    return path
