"""Releases for researchers: the card, what changed, agreement, the download with its terms; approval for coordinators.

`GET /api/v1/releases` and `…/archive` are the same for scripts, with a token in the `Authorization` header.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from annotator.domain.errors import NotFoundError
from annotator.domain.releases import NEEDED, PUBLISHED_DAYS, ReleaseState, standing
from annotator.domain.scopes import Scope
from annotator.insight import publish
from annotator.storage import releases
from annotator.storage.tables_releases import Release
from annotator.web.frame import contract
from annotator.web.frame.numbers import FormNumber
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep, ResearcherDep, scoped
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.research import zips
from exports.cards import CARDS
from exports.charts import FOLDER, NAMES
from exports.terms import digest as terms_digest
from guidelines.render import render as markdown

router = APIRouter()

_DOCUMENTS = (*CARDS, "CHANGELOG.md")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_IMAGE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n", re.MULTILINE)
_WIDE = re.compile(r"<(table|pre)>")  # scrolls on a narrow screen, so that the keyboard has to reach it
_LINK = re.compile(r"\]\(([A-Z_]+\.md)\)")


class ReleaseOut(BaseModel):
    name: str
    version: str
    state: ReleaseState
    digest: str = Field(description="SHA-256 of its CHECKSUMS: `annotator release verify FOLDER --digest …`.")
    rows: dict[str, dict[str, int]] = Field(description="Rows by split and table.")
    published_at: datetime | None
    expires_at: datetime | None
    withdrawn_since: str = Field(
        description="What of it has been withdrawn since; empty where nothing was. Later releases are without it."
    )
    terms: str
    terms_sha256: str = Field(description="To fetch the release, send this back: it says that you accept the terms.")


@router.get("/researcher/releases/{version}", include_in_schema=False)
def release_page(request: Request, version: str, service: ServiceDep, caller: ResearcherDep) -> Response:
    return _page(request, service, caller, version)


@router.get("/researcher/releases/{version}/files/{name}", include_in_schema=False)
def document_page(request: Request, version: str, name: str, service: ServiceDep, caller: ResearcherDep) -> Response:
    """One of the documents of a release."""
    release = _release(service, version)
    if name not in _DOCUMENTS:
        raise NotFoundError("There is no such document.")
    html = _html(publish.document(release, name), version)
    return render(request, "release_document.html", caller=caller, release=release, name=name, html=html)


@router.get("/researcher/releases/{version}/charts/{name}", include_in_schema=False)
def chart(version: str, name: str, service: ServiceDep, caller: ResearcherDep) -> Response:
    del caller
    release = _release(service, version)
    if name not in {f"{one}.svg" for one in NAMES}:
        raise NotFoundError("There is no such chart.")
    return Response(publish.document(release, f"{FOLDER}/{name}"), media_type="image/svg+xml")


@router.post("/researcher/releases/{version}/download", include_in_schema=False)
def download(
    request: Request,
    version: str,
    service: ServiceDep,
    caller: ResearcherDep,
    terms: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Send the release as a zip, once its terms are accepted."""
    if not terms:
        return _page(request, service, caller, version, problem="Accept the terms first.", status=422)
    return _archive(service, caller, version, terms)


@router.post("/researcher/releases/{version}/approval", include_in_schema=False)
def approval(
    version: str,
    service: ServiceDep,
    caller: CoordinatorDep,
    days: FormNumber = PUBLISHED_DAYS,
) -> Response:
    """Approve a release; the second person's approval hands it out."""
    publish.approve(service.database, service.project, version, caller.id, caller.role, service.now(), days=days)
    return RedirectResponse(f"/researcher/releases/{version}", status_code=303)


@router.post("/researcher/releases/{version}/withdrawal", include_in_schema=False)
def withdrawal(
    version: str,
    service: ServiceDep,
    caller: CoordinatorDep,
    reason: Annotated[str, Form(max_length=500)] = "",
    every: Annotated[bool, Form()] = False,
) -> Response:
    """Stop handing a release out, or every release of the project, for good."""
    if every:
        publish.withdraw_all(service.database, service.project, caller.id, reason, service.now())
    else:
        publish.withdraw(service.database, service.project, version, caller.id, reason, service.now())
    return RedirectResponse(f"/researcher/releases/{version}", status_code=303)


_ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"model": contract.ErrorOut, "description": "There is no such release."},
    409: {"model": contract.ErrorOut, "description": "It is not handed out, or these are not its terms."},
}


@router.get("/api/v1/releases", tags=["releases"])
def list_releases(service: ServiceDep, caller: Annotated[Caller, scoped(Scope.RELEASES_READ)]) -> list[ReleaseOut]:
    """Releases that are handed out, the newest version first, with their terms."""
    del caller
    with service.database.reading() as session:
        found = releases.all_of(session, service.opened.id)
        now = service.now()
        return [_out(session, one, now) for one in found if publish.state_of(one, now) is ReleaseState.PUBLISHED]


@router.get(
    "/api/v1/releases/{version}/archive",
    tags=["releases"],
    response_class=FileResponse,
    responses=_ERRORS,
)
def get_archive(
    version: str,
    service: ServiceDep,
    caller: Annotated[Caller, scoped(Scope.RELEASES_READ)],
    terms: Annotated[str, Query(max_length=64, description="`terms_sha256` of the release: you accept its terms.")],
) -> Response:
    """Fetch a release as a zip. A session or a token (`Authorization: Bearer …`) will do."""
    return _archive(service, caller, version, terms)


def _page(
    request: Request, service: Service, caller: Caller, version: str, *, problem: str = "", status: int = 200
) -> Response:
    release = _release(service, version)
    now = service.now()
    with service.database.reading() as session:
        approved = standing(releases.approvals(session, release.id), now)
        gone = publish.withdrawn_since(session, release)
        reason = releases.reason_of_withdrawal(session, release.id)
    terms = publish.terms_of(release)
    return render(
        request,
        "release.html",
        status=status,
        caller=caller,
        release=release,
        state=publish.state_of(release, now).value,
        card=_html(publish.document(release, "README.md"), version),
        changes=_html(_newest(publish.document(release, "CHANGELOG.md")), version),
        terms=_html(terms, version),
        terms_sha256=terms_digest(terms),
        documents=_DOCUMENTS,
        charts=NAMES,
        approved=len(approved),
        needed=NEEDED,
        mine=caller.id in approved,
        may_approve=caller.role in publish.MAY_APPROVE,
        days=PUBLISHED_DAYS,
        problem=problem,
        gone=gone,
        reason=reason,
    )


def _release(service: Service, version: str) -> Release:
    with service.database.reading() as session:
        release = releases.by_version(session, service.opened.id, version)
    if release is None:
        raise NotFoundError(f"There is no release {version}.", mend="See the data page for those that are there.")
    return release


def _archive(service: Service, caller: Caller, version: str, terms: str) -> Response:
    def make(folder: Path) -> Path:
        return publish.archive(service.database, service.project, version, caller.id, terms, service.now(), folder)

    return zips.sent(service, make)


def _out(session: Session, release: Release, now: datetime) -> ReleaseOut:
    terms = publish.terms_of(release)
    return ReleaseOut(
        name=release.name,
        version=release.version,
        state=publish.state_of(release, now),
        digest=release.digest,
        rows=release.rows,
        published_at=release.published_at,
        expires_at=release.expires_at,
        withdrawn_since=str(publish.withdrawn_since(session, release).told),
        terms=terms,
        terms_sha256=terms_digest(terms),
    )


def _html(text: str, version: str) -> str:
    """Return a document as safe HTML: charts are shown by the page, and links between documents lead to their pages."""
    plain = _IMAGE.sub("", _FRONT.sub("", text))
    html = markdown(_LINK.sub(rf"](/researcher/releases/{version}/files/\1)", plain))
    return _WIDE.sub(r'<\1 tabindex="0">', html)


def _newest(changelog: str) -> str:
    """Return the newest entry of a changelog, without its heading."""
    return changelog.partition("\n## ")[2].partition("\n## ")[0].partition("\n")[2].strip()
