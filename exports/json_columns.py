"""Arrow tables as JSON lines without a Python object a row: each column is turned into JSON text, and rows are joined.

Distinct values are escaped once; numbers are written by Arrow. Many times as quick as a dictionary a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from exports.arrow import compute as pc
from exports.columns import JSON

_TEXT = pa.large_string()
_TO_ESCAPE = r'["\\\x00-\x1f]'


def json_lines(table: pa.Table) -> pa.Buffer:
    """Return the table as JSON lines, UTF-8."""
    return lines(json_objects(table))


def lines(texts: pa.Array) -> pa.Buffer:
    """Return texts as lines, UTF-8."""
    return joined(_together(texts, "\n"))


def array_pieces(pieces: Iterable[pa.Array]) -> Iterator[pa.Buffer]:
    """Yield JSON texts as one JSON list, an element a line, UTF-8; only one piece is in memory at a time."""
    yield pa.py_buffer(b"[")
    for number, texts in enumerate(pieces):
        yield joined(_together(",\n", texts)).slice(0 if number else 1)
    yield pa.py_buffer(b"\n]\n")


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
        return pc.fill_null(_escaped(encoded.dictionary).take(encoded.indices), "null")
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


def _escaped(texts: pa.Array) -> pa.Array:
    """Return texts as JSON strings; only those that hold something to escape are looked at one by one."""
    quoted = _together('"', texts, '"')
    plain = pc.invert(pc.match_substring_regex(texts, _TO_ESCAPE))
    if pc.all(plain).as_py() or len(texts) == 0:
        return quoted
    escaped = [orjson.dumps(text).decode() for text in texts.filter(pc.invert(plain)).to_pylist()]
    return pc.replace_with_mask(quoted, pc.invert(plain), pa.array(escaped, type=_TEXT))


def _together(*parts: Any) -> pa.Array:
    return _whole(pc.binary_join_element_wise(*map(_large, parts), _large("")))


def _large(value: Any) -> Any:
    return pa.scalar(value, _TEXT) if isinstance(value, str) else value.cast(_TEXT)


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column
