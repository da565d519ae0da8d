"""Zips that live as long as they are sent."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from annotator.web.frame.service import Service


def sent(service: Service, make: Callable[[Path], Path]) -> FileResponse:
    """Send the zip that `make` makes in a folder of its own, which goes when it has been sent or could not be made."""
    folder = Path(mkdtemp(dir=service.scratch()))
    try:
        path = make(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    clean_up = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(path, filename=path.name, media_type="application/zip", background=clean_up)
