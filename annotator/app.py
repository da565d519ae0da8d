"""The FastAPI factory: routes, middleware and error handlers put together. No settings or engine are made at import."""

from __future__ import annotations

from threading import Thread

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from annotator import __version__
from annotator.dispensing.posterior import warm
from annotator.studio.editor_assets import EditorAssets, EditorFiles
from annotator.web import (
    adjudication,
    agreement_api,
    api,
    auth,
    consensus_api,
    desk,
    errors,
    guideline_desk,
    guideline_news,
    health,
    items,
    label,
    learning_api,
    leaving,
    limits,
    me,
    own_quality,
    people,
    quality,
    recheck,
    reference,
    releases,
    research,
    training,
    welcome,
)
from annotator.web.headers import RequestGuard, SecurityHeaders
from annotator.web.pages import STATIC, static_root
from annotator.web.service import Service

_ABOUT = """Dispenses postings to volunteers, stores their answers once, and shows how far people agree.

Sign in with `POST /api/v1/session`; state-changing calls carry the value of the `csrf` cookie in `X-CSRF-Token`."""


def create_app(service: Service, editor: EditorAssets) -> FastAPI:
    """Return the application; `editor` are Label Studio's editor files, found and compressed before."""
    app = FastAPI(title="Annotator", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None)
    app.state.service = service
    app.state.editor = editor
    Thread(target=warm, args=(service.schema.rating.values,), name="warm", daemon=True).start()
    errors.install(app)
    for routes in (
        health,
        auth,
        api,
        agreement_api,
        consensus_api,
        learning_api,
        guideline_news,
        guideline_desk,
        label,
        leaving,
        me,
        people,
        own_quality,
        quality,
        recheck,
        adjudication,
        items,
        desk,
        limits,
        releases,
        research,
        reference,
        welcome,
        training,
    ):
        app.include_router(routes.router)
    app.mount(static_root(), _Immutable(directory=STATIC), name="static")
    app.mount(editor.url, EditorFiles(editor), name="editor")
    app.add_middleware(RequestGuard)
    app.add_middleware(SecurityHeaders)
    return app


class _Immutable(StaticFiles):
    """Static files whose address changes with their content, so they may be kept for a year."""

    def file_response(self, *args: object, **options: object) -> Response:
        response = super().file_response(*args, **options)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
