"""`build_data`: a frozen snapshot becomes the data files of a release, in shards, in several processes, and goes on where it stopped.

The same snapshot gives the same bytes whatever the number of processes, the time zone or the hash seed. Documents are `exports.cards`.
"""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from annotator.domain.errors import AnnotatorError, InputError
from exports import layout, splits
from exports.assemble import assemble
from exports.frozen import Frozen
from exports.shards import DONE, Check, Task, write_shard

FORMAT = 1
WORK = ".building"
_ON_MACHINES = 16  # shards under way on other machines at once

Say = Callable[[str, int, int], None]
"""Hears of progress: what is being done, how much of it is done, and of how much."""


class GateRefusedError(AnnotatorError):
    """The gate refuses texts that were let in before, so nothing is released."""


@dataclass(frozen=True)
class Built:
    """The data of a release: where it lies, how many rows of what in each split, and how items were grouped."""

    out: Path
    apart: Path
    rows: dict[str, dict[str, int]]  # split → table → rows
    groups: int
    united: int


def build_data(
    frozen: Frozen,
    out: Path,
    apart: Path,
    check: Check,
    gate_version: str,
    *,
    processes: int = 1,
    executor: Executor | None = None,
    say: Say | None = None,
) -> Built:
    """Write the data files of a release into two folders, new ones or ones that an earlier try has left unfinished.

    Shards are written by `processes` of this machine, or by an `executor` whose machines see the same folders.

    Raises:
        InputError: a folder holds something else, or the snapshot is damaged.
        GateRefusedError: the gate refuses a text.
        LeakageError: the splits leak.
    """
    say = say or (lambda *_: None)
    work = _claimed(out, apart, frozen, gate_version)
    frozen.check()
    say("grouping and splitting", 0, 1)
    group, split, united = _placed(frozen, work)
    say("grouping and splitting", 1, 1)
    parts = layout.parts(work, frozen.n_shards)
    done = _shards(frozen, parts, group, split, check, gate_version, (processes, executor), say)
    assemble(frozen, parts, out, apart, lambda n: say("putting files together", n, len(layout.targets())))
    rows = {
        name: {table: sum(one["rows"][name][table] for one in done) for table in layout.TABLES}
        for name in layout.SPLITS
    }
    return Built(out, apart, rows, len(np.unique(group)), united)


def finished(out: Path) -> None:
    """Take away what was only needed for building."""
    shutil.rmtree(out / WORK)


def _claimed(out: Path, apart: Path, frozen: Frozen, gate_version: str) -> Path:
    """Return the folder for parts; an unfinished build of the same snapshot by the same gate is gone on with."""
    work = out / WORK
    mark = orjson.dumps({"format": FORMAT, "snapshot": frozen.digest, "gate": gate_version})
    known = (work / "plan.json").read_bytes() if (work / "plan.json").exists() else None
    for folder in (out, apart):
        if known != mark and folder.exists() and any(folder.iterdir()):
            raise InputError(
                "The folder holds something else.",
                where=str(folder),
                mend="Name a new one; a release is never overwritten.",
            )
        folder.mkdir(parents=True, exist_ok=True)
    work.mkdir(exist_ok=True)
    (work / "plan.json").write_bytes(mark)
    return work


def _placed(frozen: Frozen, work: Path) -> tuple[NDArray[np.int64], NDArray[np.int8], int]:
    """Return each item's group and split, from an earlier try where there was one."""
    file = work / "placed.npz"
    if not file.exists():
        ids, campaigns = _column(frozen, "id"), _column(frozen, "campaign")
        placed = splits.place(lambda: _texts(frozen), campaigns, ids, _text_of(frozen))
        unfinished = work / "placed.part.npz"
        np.savez(unfinished, group=placed.group, split=placed.split, united=placed.united)
        unfinished.replace(file)
    with np.load(file) as stored:
        return stored["group"], stored["split"], int(stored["united"])


def _shards(
    frozen: Frozen,
    parts: list[Path],
    group: NDArray[np.int64],
    split: NDArray[np.int8],
    check: Check,
    gate_version: str,
    by: tuple[int, Executor | None],
    say: Say,
) -> list[dict[str, Any]]:
    """Write every shard that is not there yet; return what each holds, in order."""
    done: dict[int, dict[str, Any]] = {
        number: orjson.loads((part / DONE).read_bytes()) for number, part in enumerate(parts) if (part / DONE).exists()
    }
    tasks = (task for task in _tasks(frozen, parts, group, split, check, gate_version) if task.number not in done)
    say("writing items", len(done), len(parts))
    processes, executor = by
    several = executor is None and processes > 1 and len(parts) - len(done) > 1
    with _pool(processes) if several else nullcontext(executor) as pool:
        for number, result in _results(pool, tasks, processes if executor is None else _ON_MACHINES):
            if "refused" in result:
                _refuse(result["refused"])
            done[number] = result
            say("writing items", len(done), len(parts))
    return [done[number] for number in range(len(parts))]


def _results(pool: Executor | None, tasks: Iterator[Task], at_once: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield results as they come; only as many tasks are made as can be worked on, so that memory stays bounded."""
    if pool is None:
        for task in tasks:
            yield task.number, write_shard(task)
        return
    running: dict[Future[dict[str, Any]], int] = {}
    for task in tasks:
        running[pool.submit(write_shard, task)] = task.number
        if len(running) > at_once:
            yield from _finished(running)
    while running:
        yield from _finished(running)


def _finished(running: dict[Future[dict[str, Any]], int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        yield running.pop(future), future.result()


def _tasks(
    frozen: Frozen,
    parts: list[Path],
    group: NDArray[np.int64],
    split: NDArray[np.int8],
    check: Check,
    gate_version: str,
) -> Iterator[Task]:
    ids = pa.array(_column(frozen, "id"), pa.string())
    first = 0
    for number, part in enumerate(parts):
        end = first + frozen.shard("items", number).num_rows
        names = ids.take(pa.array(group[first:end])).to_pylist()
        yield Task(frozen.folder, number, part, first, split[first:end], names, check, gate_version)
        first = end


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))


def _refuse(items: list[str]) -> None:
    some = ", ".join(items[:5]) + (f" and {len(items) - 5} more" if len(items) > 5 else "")
    raise GateRefusedError(
        f"The gate refuses {len(items)} texts: {some}.",
        mend="Quarantine them, let two people look at them, and freeze anew.",
    )


def _texts(frozen: Frozen) -> Iterator[pa.ChunkedArray]:
    for number in range(frozen.n_shards):
        yield frozen.shard("items", number)["text"]


def _column(frozen: Frozen, name: str) -> list[Any]:
    return [value for number in range(frozen.n_shards) for value in frozen.shard("items", number)[name].to_pylist()]


def _text_of(frozen: Frozen) -> Callable[[int], str]:
    sizes = [frozen.shard("items", number).num_rows for number in range(frozen.n_shards)]
    starts = np.concatenate(([0], np.cumsum(sizes)))

    @lru_cache(maxsize=8)
    def shard(number: int) -> pa.ChunkedArray:
        return frozen.shard("items", number)["text"]

    def text_of(place: int) -> str:
        number = int(np.searchsorted(starts, place, side="right")) - 1
        return str(shard(number)[place - int(starts[number])].as_py())

    return text_of
