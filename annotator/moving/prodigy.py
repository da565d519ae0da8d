"""Prodigy's `db-out` JSONL: a line is one person's answer to one task.

A binary task answers for one label: accepted it is that label, rejected it is "not" that label. Of any other task a rejected or
ignored answer is no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.domain.errors import InputError
from annotator.moving.files import sources
from annotator.moving.record import Asked, Given, Mark, Record, found_text, how_many, moment, typed, words_of

_ANSWERS = ("accept", "reject", "ignore")
LABEL, ACCEPT, SPANS, NOTE = "label", "accept", "spans", "user_input"


def read(path: Path, asked: Asked) -> Iterator[Record]:
    """Yield a record a line."""
    for source in sources(path, (".jsonl",)):
        for where, task in source.json_lines():
            if task.get("answer") not in _ANSWERS:
                mend = (
                    "Export with `prodigy db-out DATASET > file.jsonl`; a file of tasks that nobody answered has none."
                )
                raise InputError("The line has no answer.", where=where, mend=mend)
            text = found_text({k: task[k] for k in (asked.text, "text") if k in task}, asked, where)
            left = Counter({"relation": how_many(task.get("relations"), where, "relations")})
            yield Record(where, _id(task), text, (_given(task, where),), +left)


def _id(task: Mapping[str, Any]) -> str:
    """The id that the task came with, else Prodigy's hash of its input."""
    meta = task.get("meta")
    own = task.get("id", meta.get("id") if isinstance(meta, dict) else None)
    return str(own if own is not None else task.get("_input_hash", ""))


def _given(task: Mapping[str, Any], where: str) -> Given:
    answer, person = task["answer"], task.get("_annotator_id") or task.get("_session_id") or "unknown"
    at = moment(task.get("_timestamp"))
    options = task.get(ACCEPT) if isinstance(task.get("options"), list) or ACCEPT in task else None
    spans: list[Any] = typed(task.get(SPANS) or [], list, where, SPANS)
    binary = options is None and isinstance(task.get(LABEL), str) and not spans
    if answer == "ignore" or (answer == "reject" and not binary):
        return Given(str(person), at=at, skipped=True)
    values: dict[str, tuple[str, ...]] = {}
    if binary:
        values[LABEL] = (task[LABEL] if answer == "accept" else f"not {task[LABEL]}",)
    if options is not None:
        values[ACCEPT] = words_of(options, where, ACCEPT)
    if task.get(NOTE):
        values[NOTE] = words_of(task[NOTE], where, NOTE)
    return Given(str(person), values, tuple(_mark(one, where) for one in spans), at)


def _mark(raw: Any, where: str) -> Mark:
    span: dict[str, Any] = typed(raw, dict, where, "a span")
    start, end = (typed(span.get(name), int, where, name) for name in ("start", "end"))
    words = span.get("text")
    return Mark(SPANS, str(span.get("label")), start, end, words if isinstance(words, str) else None)
