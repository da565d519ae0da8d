"""Where everything lies in a release: names of folders and files, and what travels apart. No data is read or written here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TRAIN, VALIDATION, TEST, HIDDEN = "train", "validation", "test", "hidden"
SPLITS = (TRAIN, VALIDATION, TEST, HIDDEN)
OPEN = SPLITS[:-1]
"""Splits whose labels travel in the release; those of the hidden one travel apart."""

TABLES = ("gold", "items", "annotations", "consensus", "spans")
CSV_TABLES = ("gold", "annotations", "spans")
MANIFEST = "release.json"
TERMS = "TERMS.md"
CROISSANT = "croissant.json"
PLANTED = "planted/truth.jsonl"


@dataclass(frozen=True, slots=True)
class Target:
    """A file that is put together from a part of each shard; one file a shard where `sharded`."""

    part: str  # name of the part inside a shard
    path: str  # in the release; `{}` is replaced by the shard's number where sharded
    apart: bool
    sharded: bool = False
    header: str = ""  # the CSV columns' table


def held(table: str, *, apart: bool) -> tuple[str, ...]:
    """Return the splits of a table that lie in the release, or in what travels apart from it."""
    if table == "items":
        return () if apart else SPLITS
    return (HIDDEN,) if apart else OPEN


def targets() -> list[Target]:
    """Return every data file of a release, in order."""
    return [target for split in SPLITS for target in _of(split)]


def _of(split: str) -> list[Target]:
    hidden = split == HIDDEN
    found = []
    for name in TABLES:
        apart = split in held(name, apart=True)
        found.append(Target(f"{name}.{split}.parquet", f"data/{name}/{split}-{{}}.parquet", apart, sharded=True))
        if name != "gold":
            found.append(Target(f"{name}.{split}.jsonl", f"jsonl/{name}-{split}.jsonl", apart))
    found += [Target(f"{name}.{split}.csv", f"csv/{name}-{split}.csv", hidden, header=name) for name in CSV_TABLES]
    found += [
        Target(f"label-studio.{split}.json", f"label-studio/{split}-{{}}.json", hidden, sharded=True),
        Target(f"spacy.{split}.jsonl", f"spacy/{split}.jsonl", hidden),
        Target(f"conll.{split}.txt", f"conll/{split}.conll", hidden),
    ]
    return found


def parts(folder: Path, n_shards: int) -> list[Path]:
    """Return where the parts of each shard lie while a release is built."""
    return [folder / f"{number:05d}" for number in range(n_shards)]
