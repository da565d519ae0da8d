"""Argilla's records: `dataset.records.to_json`, the same flattened, and data sets as older versions put them on the Hub.

Suggestions are a model's or another tool's; they are counted and left out. A response that was discarded or is a draft is no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.domain.errors import InputError
from annotator.moving.files import sources
from annotator.moving.record import Asked, Given, Mark, Record, found_text, moment, not_as_written, typed, words_of

_RESPONSES, _USERS, _STATUS = ".responses", ".responses.users", ".responses.status"
_GIVEN = (None, "submitted")


@dataclass
class _Person:
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    skipped: bool = False


def read(path: Path, asked: Asked) -> Iterator[Record]:
    """Yield a record of each of Argilla's."""
    for source in sources(path, (".json", ".jsonl")):
        for place, row in source.objects("record"):
            where = f"{place} (id {row.get('id') or row.get('external_id')})"
            responses = _responses(row, where)
            data = row["fields"] if isinstance(row.get("fields"), dict) else row
            text = found_text({k: v for k, v in data.items() if k not in {"id", "status", "_server_id"}}, asked, where)
            left = Counter({"suggestion": _suggestions(row)})
            given = _people(responses, left, where, moment(row.get("updated_at")))
            yield Record(where, str(row.get("id") or row.get("external_id") or ""), text, given, +left)


def _responses(row: Mapping[str, Any], where: str) -> dict[str, list[dict[str, Any]]]:
    """Return by question what each person said, whichever form the file has."""
    if isinstance(row.get("responses"), dict):
        found = row["responses"]
    elif any(name.endswith(_RESPONSES) for name in row):
        names = [name.removesuffix(_RESPONSES) for name in row if name.endswith(_RESPONSES)]
        found = {name: _columns(row, name) for name in names}
    else:
        found = {name: _listed(value, f"{where}, {name}") for name, value in row.items() if _is_response(value)}
    if not found and not {"responses", "suggestions"} & row.keys():
        mend = "Export records with `dataset.records.to_json(...)`, with their responses."
        raise InputError("The record has no responses.", where=where, mend=mend)
    return {
        name: [typed(one, dict, where, f"responses.{name}") for one in typed(given, list, where, f"responses.{name}")]
        for name, given in found.items()
    }


def _columns(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    values, users = row[name + _RESPONSES] or [], row.get(name + _USERS) or []
    statuses = row.get(name + _STATUS) or [None] * len(values)
    return [
        {"value": value, "user_id": user, "status": status}
        for value, user, status in zip(values, users, statuses, strict=False)
    ]


def _is_response(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) and {"user_id", "value"} <= one.keys() for one in value)
    return isinstance(value, dict) and {"user_id", "value", "status"} <= value.keys()


def _listed(value: Any, where: str) -> list[dict[str, Any]]:
    """The Hub turns a list of objects into an object of lists."""
    if isinstance(value, list):
        return value
    columns: list[list[Any]] = [typed(one, list, where, name) for name, one in value.items()]
    if len({len(one) for one in columns}) > 1:
        raise not_as_written("the responses", where)
    return [dict(zip(value, one, strict=True)) for one in zip(*columns, strict=True)]


def _suggestions(row: Mapping[str, Any]) -> int:
    if isinstance(row.get("suggestions"), dict | list):
        return len(row["suggestions"])
    return sum(name.endswith((".suggestion", "-suggestion")) and row[name] is not None for name in row)


def _people(
    responses: Mapping[str, list[dict[str, Any]]], left: Counter[str], where: str, at: Any
) -> tuple[Given, ...]:
    people: dict[str, _Person] = {}
    for name, given in responses.items():
        for one in given:
            person = people.setdefault(str(one.get("user_id") or "unknown"), _Person())
            if one.get("status") not in _GIVEN:
                person.skipped = True
            else:
                _add(person, name, one.get("value"), left, where)
    return tuple(
        Given(who, one.values, tuple(one.marks), at, skipped=one.skipped and not (one.values or one.marks))
        for who, one in people.items()
    )


def _add(person: _Person, name: str, value: Any, left: Counter[str], where: str) -> None:
    """A span is an object with offsets, a rank one with a rank; anything else is a value or a list of them."""
    parts = value if isinstance(value, list) else [value]
    objects = [one for one in parts if isinstance(one, dict)]
    for one in objects:
        if "start" not in one:
            left["ranking"] += 1
            continue
        start, end = (typed(one.get(key), int, where, key) for key in ("start", "end"))
        person.marks.append(Mark(name, str(one.get("label")), start, end))
    if not objects:
        person.values[name] = words_of(parts, where, name)
