"""The contract as OpenAPI: what FastAPI finds, and with each call who may make it, by which scope, and how errors look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from annotator.domain.scopes import Scope
from annotator.web.frame.problems import MEDIA_TYPE
from annotator.web.frame.security import admitted_roles, needed_scope

ABOUT = """Dispenses postings to volunteers, stores their answers once, and shows how far people agree.

Programs send a token that its owner made at `/me/tokens`: `Authorization: Bearer ann_…`. Each call below says which scope it
needs; those without one are the pages' own, which sign in with `POST /api/v1/session` and carry the value of the `csrf` cookie in
`X-CSRF-Token` when they change something. Lists go on at `next`, given back as `cursor`; it is null on the last page.
Errors are problem details (RFC 9457)."""

_ERRORS = {"$ref": "#/components/schemas/ErrorOut"}
_USUAL = {
    "401": "Nobody is signed in, or the token does not count any more.",
    "403": "Not open to this role, or the token lacks the scope.",
    "429": "Too many calls; `Retry-After` says when to go on.",
}
_CONVERTER = re.compile(r":[a-z]+}")
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def described(app: FastAPI) -> dict[str, Any]:
    """Return the app's OpenAPI document, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _made(app)
    return app.openapi_schema


def _made(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    made["components"].setdefault("securitySchemes", {}).update(
        token={"type": "http", "scheme": "bearer", "description": "A token made at `/me/tokens`."},
        session={"type": "apiKey", "in": "cookie", "name": "session"},
    )
    for schema in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(schema, None)
    who = dict(_who(app))
    for path, calls in made["paths"].items():
        for method in _METHODS & set(calls):
            _complete(calls[method], *who[f"{method.upper()} {path}"])
    return made


def _complete(call: dict[str, Any], roles: frozenset[str], scope: Scope | None) -> None:
    if roles != {"anybody"}:
        by_token = [{"token": [scope.value]}] if scope is not None else []
        call["security"] = [*by_token, {"session": []}]
        said = f"Scope: `{scope.value}`. " if scope is not None else "For the page: no token opens it. "
        call["description"] = f"{call.get('description', '')}\n\n{said}Open to: {', '.join(sorted(roles))}.".strip()
        for code, why in _USUAL.items():
            if code != "429" or scope is not None:
                call["responses"].setdefault(code, {"description": why})
    for code, reply in call["responses"].items():
        if code.startswith("4"):
            if reply["description"] == "Validation Error":
                reply["description"] = "Something is not of the form asked for; `error.where` names it."
            reply["content"] = {MEDIA_TYPE: {"schema": _ERRORS}}


def _who(app: FastAPI) -> Iterator[tuple[str, tuple[frozenset[str], Scope | None]]]:
    for route in iter_route_contexts(app.routes):
        original = route.original_route
        if not isinstance(original, APIRoute):
            continue
        calls = [*_walk(original.dependant), *(each.dependency for each in original.dependencies)]
        roles = [admitted for call in calls if (admitted := admitted_roles(call)) is not None]
        scopes = [needed for call in calls if (needed := needed_scope(call)) is not None]
        path = _CONVERTER.sub("}", str(route.path))
        for method in route.methods or ():
            yield f"{method} {path}", (roles[0] if roles else frozenset(), scopes[0] if scopes else None)


def _walk(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _walk(each)
