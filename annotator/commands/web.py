"""`annotator web`: the pages alone, in one process or several that serve one address and one database."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn

from annotator import logs
from annotator.app import create_app
from annotator.commands.children import end_with_parent_if_child, more_pages
from annotator.commands.ports import listening, require_free
from annotator.runtime import opened, read_settings
from annotator.studio.editor_assets import find_editor
from annotator.web.frame.serving import config_of

log = structlog.get_logger(__name__)


def web(
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that serve the pages at the one address.")
    ] = 1,
    beside: Annotated[bool, typer.Option("--beside", hidden=True, help="Share the address with the parent.")] = False,
    log_path: Annotated[Path | None, typer.Option("--log", hidden=True, help="File that is logged to.")] = None,
) -> None:
    """Serve the pages, without the worker or Label Studio, until stopped. Any number of machines may serve one database.

    Example: ANNOTATOR_DATABASE_URL=postgresql://annotator@localhost/annotator annotator web --processes 4
    """
    end_with_parent_if_child()
    settings = read_settings()
    if not beside:
        require_free(settings)
    with ExitStack() as stack:
        service = stack.enter_context(opened(settings))
        if log_path is not None:
            logs.configure(log_path)
        config = config_of(create_app(service, find_editor(settings.home / "editor")), settings)
        ours = stack.enter_context(listening(settings, shared=beside or processes > 1))
        more_pages(settings, stack, processes)
        log.info("serving pages")
        uvicorn.Server(config).run(sockets=[ours])
