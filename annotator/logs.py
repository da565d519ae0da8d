"""How the service writes its log: one JSON object a line, with the request's id and without anybody's identity.

Whatever is logged passes one list of names that are never written, so that a slip elsewhere does not end in a file.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import orjson
import structlog

WITHHELD = frozenset(
    {
        "email",
        "address",
        "password",
        "token",
        "secret",
        "cookie",
        "authorization",
        "csrf",
        "session",
        "text",
        "note",
        "name",
    }
)
"""Keys whose values are never written, wherever in an event they stand."""

_FILE_BYTES, _FILES = 10_000_000, 5


def configure(file: Path | None = None) -> None:
    """Write to `file`, which is turned over at ten megabytes and kept five times, or else to standard error.

    On a terminal the lines are for reading; everywhere else they are JSON. Other libraries' warnings go the same way.
    """
    readable = file is None and sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        withhold,
    ]
    last: Any = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(serializer=_json)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
    )
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if file is not None:
        handler = _TurnedOver(file, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("annotator").setLevel(logging.INFO)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _TurnedOver(RotatingFileHandler):
    """Turned over once it has grown beyond its size. The usual way writes each line twice to know its length beforehand."""

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  logging's own name
        del record
        return self.stream is not None and self.stream.tell() >= self.maxBytes


def withhold(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the event without the values that no log may hold."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: Any) -> Any:
    if key.lower() in WITHHELD:
        return "(withheld)"
    if isinstance(value, dict):
        return {inner: _clean(str(inner), each) for inner, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(key, each) for each in value]
    return value


def _json(event: dict[str, Any], **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
