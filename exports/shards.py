"""One shard of a release: a batch of the snapshot in every format, written by itself in any process and in any order.

What a shard writes depends on the snapshot and on where its items were placed, on nothing else. Its files are parts, which
`exports.assemble` puts together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from annotator.domain.schema import LabelSpec
from exports import arrow, columns, json_columns, spans
from exports.arrow import compute as pc
from exports.csv_cells import defused
from exports.frozen import Frozen
from exports.layout import CSV_TABLES, SPLITS

Check = Callable[[list[str], list[str], list[str | None]], list[str]]
"""The gate: texts, sources and languages in; for each text why it may not leave, or an empty string."""

DONE = "done.json"
_ROWS, _TASKS = 10_000, 2_000
_TASK_DATA = ["id", "text", "source", "language", "campaign", "epoch", "split"]
_BY_ITEM = frozenset({"items", "gold", "consensus"})
PARQUET_OPTIONS: dict[str, Any] = {"compression": "zstd", "version": "2.6", "write_statistics": True}


@dataclass(frozen=True)
class Task:
    """What one process needs to write one shard; it can be sent to another."""

    snapshot: Path
    number: int
    folder: Path  # of the shard's parts
    first: int  # place of its first item among all
    split: NDArray[np.int8]
    group: list[str]
    check: Check
    gate_version: str


def write_shard(task: Task) -> dict[str, Any]:
    """Write the parts of a shard and return how many rows of what; texts that the gate refuses are only counted and named."""
    frozen = Frozen.open(task.snapshot)
    items = _placed(frozen.shard("items", task.number), task)
    refused = _refused(items, task.check)
    if refused:
        return {"refused": refused}
    tables = {name: frozen.shard(name, task.number) for name in ("annotations", "consensus", "spans")}
    tables["gold"] = _gold(items, tables["consensus"], frozen.specs)
    tables["items"] = items
    task.folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, dict[str, int]] = {}
    for number, split in enumerate(SPLITS):
        inside = pc.equal(items["split"], split)
        wanted = items["id"].filter(inside)
        chosen = {
            name: table.filter(
                inside if name in _BY_ITEM else pc.is_in(table["item"], value_set=wanted.combine_chunks())
            )
            for name, table in tables.items()
        }
        rows[split] = {name: table.num_rows for name, table in chosen.items()}
        if items_here := rows[split]["items"]:
            places = np.flatnonzero(task.split == number) + task.first + 1
            assert len(places) == items_here
            _write_split(task.folder, split, chosen, frozen.specs, places)
    done = {"rows": rows}
    (task.folder / DONE).write_bytes(orjson.dumps(done))
    pa.default_memory_pool().release_unused()
    return done


def _placed(items: pa.Table, task: Task) -> pa.Table:
    n = items.num_rows
    names = pa.array(SPLITS).take(pa.array(task.split))
    outcome = pc.if_else(pc.equal(items["source"], "synthetic"), "closed lexicon", "nothing left to mask")
    added = (names, pa.array(task.group, pa.string()), pa.array([task.gate_version] * n), outcome)
    for (name, kind), values in zip(columns.PLACED, added, strict=True):
        items = items.append_column(pa.field(name, kind), values)
    return items


def _refused(items: pa.Table, check: Check) -> list[str]:
    reasons = check(items["text"].to_pylist(), items["source"].to_pylist(), items["language"].to_pylist())
    return [item for item, reason in zip(items["id"].to_pylist(), reasons, strict=True) if reason]


def _gold(items: pa.Table, consensus: pa.Table, specs: tuple[LabelSpec, ...]) -> pa.Table:
    """Return items beside their consensus; both are in the same order, so nothing has to be looked up."""
    if not items["id"].equals(consensus["item"]):
        raise ValueError("The consensus of a snapshot does not follow its items.")
    for field in consensus.schema:
        if field.name != "item":
            items = items.append_column(field, consensus[field.name])
    return items.select(columns.gold(specs).names)


def _write_split(
    folder: Path, split: str, tables: dict[str, pa.Table], specs: tuple[LabelSpec, ...], places: NDArray[np.int64]
) -> None:
    for name, whole in tables.items():
        table = whole.drop_columns(["result"]) if name == "annotations" else whole
        arrow.parquet.write_table(table, folder / f"{name}.{split}.parquet", **PARQUET_OPTIONS)
        if name != "gold":
            _lines(folder / f"{name}.{split}.jsonl", map(json_columns.json_lines, _pieces(table)))
        if name in CSV_TABLES:
            options = arrow.csv.WriteOptions(include_header=False)
            arrow.csv.write_csv(defused(table), folder / f"{name}.{split}.csv", options)
    items, annotations = tables["items"], tables["annotations"]
    judged = rows_of_items(items["id"], annotations["item"])
    _lines(
        folder / f"label-studio.{split}.json", json_columns.array_pieces(tasks_of(items, annotations, judged, places))
    )
    _write_spans(folder, split, tables, specs, judged)


def rows_of_items(ids: pa.ChunkedArray, of: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return how many rows each item has; they stand in the order of the items."""
    found = pc.index_in(of, value_set=ids.combine_chunks())
    return np.bincount(found.to_numpy(), minlength=len(ids))


def tasks_of(
    items: pa.Table, annotations: pa.Table, judged: NDArray[np.int64], places: NDArray[np.int64]
) -> Iterator[pa.Array]:
    """Yield Label Studio tasks as JSON texts, with every annotation in its list."""
    ends = np.concatenate(([0], np.cumsum(judged)))
    for begin in range(0, items.num_rows, _TASKS):
        end = min(begin + _TASKS, items.num_rows)
        rows = annotations.slice(int(ends[begin]), int(ends[end] - ends[begin]))
        given = rows.select(["annotator", "guideline_version", "result"])
        given = given.append_column("was_cancelled", pa.array(np.zeros(rows.num_rows, dtype=bool)))
        some = items.slice(begin, end - begin)
        task = {
            "id": json_columns.json_text(pa.array(places[begin:end])),
            "data": json_columns.json_objects(some.select(_TASK_DATA)),
            "annotations": json_columns.lists(json_columns.json_objects(given), judged[begin:end]),
        }
        yield json_columns.objects(task, some.num_rows)


def _write_spans(
    folder: Path, split: str, tables: dict[str, pa.Table], specs: tuple[LabelSpec, ...], judged: NDArray[np.int64]
) -> None:
    items, gold = tables["items"], tables["gold"]
    ids, texts = items["id"].to_pylist(), items["text"].to_pylist()
    marks = tables["spans"]
    agreed = spans.agreed_spans(texts, judged.tolist(), marks, rows_of_items(items["id"], marks["item"]).tolist())
    rating = columns.rating(specs)
    shares = np.stack([gold[name].to_numpy() for name in columns.shares(rating)], axis=1).astype(np.float64)
    known = ~np.isnan(shares[:, 0])
    soft = [
        dict(zip(rating.values, row, strict=True)) if given else None
        for row, given in zip(shares.round(4).tolist(), known.tolist(), strict=True)
    ]
    with (folder / f"spacy.{split}.jsonl").open("wb") as file:
        file.writelines(spans.spacy_lines(ids, texts, soft, agreed))
    with (folder / f"conll.{split}.txt").open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(spans.conll_lines(ids, texts, agreed))


def _pieces(table: pa.Table) -> Iterator[pa.Table]:
    """Yield a table in pieces, so that its text is never in memory as a whole."""
    for begin in range(0, table.num_rows, _ROWS):
        yield table.slice(begin, _ROWS)


def _lines(path: Path, data: Iterable[pa.Buffer]) -> None:
    with path.open("wb") as file:
        file.writelines(data)
