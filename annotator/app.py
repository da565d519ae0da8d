"""The FastAPI factory: routes, middleware and error handlers put together. No settings or engine are made at import."""

from __future__ import annotations

from threading import Thread

from fastapi import FastAPI

from annotator import __version__
from annotator.dispensing.posterior import warm
from annotator.studio.editor_assets import EditorAssets
from annotator.web.account import auth, look, outside, own_sign_in, second_factor, tokens
from annotator.web.adjudication import api as adjudication_api, bench as adjudication, clauses
from annotator.web.agreement import api as agreement_api, pages as agreement
from annotator.web.desk import (
    alerts,
    api as desk_api,
    fragments as desk_pages,
    front as desk,
    insight_pages,
    learning_api,
    limits,
    live,
    operations,
    panels_api as desk_panels_api,
    settings as settings_desk,
    settings_api,
    webhooks,
)
from annotator.web.frame import charts, errors, health, metrics
from annotator.web.frame.headers import RequestGuard, SecurityHeaders, hosts_of
from annotator.web.frame.language import Languages
from annotator.web.frame.observed import Observed, Seen
from annotator.web.frame.openapi import ABOUT, described
from annotator.web.frame.packed import editor_files, packed
from annotator.web.frame.pages import STATIC, static_root
from annotator.web.frame.rates import Rates
from annotator.web.frame.service import Service
from annotator.web.frame.serving import within_threads
from annotator.web.guideline import desk as guideline_desk
from annotator.web.items import (
    api as items_api,
    bulk,
    bulk_api,
    consensus_api,
    listing as items,
    page as item_page,
    pictures,
    postings_api,
    recheck,
)
from annotator.web.people import api as people_api, pages as people, quality, quality_api
from annotator.web.research import front as research, reference, releases
from annotator.web.volunteer import api, guideline_news, label, leaving, me, own_quality, training, welcome


def create_app(service: Service, editor: EditorAssets) -> FastAPI:
    """Return the application; `editor` are Label Studio's editor files, found and compressed before."""
    app = FastAPI(
        title="Annotator",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=within_threads,
    )
    app.state.service = service
    app.state.editor = editor
    app.state.feed = live.Feed(service.board.marks)
    app.state.seen = Seen()
    app.state.rates = Rates(service.settings.api_calls_per_minute)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]  # FastAPI's own way
    Thread(target=warm, args=(service.schema.rating,), name="warm", daemon=True).start()
    Thread(target=charts.warm, name="charts", daemon=True).start()
    errors.install(app)
    for routes in (
        api,  # first, as most requests are its
        health,
        metrics,
        operations,
        outside,
        auth,
        bulk,
        bulk_api,
        clauses,
        agreement_api,
        consensus_api,
        learning_api,
        guideline_news,
        guideline_desk,
        label,
        leaving,
        live,
        look,
        me,
        people,
        alerts,
        people_api,
        pictures,
        postings_api,
        own_quality,
        quality,
        quality_api,
        recheck,
        adjudication,
        agreement,
        adjudication_api,
        items,
        item_page,
        items_api,
        desk,
        desk_pages,
        desk_api,
        desk_panels_api,
        insight_pages,
        limits,
        releases,
        research,
        settings_api,
        settings_desk,
        own_sign_in,
        second_factor,
        reference,
        tokens,
        welcome,
        training,
        webhooks,
    ):
        app.router.routes.extend(routes.router.routes)  # as they are: to include them would work every route out again
    app.mount(static_root(), packed(STATIC), name="static")
    app.mount(editor.url, editor_files(editor), name="editor")
    app.add_middleware(RequestGuard, hosts=hosts_of(service.settings))
    app.add_middleware(SecurityHeaders, secure=service.settings.secure_cookies)
    app.add_middleware(Languages)
    app.add_middleware(Observed, seen=app.state.seen)
    return app
