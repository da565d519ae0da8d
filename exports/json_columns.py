"""Arrow tables as JSON lines without a Python object a row: each column is turned into JSON text, and rows are joined.

Distinct values are escaped once; numbers are written by Arrow. Many times as quick as a dictionary a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from exports.arrow import compute as pc
from exports.columns import JSON

_TEXT = pa.large_string()


def json_lines(table: pa.Table) -> pa.Buffer:
    """Return the table as JSON lines, UTF-8."""
    return lines(json_objects(table))


def lines(texts: pa.Array) -> pa.Buffer:
    """Return texts as lines, UTF-8."""
    return joined(_together(texts, "\n"))


def json_objects(table: pa.Table) -> pa.Array:
    """Return each row as the text of a JSON object."""
    return objects({field.name: json_text(table[field.name], field) for field in table.schema}, table.num_rows)


def objects(values: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """Return objects made of columns that are JSON text already."""
    parts: list[Any] = []
    for number, (name, column) in enumerate(values.items()):
        parts += [f"{',' if number else '{'}{orjson.dumps(name).decode()}:", column]
    if not parts:
        return pa.array(["{}"] * rows, type=_TEXT)
    return _together(*parts, "}")


def json_text(column: pa.ChunkedArray | pa.Array, field: pa.Field | None = None) -> pa.Array:
    """Return a column as JSON text; null is `null`. A column marked as JSON is passed on as it is."""
    column = _whole(column)
    if field is not None and (field.metadata or {}).items() >= JSON.items():
        return pc.fill_null(column.cast(_TEXT), "null")
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        encoded = column.dictionary_encode()
        escaped = pa.array([orjson.dumps(text).decode() for text in encoded.dictionary.to_pylist()], type=_TEXT)
        return pc.fill_null(escaped.take(encoded.indices), "null")
    return pc.fill_null(pc.cast(column, _TEXT), "null")


def lists(texts: pa.Array, counts: NDArray[Any]) -> pa.Array:
    """Return JSON lists of consecutive runs of JSON texts, `counts[i]` of them in list `i`."""
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    last = np.zeros(len(texts), dtype=bool)
    last[bounds[1:][np.asarray(counts) > 0] - 1] = True
    separated = _together(texts, pa.array([",", ""], _TEXT).take(pa.array(last.astype(np.int8))))
    _, offsets, data = separated.buffers()
    places = np.frombuffer(offsets, dtype=np.int64, count=len(texts) + 1) if len(texts) else np.zeros(1, np.int64)
    runs = pa.Array.from_buffers(_TEXT, len(counts), [None, pa.py_buffer(places[bounds]), data or pa.py_buffer(b"")])
    return _together("[", runs, "]")


def joined(texts: pa.Array) -> pa.Buffer:
    """Return the texts one after another, without copying them."""
    texts = _whole(texts).cast(_TEXT)
    if len(texts) == 0:
        return pa.py_buffer(b"")
    _, offsets, data = texts.buffers()
    ends = pa.Array.from_buffers(pa.int64(), len(texts) + 1, [None, offsets], offset=texts.offset)
    first, last = ends[0].as_py(), ends[-1].as_py()
    return data.slice(first, last - first)


def _together(*parts: Any) -> pa.Array:
    return _whole(pc.binary_join_element_wise(*map(_large, parts), _large("")))


def _large(value: Any) -> Any:
    return pa.scalar(value, _TEXT) if isinstance(value, str) else value.cast(_TEXT)


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column
