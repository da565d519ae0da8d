"""Static files served from memory, compressed once: addresses change with the content, so browsers keep them for ever."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from annotator.studio.editor_assets import EditorAssets

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}


class PackedFiles:
    """An ASGI application over gzipped bodies by path; mount it at an address that carries their version."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        self._bodies = bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._respond(request)(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        name = request.scope["path"].removeprefix(request.scope.get("root_path", "")).lstrip("/")
        body = self._bodies.get(name)
        if body is None:
            return Response("There is no such file.", status_code=404, media_type="text/plain")
        if request.method not in {"GET", "HEAD"}:
            return Response(status_code=405, headers={"allow": "GET, HEAD"})
        headers = {
            "cache-control": "public, max-age=31536000, immutable",
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
        return Response(body, headers=headers, media_type=_MEDIA_TYPES[Path(name).suffix])


def editor_files(assets: EditorAssets) -> PackedFiles:
    """Return the editor's files, compressed before; mount them at `assets.url`."""
    return PackedFiles({name: path.read_bytes() for name, path in assets.files.items()})


@cache
def packed(folder: Path) -> PackedFiles:
    """Return the files of a folder of our own, compressed at the first call."""
    files = (path for path in folder.iterdir() if path.suffix in _MEDIA_TYPES)
    return PackedFiles({path.name: gzip.compress(path.read_bytes(), compresslevel=9, mtime=0) for path in files})
