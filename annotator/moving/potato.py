"""Potato's output: `annotated_instances.jsonl` in a folder a person, the tables `annotated_instances.tsv` and `.csv` of all people,
and `user_state.json` of version 2, whose texts lie in the project's own data file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.domain.errors import InputError
from annotator.moving.files import Source, sources
from annotator.moving.record import Asked, Given, Mark, Record, found_text, not_as_written, typed

_FILES = ("annotated_instances.jsonl", "annotated_instances.tsv", "annotated_instances.csv", "user_state.json")
_STATE = "user_state.json"
_SPANS = "span"  # the name of passages whose scheme the file does not say
_IS_VALUE = re.compile(r"text_?box|scale_\d+|slider|number", re.IGNORECASE)
_NOT_CHOSEN = (None, "", False, "false", "False")
_TIME = re.compile(r"(\d+)d (\d+)h (\d+)m (\d+)s")


def read(path: Path, asked: Asked) -> Iterator[Record]:
    """Yield a record for each answer of each person."""
    files = sources(path, _FILES)
    texts = _texts(asked) if any(file.name.name == _STATE for file in files) else {}
    for file in files:
        if file.name.name == _STATE:
            yield from _state(file, texts)
        elif file.name.suffix == ".jsonl":
            yield from _instances(file, asked)
        else:
            yield from _table(file, asked)


def _instances(file: Source, asked: Asked) -> Iterator[Record]:
    for place, row in file.json_lines():
        where = f"{place} (id {row.get('id')})"
        text = found_text({k: row[k] for k in (asked.text, "displayed_text", "text") if k in row}, asked, where)
        labels: dict[str, Any] = typed(row.get("label_annotations") or {}, dict, where, "label_annotations")
        spans: list[Any] = typed(row.get("span_annotations") or [], list, where, "span_annotations")
        values = _values({name: typed(chosen, dict, where, name) for name, chosen in labels.items()})
        marks = tuple(_mark(span, where) for span in spans)
        time = typed(row.get("behavioral_data") or {}, dict, where, "behavioral_data").get("time_string")
        yield Record(where, str(row.get("id", "")), text, (Given(file.folder, values, marks, seconds=_seconds(time)),))


def _table(file: Source, asked: Asked) -> Iterator[Record]:
    """Columns are user, instance_id, displayed_text, and one `scheme:::label` a choice, empty where it was not chosen."""
    for place, row in file.table():
        if not {"user", "instance_id", "displayed_text"} <= row.keys():
            mend = "The first line names user, instance_id, displayed_text and the columns scheme:::label."
            raise InputError("This is not a table of Potato's.", where=place, mend=mend)
        where = f"{place} (id {row['instance_id']})"
        chosen: dict[str, dict[str, Any]] = {}
        for column, cell in row.items():
            scheme, parted, label = column.partition(":::")
            if parted:
                chosen.setdefault(scheme, {})[label] = cell
        left = Counter(
            {"passage (the .jsonl files have them)": int(row.get("span_annotations", "[]") not in ("", "[]"))}
        )
        text = found_text({"text": row[asked.text or "displayed_text"]}, Asked(), where)
        yield Record(where, row["instance_id"], text, (Given(row["user"], _values(chosen)),), +left)


def _state(file: Source, texts: Mapping[str, str]) -> Iterator[Record]:
    state: dict[str, Any] = typed(file.json(), dict, str(file.name), "the file")
    person = str(state.get("user_id") or file.folder)
    labels, spans = (
        typed(state.get(name) or {}, dict, str(file.name), name)
        for name in ("instance_id_to_label_to_value", "instance_id_to_span_to_value")
    )
    for instance in dict.fromkeys([*labels, *spans]):
        where = f"{file.name} (id {instance})"
        if instance not in texts:
            mend = "Name the project's data file with --texts: it holds the texts, by id."
            raise InputError("There is no text of this instance.", where=where, mend=mend)
        marks = tuple(_mark(span, where) for span in _spans_of(spans.get(instance), where))
        values = _values(_labels_of(labels.get(instance), where))
        yield Record(where, instance, texts[instance], (Given(person, values, marks),))


def _labels_of(raw: Any, where: str) -> dict[str, dict[str, Any]]:
    """Labels are a list of [{schema, name}, value]; older files have them by scheme and name."""
    if isinstance(raw, dict):
        plain = {
            name: value.get("labels", value) if isinstance(value, dict) else {str(value): True}
            for name, value in raw.items()
        }
        return {name: typed(value, dict, where, name) for name, value in plain.items()}
    found: dict[str, dict[str, Any]] = {}
    for pair in typed(raw or [], list, where, "labels"):
        label, value = _pair(pair, where)
        found.setdefault(str(label.get("schema")), {})[str(label.get("name"))] = value
    return found


def _pair(raw: Any, where: str) -> tuple[dict[str, Any], Any]:
    pair: list[Any] = typed(raw, list, where, "a label")
    if len(pair) != 2:
        raise not_as_written("a label", where)
    return typed(pair[0], dict, where, "a label"), pair[1]


def _spans_of(raw: Any, where: str) -> list[Any]:
    """Spans are a list of [span, value]; older files have them by scheme."""
    if isinstance(raw, dict):
        return [
            {"schema": scheme, **typed(span, dict, where, "a passage")}
            for scheme, spans in raw.items()
            for span in typed(spans, list, where, scheme)
        ]
    listed: list[Any] = typed(raw or [], list, where, "the passages")
    return [one[0] if isinstance(one, list) and one else one for one in listed]


def _values(chosen: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """What was chosen, by scheme: names of labels; of a text box or a scale the value is what was said."""
    values: dict[str, tuple[str, ...]] = {}
    for scheme, labels in chosen.items():
        said = tuple(
            str(value) if _IS_VALUE.fullmatch(name) else name
            for name, value in labels.items()
            if value not in _NOT_CHOSEN
        )
        if said:
            values[scheme] = said
    return values


def _mark(raw: Any, where: str) -> Mark:
    span: dict[str, Any] = typed(raw, dict, where, "a passage")
    start, end = (typed(span.get(name), int, where, name) for name in ("start", "end"))
    label = span.get("annotation") or span.get("name") or span.get("label")
    words = span.get("span") or span.get("text")
    return Mark(str(span.get("schema") or _SPANS), str(label), start, end, words if isinstance(words, str) else None)


def _seconds(time: Any) -> float | None:
    found = _TIME.search(time) if isinstance(time, str) else None
    if found is None:
        return None
    days, hours, minutes, rest = map(int, found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + rest)


def _texts(asked: Asked) -> dict[str, str]:
    """Return the texts by id, from the data file of the project."""
    if asked.texts is None:
        return {}
    found = {}
    for file in sources(asked.texts, (".json", ".jsonl", ".csv", ".tsv")):
        rows = file.table() if file.name.suffix in {".csv", ".tsv"} else file.objects("item")
        for where, row in rows:
            data = {k: v for k, v in row.items() if k != "id"}
            found[str(row.get("id"))] = found_text(data, asked, where)
    return found
