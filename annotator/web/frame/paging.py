"""What every list of the API shares: a page with the cursor of the next, and a tag by which an unchanged reply need not be sent."""

from __future__ import annotations

import hashlib
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

T = TypeVar("T")

Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before; leave it out for the first.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows a page, at the most.")]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


def unchanged(request: Request, response: Response, *parts: object) -> Response | None:
    """Tag the reply by what it hangs on; return a 304 where the caller has that very one already."""
    tag = f'"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    response.headers.update(headers)
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers=headers) if tag in known else None
