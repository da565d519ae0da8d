"""`GET /healthz`: whether pages can be served, with the state of the parts behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from annotator.domain.words import marked
from annotator.storage import markers, outbox
from annotator.storage.markers import STUDIO_STATE
from annotator.web.frame.security import PUBLIC
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(tags=["operations"])

STATES = (marked("up"), marked("down"), marked("starting"), marked("off"))
"""What Label Studio can be."""


@router.get("/healthz", dependencies=[PUBLIC], responses={503: {"description": "The database does not answer."}})
def healthz(service: ServiceDep) -> JSONResponse:
    """Say ok when pages can be served. Label Studio may be away: answers are kept and mirrored later."""
    try:
        state = parts(service)
    except SQLAlchemyError:
        return JSONResponse({"status": "unavailable", "database": {"state": "down"}}, 503)
    return JSONResponse({"status": "ok", **state})


def parts(service: Service) -> dict[str, Any]:
    """Return the state of database, Label Studio and outbox."""
    with service.database.reading() as session:
        waiting = outbox.state(session)
        seen = markers.get(session, STUDIO_STATE)
    kind = "sqlite" if service.database.is_sqlite else "postgresql"
    return {
        "database": {"state": "ok", "kind": kind},
        "label_studio": _studio(service, seen),
        "outbox": {
            "waiting": waiting.waiting,
            "failing": waiting.failing,
            "oldest_seconds": _age(waiting.oldest, service.now()),
        },
    }


def _studio(service: Service, seen: str | None) -> dict[str, Any]:
    if not service.settings.studio:
        return {"state": "off"}
    state, _, at = (seen or "").partition(" ")
    if not at:
        return {"state": "starting"}
    return {"state": state, "seen_seconds_ago": _age(datetime.fromisoformat(at), service.now())}


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, int((now - moment).total_seconds()))
