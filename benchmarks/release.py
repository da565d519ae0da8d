"""What a release costs: building it from a snapshot, in time, memory and bytes, and beside it Label Studio's own JSON export.

python -m benchmarks.release [--items 1000000] [--judgements 5] [--processes 2] [--studio 2000]

`--studio N` loads N tasks of the same data into a real Label Studio server, exports them there, and compares seconds a task.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import httpx
import numpy as np
import orjson
import psutil
import pyarrow as pa

from annotator.domain.schema import Schema
from annotator.insight.release_gate import GATE_VERSION, recheck
from benchmarks._release_snapshot import snapshot
from exports import json_columns
from exports.answers import QUESTIONS, Answers
from exports.build import Say
from exports.frozen import Frozen
from exports.release import Plan, build_release
from exports.shards import rows_of_items, tasks_of
from guidelines.loader import latest, load
from tests.ports import free_port

ROUNDS = 3


def build(frozen: Frozen, out: Path, apart: Path, processes: int, say: Say | None = None) -> None:
    """Build the whole release, as `annotator release build` does after the freeze."""
    answers = Answers(dict.fromkeys(QUESTIONS, "Answered.") | {"licence": "CC-BY-4.0"}, {})
    build_release(frozen, Plan("1.0.0", answers), out, apart, recheck, GATE_VERSION, processes=processes, say=say)


class Memory(threading.Thread):
    """Watches the largest resident size of this process and its children together."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._over = threading.Event()

    def run(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.2):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_full_info().uss
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)

    def stop(self) -> int:
        self._over.set()
        self.join()
        return self.peak


def against_studio(root: Path, schema: Schema, n_tasks: int, n_judgements: int) -> None:
    """Load our own Label Studio files into a real server, time its JSON export, and time our build of the same data."""
    from annotator.studio.client import StudioClient
    from annotator.studio.label_config import build_label_config
    from annotator.studio.server import EmbeddedStudio

    frozen = snapshot(root / "studio-snapshot", schema, n_tasks, n_judgements)
    build(frozen, root / "warm", root / "warm-apart", 1)  # compiles, and makes the files to load
    ours = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        build(frozen, root / f"ours-{number}", root / f"apart-{number}", 1)
        ours.append(time.perf_counter() - began)
    alone = median(json_alone(frozen, root / "alone.json") for _ in range(ROUNDS))
    studio = EmbeddedStudio(root / "studio-home", port=free_port())
    studio.start()
    try:
        studio.wait_ready()
        client = StudioClient(studio.url, studio.secrets.token)
        project = client.ensure_project("bench", "bench", build_label_config(schema))
        headers = {"Authorization": f"Token {studio.secrets.token}"}
        with httpx.Client(base_url=studio.url, headers=headers, timeout=3600) as http:
            for tasks in _loaded(root):
                http.post(f"/api/projects/{project}/import", json=tasks).raise_for_status()
            began = time.perf_counter()
            reply = http.get(f"/api/projects/{project}/export", params={"exportType": "JSON"})
            reply.raise_for_status()
            peer = time.perf_counter() - began
    finally:
        studio.stop()
    exported = reply.json()
    assert len(exported) == n_tasks
    assert sum(len(task["annotations"]) for task in exported) == n_tasks * n_judgements
    whole = median(ours)
    print(f"{n_tasks:,} tasks x {n_judgements}, load {os.getloadavg()[0]:.1f}; ours: median of {ROUNDS}, one process")
    print(f"  Label Studio's JSON export: {peer:.1f} s, {peer / n_tasks * 1e3:.2f} ms a task")
    print(f"  the whole release, every format: {whole:.2f} s, {peer / whole:.1f} x as quick")
    print(f"  the same JSON alone: {alone:.2f} s, {peer / alone:.0f} x as quick")


def json_alone(frozen: Frozen, path: Path) -> float:
    """Return how long the tasks with all annotations take to write as Label Studio's JSON, and nothing else."""
    began = time.perf_counter()
    first = 1
    with path.open("wb") as file:
        for number in range(frozen.n_shards):
            items, given = frozen.shard("items", number), frozen.shard("annotations", number)
            items = items.append_column("split", pa.array(["train"] * items.num_rows))
            places = np.arange(first, first + items.num_rows)
            tasks = tasks_of(items, given, rows_of_items(items["id"], given["item"]), places)
            file.writelines(json_columns.array_pieces(tasks))
            first += items.num_rows
    return time.perf_counter() - began


def _loaded(root: Path) -> Iterator[list]:
    for path in sorted([*(root / "warm").glob("label-studio/*"), *(root / "warm-apart").glob("label-studio/*")]):
        tasks = orjson.loads(path.read_bytes())
        for begin in range(0, len(tasks), 1_000):
            yield tasks[begin : begin + 1_000]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("items", 1_000_000), ("judgements", 5), ("processes", 2), ("studio", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, help="where to work; kept afterwards")
    given = parser.parse_args()
    schema = load("postings", latest("postings")).schema
    root = given.folder or Path(tempfile.mkdtemp())
    if given.studio:
        against_studio(root, schema, given.studio, given.judgements)
        return
    name = root / f"snapshot-{given.items}x{given.judgements}"
    frozen = Frozen.open(name) if name.exists() else snapshot(name, schema, given.items, given.judgements)
    print(
        f"{frozen.n_items:,} items, {frozen.facts['rows']['annotations']:,} judgements, {frozen.facts['rows']['spans']:,} spans"
    )
    out, apart = root / "out", root / "apart"
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(apart, ignore_errors=True)
    memory = Memory()
    memory.start()
    marks = [("", time.perf_counter())]

    def say(what: str, _done: int, _of: int) -> None:
        if what != marks[-1][0]:
            marks.append((what, time.perf_counter()))

    build(frozen, out, apart, given.processes, say)
    marks.append(("end", time.perf_counter()))
    peak = memory.stop()
    for (what, began), (_, ended) in pairwise(marks):
        print(f"  {what or 'checking the snapshot'}: {ended - began:.1f} s")
    spent = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(
        f"built in {marks[-1][1] - marks[0][1]:.0f} s, {sum(use.ru_utime + use.ru_stime for use in spent):.0f} s of processor"
    )
    print(
        f"largest memory of all processes together: {peak / 1e9:.2f} GB; written: {size / 1e9:.1f} GB; load {os.getloadavg()[0]:.1f}"
    )
    if given.folder is None:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
