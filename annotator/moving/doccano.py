"""doccano's JSONL (and JSON) export: texts with categories, spans, or entities with relations.

doccano writes one file a person, named after them, in a zip; a project that is labelled together gives `all.jsonl`. Older versions
wrote a list `annotations` with a user in each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.domain.errors import InputError
from annotator.moving.files import sources
from annotator.moving.record import Asked, Given, Mark, Record, found_text, how_many, moment, typed, words_of

_LISTS = ("label", "labels", "cats", "entities")


def read(path: Path, asked: Asked) -> Iterator[Record]:
    """Yield a record a line."""
    for source in sources(path, (".jsonl", ".json")):
        for place, row in source.objects("example"):
            where = f"{place} (id {row.get('id')})"
            text = found_text({k: row[k] for k in (asked.text, "text", "data") if k in row}, asked, where)
            kinds = {"relation": "relations", "comment": "Comments"}
            left = Counter({kind: how_many(row.get(name), where, name) for kind, name in kinds.items()})
            if "annotations" in row:
                given = _by_user(row["annotations"], where)
            else:
                given = _of_file(row, source.name.stem, where)
            yield Record(where, str(row.get("id", "")), text, given, +left)


def _of_file(row: Mapping[str, Any], person: str, where: str) -> tuple[Given, ...]:
    """What the file's person said; an example with no label at all is one that they have not answered."""
    if not any(name in row for name in _LISTS):
        mend = f"A line has text and one of {', '.join(_LISTS)}."
        raise InputError("The line has no labels.", where=where, mend=mend)
    values: dict[str, tuple[str, ...]] = {}
    marks = []
    for name in _LISTS:
        for one in typed(row.get(name) or [], list, where, name):
            mark = _mark(name, one, where)
            if mark is not None:
                marks.append(mark)
            else:
                values[name] = values.get(name, ()) + words_of(one, where, name)
    return (Given(person, values, tuple(marks)),) if values or marks else ()


def _mark(name: str, one: Any, where: str) -> Mark | None:
    """A span is [start, end, tag] or an object with offsets; anything else is a category."""
    if isinstance(one, list):
        if len(one) != 3:
            raise InputError(
                "A span is not a start, an end and a tag.", where=where, mend="Export the file again, unedited."
            )
        start, end, tag = one
    elif isinstance(one, dict):
        start, end, tag = one.get("start_offset"), one.get("end_offset"), one.get("label")
    else:
        return None
    return Mark(name, str(tag), typed(start, int, where, "start"), typed(end, int, where, "end"))


def _by_user(rows: Any, where: str) -> tuple[Given, ...]:
    """Older exports: each label with the number of the user who gave it."""
    people: dict[str, list[dict[str, Any]]] = {}
    for row in typed(rows, list, where, "annotations"):
        one: dict[str, Any] = typed(row, dict, where, "an annotation")
        people.setdefault(str(one.get("user", "unknown")), []).append(one)
    return tuple(_of_user(person, given, where) for person, given in people.items())


def _of_user(person: str, rows: list[dict[str, Any]], where: str) -> Given:
    marks = [_mark("label", row, where) for row in rows if "start_offset" in row]
    chosen = tuple(str(row.get("label")) for row in rows if "start_offset" not in row)
    times = [at for row in rows if (at := moment(row.get("updated_at") or row.get("created_at"))) is not None]
    kept = tuple(mark for mark in marks if mark is not None)
    return Given(person, {"label": chosen} if chosen else {}, kept, at=max(times, default=None))
