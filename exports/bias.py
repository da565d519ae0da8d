"""Texts for the bias test: items of the test and hidden splits with one identity cue changed, and nothing else.

Nationality, gender and register never bear on what a text shows, so a tool's rating must not move when only they change. Which
words are cues, and what each can be changed to, comes with the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow as pa

from annotator.domain.errors import InputError
from exports import arrow, json_columns
from exports.csv_cells import defused
from exports.frozen import Frozen
from exports.layout import HIDDEN, TEST
from exports.shards import Check

SWAPS = "swaps.jsonl"
"""Name of the file in a snapshot."""
FOLDER = "bias"
COLUMNS = pa.schema([(name, pa.string()) for name in ("id", "item", "cue", "before", "after", "text")])


def write_swaps(frozen: Frozen, out: Path, check: Check) -> int:
    """Write `bias/swaps.jsonl`, `.csv` and `.parquet` for the items of the splits that tools are tested on; return how many.

    Raises:
        InputError: the gate refuses a changed text.
    """
    path = frozen.folder / SWAPS
    wanted = _tested(out)
    rows = [row for row in _rows(path) if row["item"] in wanted] if path.exists() else []
    table = pa.Table.from_pylist(rows, schema=COLUMNS)
    texts = table["text"].to_pylist()
    if any(check(texts, ["synthetic"] * len(texts), [None] * len(texts))):
        raise InputError("The gate refuses a text of the bias test.", where=str(path), mend="Freeze anew.")
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    arrow.parquet.write_table(table, folder / "swaps.parquet")
    arrow.csv.write_csv(defused(table), folder / "swaps.csv")
    (folder / "swaps.jsonl").write_bytes(json_columns.json_lines(table))
    return int(table.num_rows)


def _tested(out: Path) -> set[str]:
    files = [path for split in (TEST, HIDDEN) for path in (out / "data" / "items").glob(f"{split}-*.parquet")]
    if not files:
        return set()
    return set(arrow.dataset(files).to_table(["id"])["id"].to_pylist())


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        yield from map(orjson.loads, file)
