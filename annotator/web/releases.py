"""Releases for researchers: the card, what changed, agreement, the download with its terms, tokens; approval for coordinators.

`GET /api/v1/releases` and `…/archive` are the same for scripts, with a token in the `Authorization` header.
"""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from annotator.domain.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from annotator.domain.releases import NEEDED, PUBLISHED_DAYS, ReleaseState, standing
from annotator.domain.roles import Role
from annotator.insight import publish
from annotator.people.tokens import token_hash
from annotator.storage import releases
from annotator.storage.tables_releases import Release
from annotator.web import contract
from annotator.web.pages import render
from annotator.web.security import Caller, CoordinatorDep, MaybeCallerDep, ResearcherDep
from annotator.web.service import Service, ServiceDep
from exports.cards import CARDS
from exports.charts import FOLDER, NAMES
from exports.terms import digest as terms_digest
from guidelines.render import render as markdown

router = APIRouter()

_READERS = frozenset({Role.RESEARCHER, Role.COORDINATOR, Role.ADMIN})
_DOCUMENTS = (*CARDS, "CHANGELOG.md")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_IMAGE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n", re.MULTILINE)
_LINK = re.compile(r"\]\(([A-Z_]+\.md)\)")


class ReleaseOut(BaseModel):
    name: str
    version: str
    state: ReleaseState
    digest: str = Field(description="SHA-256 of its CHECKSUMS: `annotator release verify FOLDER --digest …`.")
    rows: dict[str, dict[str, int]] = Field(description="Rows by split and table.")
    published_at: datetime | None
    expires_at: datetime | None
    terms: str
    terms_sha256: str = Field(description="To fetch the release, send this back: it says that you accept the terms.")


def reader(request: Request, service: ServiceDep, caller: MaybeCallerDep) -> Caller:
    """Return who is asking: by the token of the `Authorization` header where there is one, else by the session."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        with service.database.reading() as session:
            person = releases.person_of_token(session, token_hash(token.strip()), service.now())
        caller = Caller(person, "") if person is not None else None
    if caller is None:
        raise UnauthenticatedError(
            "Nobody is signed in, or the token is too old.", mend="Make a token on the data page."
        )
    if caller.role not in _READERS:
        raise ForbiddenError(f"This is not open to a {caller.role.value}.")
    return caller


reader.admits = frozenset(_READERS)  # type: ignore[attr-defined]
ReaderDep = Annotated[Caller, Depends(reader)]


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
    version: str, service: ServiceDep, caller: CoordinatorDep, days: Annotated[int, Form()] = PUBLISHED_DAYS
) -> Response:
    """Approve a release; the second person's approval hands it out."""
    publish.approve(service.database, service.project, version, caller.id, caller.role, service.now(), days=days)
    return RedirectResponse(f"/researcher/releases/{version}", status_code=303)


@router.post("/researcher/releases/{version}/withdrawal", include_in_schema=False)
def withdrawal(
    version: str, service: ServiceDep, caller: CoordinatorDep, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Stop handing a release out, for good."""
    publish.withdraw(service.database, service.project, version, caller.id, reason, service.now())
    return RedirectResponse(f"/researcher/releases/{version}", status_code=303)


@router.post("/researcher/token", include_in_schema=False)
def make_token(request: Request, service: ServiceDep, caller: ResearcherDep) -> Response:
    token = publish.make_token(service.database, caller.id, service.now())
    return render(request, "release_token.html", caller=caller, token=token, days=publish.TOKEN_DAYS)


_ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": contract.ErrorOut} for code in (401, 403)}


@router.get("/api/v1/releases", tags=["releases"], responses=_ERRORS)
def list_releases(service: ServiceDep, caller: ReaderDep) -> list[ReleaseOut]:
    """Releases that are handed out, the newest version first, with their terms."""
    del caller
    with service.database.reading() as session:
        found = releases.all_of(session, service.project.id)
    return [_out(one, service.now()) for one in found if publish.state_of(one, service.now()) is ReleaseState.PUBLISHED]


@router.get(
    "/api/v1/releases/{version}/archive",
    tags=["releases"],
    response_class=FileResponse,
    responses=_ERRORS | {code: {"model": contract.ErrorOut} for code in (404, 409, 422)},
)
def get_archive(
    version: str,
    service: ServiceDep,
    caller: ReaderDep,
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
    )


def _release(service: Service, version: str) -> Release:
    with service.database.reading() as session:
        release = releases.by_version(session, service.project.id, version)
    if release is None:
        raise NotFoundError(f"There is no release {version}.", mend="See the data page for those that are there.")
    return release


def _archive(service: Service, caller: Caller, version: str, terms: str) -> Response:
    folder = Path(mkdtemp(dir=service.scratch()))
    clean_up = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    try:
        path = publish.archive(service.database, service.project, version, caller.id, terms, service.now(), folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(path, filename=path.name, media_type="application/zip", background=clean_up)


def _out(release: Release, now: datetime) -> ReleaseOut:
    terms = publish.terms_of(release)
    return ReleaseOut(
        name=release.name,
        version=release.version,
        state=publish.state_of(release, now),
        digest=release.digest,
        rows=release.rows,
        published_at=release.published_at,
        expires_at=release.expires_at,
        terms=terms,
        terms_sha256=terms_digest(terms),
    )


def _html(text: str, version: str) -> str:
    """Return a document as safe HTML: charts are shown by the page, and links between documents lead to their pages."""
    plain = _IMAGE.sub("", _FRONT.sub("", text))
    return markdown(_LINK.sub(rf"](/researcher/releases/{version}/files/\1)", plain))


def _newest(changelog: str) -> str:
    """Return the newest entry of a changelog, without its heading."""
    return changelog.partition("\n## ")[2].partition("\n## ")[0].partition("\n")[2].strip()
