"""`/docs`: the HTTP contract as a page of our own, made from the OpenAPI description; nothing is loaded from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from annotator.web.frame.pages import render
from annotator.web.frame.security import PUBLIC, MaybeCallerDep
from guidelines.render import render as markdown

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the contract, ready to show."""

    method: str
    path: str
    text: str
    body: str
    replies: list[tuple[str, str]]


@router.get("/docs", dependencies=[PUBLIC])
def docs(request: Request, caller: MaybeCallerDep) -> Response:
    contract = request.app.openapi()
    shapes: dict[str, Any] = contract.get("components", {}).get("schemas", {})
    return render(
        request,
        "reference.html",
        caller=caller,
        about=markdown(contract["info"]["description"]),
        operations=_operations(contract),
        shapes={name: shape["properties"] for name, shape in sorted(shapes.items()) if "properties" in shape},
    )


def _operations(contract: dict[str, Any]) -> list[Operation]:
    return [
        Operation(
            method=method.upper(),
            path=path,
            text=markdown(call.get("description") or call.get("summary", "")),
            body=_body(call),
            replies=[(code, reply.get("description", "")) for code, reply in sorted(call["responses"].items())],
        )
        for path, calls in contract["paths"].items()
        for method, call in calls.items()
    ]


def _body(call: dict[str, Any]) -> str:
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
