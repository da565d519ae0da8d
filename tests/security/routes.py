"""What the application's routes are, read from the application itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, TypeAdapter

from annotator.web.frame.security import admitted_roles

OBJECTS = frozenset({"lease", "item", "token", "attempt", "pause"})
"""Names under which a form or a body says which object it is about; every path parameter does."""


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    roles: frozenset[str]
    objects: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app) -> list[Route]:
    """Return every route but mounted files."""
    return [
        Route(method, route.path, _roles(route.original_route), _objects(route.original_route))
        for route in _api_routes(app)
        for method in sorted(route.methods)
    ]


def _roles(route) -> frozenset[str]:
    found = [admitted_roles(each.call) for each in _walk(route.dependant)]
    found += [admitted_roles(each.dependency) for each in route.dependencies]
    return frozenset().union(*(roles for roles in found if roles is not None))


def _objects(route) -> frozenset[str]:
    named = {parameter.name for parameter in route.dependant.path_params}
    return frozenset(named | (set(_fields(route.dependant)) & OBJECTS))


def _fields(dependant):
    for parameter in (*dependant.body_params, *dependant.query_params):
        kind = parameter.field_info.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            yield from kind.model_fields
        else:
            yield parameter.name
    for each in dependant.dependencies:
        yield from _fields(each)


def _walk(dependant):
    for each in dependant.dependencies:
        yield each
        yield from _walk(each)


def endless(app) -> Iterator[str]:
    """Yield every whole number that a request may carry without a largest value: where it comes in, and its name."""
    for route in _api_routes(app):
        own = route.original_route.dependant
        for each in (own, *_walk(own)):
            for parameter in chain(each.path_params, each.query_params, each.header_params, each.body_params):
                kind = Annotated[parameter.field_info.annotation, parameter.field_info]
                for name in _endless_in(TypeAdapter(kind).json_schema(), parameter.name):
                    yield f"{route.path} {name}"


def _api_routes(app) -> list:
    return [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]


def _endless_in(schema, name: str) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _endless_in(each, name)
    elif isinstance(schema, dict):
        if schema.get("type") == "integer" and "maximum" not in schema and "enum" not in schema:
            yield name
        for inner, value in schema.items():
            yield from _endless_in(value, f"{name}.{inner}")
