"""Label Studio's JSON export (not JSON_MIN): tasks with their annotations; predictions are counted and left out.

A release of ours has the same form (`label-studio/*.json`), with a pseudonym where Label Studio has a user's id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.domain.errors import InputError
from annotator.moving.files import sources
from annotator.moving.record import Asked, Given, Mark, Record, found_text, how_many, moment, seconds, typed, words_of

_LABELS = {"labels": "labels", "hypertextlabels": "hypertextlabels"}
_CHOICES = {"choices": "choices", "rating": "rating", "number": "number", "textarea": "text"}


def read(path: Path, asked: Asked) -> Iterator[Record]:
    """Yield a record a task."""
    for source in sources(path, (".json",)):
        yield from records(source.objects("task"), asked)


def records(tasks: Iterable[tuple[str, Mapping[str, Any]]], asked: Asked) -> Iterator[Record]:
    """Yield a record of each task, given with its place. Raises `InputError` for what Label Studio does not write."""
    for place, task in tasks:
        where = f"{place} (id {task.get('id')})"
        if "data" not in task:
            mend = "Export the project as JSON, not as JSON_MIN or CSV: only JSON keeps every annotation."
            raise InputError("The task has no data.", where=where, mend=mend)
        data: dict[str, Any] = typed(task["data"], dict, where, "data")
        left: Counter[str] = Counter()
        left["prediction"] = how_many(task.get("predictions"), where, "predictions")
        annotations: list[Any] = typed(task.get("annotations", task.get("completions", [])), list, where, "annotations")
        given = tuple(_given(one, f"{where}, annotation {n}", left) for n, one in enumerate(annotations, start=1))
        yield Record(where, str(task.get("id", "")), found_text(data, asked, where), given, +left)


def _given(raw: Any, where: str, left: Counter[str]) -> Given:
    annotation: dict[str, Any] = typed(raw, dict, where, "the annotation")
    result: list[Any] = typed(annotation.get("result") or [], list, where, "result")
    items = [typed(item, dict, f"{where}, result[{n}]", "the item") for n, item in enumerate(result)]
    values, marks = _read(items, where, left)
    return Given(
        person=_person(annotation),
        values=values,
        marks=marks,
        at=moment(annotation.get("created_at")),
        seconds=seconds(annotation.get("lead_time")),
        skipped=bool(annotation.get("was_cancelled")),
    )


def _person(annotation: Mapping[str, Any]) -> str:
    """Who gave it: an id, or where the export names people an address; `annotator` in a release of ours."""
    who = annotation.get("completed_by", annotation.get("annotator"))
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return str(who) if who is not None else "unknown"


def _read(
    items: list[dict[str, Any]], where: str, left: Counter[str]
) -> tuple[dict[str, tuple[str, ...]], tuple[Mark, ...]]:
    """Return answers by control, and marked passages with what was answered about each."""
    regions = [item for item in items if str(item.get("type")) in _LABELS]
    ids = {str(item.get("id")) for item in regions}
    values: dict[str, tuple[str, ...]] = {}
    about: dict[str, dict[str, tuple[str, ...]]] = {}
    for item in items:
        kind, id_ = str(item.get("type")), str(item.get("id"))
        if kind in _LABELS:
            continue
        if kind not in _CHOICES:
            left[kind] += 1
            continue
        name = str(item.get("from_name"))
        value: dict[str, Any] = typed(item.get("value"), dict, where, "value")
        said = words_of(value.get(_CHOICES[kind], []), where, kind)
        if id_ in ids and "start" in value:
            about.setdefault(id_, {})[name] = said
        else:
            values[name] = values.get(name, ()) + said
    marks = tuple(mark for item in regions for mark in _marks(item, about.get(str(item.get("id")), {}), where))
    return values, marks


def _marks(item: dict[str, Any], about: Mapping[str, tuple[str, ...]], where: str) -> Iterator[Mark]:
    value: dict[str, Any] = typed(item.get("value"), dict, where, "value")
    place = typed(value.get("globalOffsets") or value, dict, where, "globalOffsets")
    start, end = (typed(place.get(name), int, where, name) for name in ("start", "end"))
    words = value.get("text")
    for label in words_of(value.get(_LABELS[item["type"]], []), where, "labels"):
        yield Mark(str(item.get("from_name")), label, start, end, words if isinstance(words, str) else None, about)
