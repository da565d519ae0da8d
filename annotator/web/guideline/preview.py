"""A guideline folder in the real editor, for whoever writes it: its examples to try, its text below, anew with every change.

It stands alone: no database, no accounts, loopback only, and nothing is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from pydantic import BaseModel, Field

from annotator.domain.answers import flat_labels
from annotator.domain.errors import AnnotatorError, ConfigError, InputError, NotFoundError
from annotator.domain.schema import Media
from annotator.studio.config_check import config_complaints
from annotator.studio.editor_assets import EDITOR_CSP, EditorAssets
from annotator.studio.label_config import build_label_config
from annotator.studio.results import parse_result, to_result
from annotator.web.frame import language
from annotator.web.frame.errors import status_of
from annotator.web.frame.headers import RequestGuard, SecurityHeaders
from annotator.web.frame.packed import editor_files, packed
from annotator.web.frame.pages import STATIC, environment, static_root
from annotator.web.frame.problems import problem
from guidelines.inspection import Found, inspect
from guidelines.lessons import Example
from guidelines.render import render


class Tried(BaseModel):
    example: str = Field(max_length=40)
    result: list[dict[str, Any]] = Field(max_length=500)


def create_preview(folder: Path, editor: EditorAssets, hosts: frozenset[str] = frozenset()) -> FastAPI:
    """Return the application that shows a version's folder; every request reads it anew."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(AnnotatorError, _refused)

    @app.get("/")
    def page(example: str = "") -> HTMLResponse:
        return _page(folder, editor, example)

    @app.get("/stamp")
    def stamp() -> dict[str, str]:
        return {"stamp": stamp_of(folder)}

    @app.get("/examples/{example}")
    def one(example: str) -> dict[str, Any]:
        found, shown = _shown(folder, example)
        assert found.guideline is not None
        schema = found.guideline.schema
        image = f"/pictures/{shown.id}" if schema.media is Media.IMAGE else None
        return {
            "item": {"id": shown.id, "text": shown.text, "image": image},
            "label_config": build_label_config(schema),
            "answer": to_result(schema, shown.text, shown.answer),
        }

    @app.get("/pictures/{example}")
    def picture(example: str) -> Response:
        _, shown = _shown(folder, example)
        if shown.picture is None:
            raise NotFoundError("There is no such picture.")
        return FileResponse(shown.picture)

    @app.post("/tried")
    def tried(body: Tried) -> dict[str, Any]:
        """Say what the data would hold of an answer; nothing is stored."""
        found, shown = _shown(folder, body.example)
        assert found.guideline is not None
        schema = found.guideline.schema
        given = flat_labels(schema, parse_result(schema, shown.text, body.result))
        meant = flat_labels(schema, shown.answer)
        return {
            "labels": [
                {"label": schema.title_of(name), "given": value or "cannot tell", "meant": meant[name] or "cannot tell"}
                for name, value in given.items()
            ]
        }

    app.mount(static_root(), packed(STATIC), name="static")
    app.mount(editor.url, editor_files(editor), name="editor")
    app.add_middleware(RequestGuard, hosts=hosts)
    app.add_middleware(SecurityHeaders)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, AnnotatorError)
    where = error.where if isinstance(error, InputError) else ""
    return problem(status_of(error), error.what, where, error.mend)


def stamp_of(folder: Path) -> str:
    """Return what changes with any file of the folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            about = path.stat()
            digest.update(f"{path.name} {about.st_mtime_ns} {about.st_size}\n".encode())
    return digest.hexdigest()[:16]


def everything_wrong(found: Found) -> list[ConfigError]:
    """Return what is wrong with a folder and with the editor's config that is built from it."""
    more = config_complaints(found.guideline.schema) if found.guideline is not None else []
    return [*found.wrong, *more]


def _page(folder: Path, editor: EditorAssets, example: str) -> HTMLResponse:
    stamp, found = stamp_of(folder), inspect(folder)
    wrong, guideline = everything_wrong(found), found.guideline
    shown = next((one for one in found.examples if one.id == example), next(iter(found.examples), None))
    nonce = secrets.token_urlsafe(16)
    html = (
        environment()
        .get_template("preview.html")
        .render(
            folder=folder.name,
            guideline=guideline.schema if guideline is not None else None,
            text=render(guideline.text) if guideline is not None else "",
            examples=found.examples,
            shown=shown if guideline is not None and not config_broken(found) else None,
            wrong=[(error.what, error.mend) for error in wrong],
            stamp=stamp,
            editor=editor,
            csp_nonce=nonce,
            caller=None,
            language=language.current(),
            direction=language.direction(),
            look="",
        )
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": EDITOR_CSP.format(nonce=nonce)})


def config_broken(found: Found) -> bool:
    """Say whether the editor could not show the guideline at all."""
    return found.guideline is None or bool(config_complaints(found.guideline.schema))


def _shown(folder: Path, example: str) -> tuple[Found, Example]:
    found = inspect(folder)
    shown = next((one for one in found.examples if one.id == example), None)
    if shown is None or config_broken(found):
        raise NotFoundError("There is no such example, or the folder has errors.", mend="Look at the page.")
    return found, shown
