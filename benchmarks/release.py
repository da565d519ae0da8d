"""What a release costs: building it from a snapshot, in time, memory and bytes, and beside it Label Studio's own JSON export.

python -m benchmarks.release [--items 1000000] [--judgements 5] [--processes 2] [--studio 2000]

`--studio N` loads N tasks of the same data into a real Label Studio server, exports them there, and compares seconds a task.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import orjson
import psutil
import pyarrow as pa

from annotator.domain.schema import Schema
from annotator.insight.release_gate import GATE_VERSION, recheck
from annotator.studio.client import StudioClient
from annotator.studio.label_config import build_label_config
from annotator.studio.server import EmbeddedStudio
from annotator.synthetic.generator import generate
from exports import columns
from exports.build import build_data
from exports.checksums import write_checksums
from exports.frozen import BATCH, Frozen, FrozenWriter
from exports.shards import rows_of_items, tasks_of
from guidelines.loader import latest, load

SOURCES = 8_000
PEOPLE = 400


def snapshot(folder: Path, schema: Schema, n_items: int, n_judgements: int) -> Frozen:
    """Write a snapshot of postings made of thirds of synthetic ones, with judgements of people who are mostly right."""
    rng = np.random.default_rng(1)
    sources = [posting.text.split("\n") for posting in generate(SOURCES, 1)]
    writer = FrozenWriter(folder, schema.labels)
    for begin in range(0, n_items, BATCH):
        writer.write(_batch(schema, sources, range(begin, min(begin + BATCH, n_items)), n_judgements, rng))
    titles = {spec.name: spec.name for spec in schema.labels}
    return writer.finish({"labels": columns.specs_to_json(schema.labels, titles)})


def _batch(schema: Schema, sources: list, numbers: range, n_judgements: int, rng: np.random.Generator) -> dict:
    n = len(numbers)
    ids = [f"b-{number:07d}" for number in numbers]
    texts = [
        "\n".join(_third(sources[one], place) for place, one in enumerate(row))
        for row in rng.integers(SOURCES, size=(n, 3))
    ]
    items = {
        "id": ids,
        "text": texts,
        "sha256": [f"{number:064x}" for number in numbers],
        "source": ["synthetic"] * n,
        "language": ["en"] * n,
        "campaign": [f"c-{number // 3:07d}" for number in numbers],
        "epoch": [f"202{number % 6}-H1" for number in numbers],
        "region": ["north"] * n,
        "quarter": ["2026-Q1"] * n,
        "generator": ["1.0.0"] * n,
        "seed": [1] * n,
        "difficulty": [0.5] * n,
    }
    rows = n * n_judgements
    owner = np.repeat(np.arange(n), n_judgements)
    people = [f"A-{person:016d}" for person in rng.integers(PEOPLE, size=rows)]
    order = np.tile(np.arange(1, n_judgements + 1), n)
    key = {"item": pa.array(ids).take(pa.array(owner)), "order": order, "annotator": people}
    judged = dict(key)
    for name, value in (
        ("guideline", "postings"),
        ("guideline_version", "1.0.0"),
        ("guideline_sha256", "0" * 64),
        ("time_band", "2026-Q1"),
        ("duration_band", "1 to 3 min"),
        ("assistance", "none"),
    ):
        judged[name] = [value] * rows
    judged["cannot_tell"] = np.zeros(rows, bool)
    agreed: dict = {
        "item": ids,
        "judgements": [n_judgements] * n,
        "cannot_tell": [0] * n,
        "method": ["OrdinalDawidSkene"] * n,
        "adjudicated": [None] * n,
        "adjudicated_by": [None] * n,
        "adjudication_cause": [None] * n,
    }
    for spec in schema.labels:
        k = len(spec.values)
        truth = rng.choice(k, n, p=None if k > 3 else [0.1] * (k - 1) + [1 - 0.1 * (k - 1)])
        codes = np.where(rng.random(rows) < 0.9, truth[owner], rng.integers(k, size=rows))
        judged[spec.name] = pa.array(spec.values).take(pa.array(codes))
        shares = np.round(rng.dirichlet(np.ones(k), n), 4).astype(np.float32)
        agreed[spec.name] = pa.array(spec.values).take(pa.array(truth))
        agreed[f"{spec.name}_uncertainty"] = shares[:, 0]
        for place, value in enumerate(spec.values):
            agreed[columns.soft(spec, value)] = shares[:, place]
            agreed[columns.votes(spec, value)] = [1] * n
    marks = rng.poisson(1.5, rows)
    row = np.repeat(np.arange(rows), marks)
    starts = rng.integers(0, 200, len(row))
    labels = pa.array([spec.name for spec in schema.labels[1:13]]).take(pa.array(rng.integers(12, size=len(row))))
    spans = {name: pa.array(values).take(pa.array(row)) for name, values in key.items()}
    spans |= {
        "question": ["indicators"] * len(row),
        "label": labels,
        "state": ["present"] * len(row),
        "start": starts,
        "end": starts + 40,
        "text": [
            texts[owner[one]][start : start + 40] for one, start in zip(row.tolist(), starts.tolist(), strict=True)
        ],
    }
    judged["result"] = _results(judged["concern"].to_pylist(), labels.to_pylist(), starts.tolist(), marks.tolist())
    specs = schema.labels
    schemas = {"items": columns.ITEMS, "annotations": columns.judged_frozen(specs)}
    schemas |= {"consensus": columns.agreed(specs), "spans": columns.SPANS}
    made = {"items": items, "annotations": judged, "consensus": agreed, "spans": spans}
    return {
        name: pa.table([pa.array(made[name][field.name]).cast(field.type) for field in table], schema=table)
        for name, table in schemas.items()
    }


def _third(lines: list[str], place: int) -> str:
    words = " ".join(lines).split(" ")
    return " ".join(words[place * len(words) // 3 : (place + 1) * len(words) // 3])


def _results(ratings: list, labels: list, starts: list, marks: list) -> list[str]:
    found, at = [], 0
    for rating, count in zip(ratings, marks, strict=True):
        regions = [
            f'{{"id":"r{n}","from_name":"indicators","to_name":"text","type":"labels","value":{{"start":{starts[n]},'
            f'"end":{starts[n] + 40},"labels":["{labels[n]}"]}}}},{{"id":"r{n}","from_name":"indicators_state",'
            f'"to_name":"text","type":"choices","value":{{"start":{starts[n]},"end":{starts[n] + 40},"choices":["present"]}}}}'
            for n in range(at, at + count)
        ]
        at += count
        regions.append(
            f'{{"id":"c","from_name":"concern","to_name":"text","type":"choices","value":{{"choices":["{rating}"]}}}}'
        )
        found.append(f"[{','.join(regions)}]")
    return found


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
    frozen = snapshot(root / "studio-snapshot", schema, n_tasks, n_judgements)
    build_data(
        frozen, root / "warm", root / "warm-apart", recheck, GATE_VERSION
    )  # compiles, and makes the files to load
    began = time.perf_counter()
    build_data(frozen, root / "ours", root / "ours-apart", recheck, GATE_VERSION)
    ours = time.perf_counter() - began
    alone = json_alone(frozen, root / "alone.json")
    studio = EmbeddedStudio(root / "studio-home", port=_free_port())
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
    print(
        f"{n_tasks:,} tasks x {n_judgements}: Label Studio's JSON export {peer:.1f} s; ours, every format {ours:.1f} s"
    )
    print(f"  {peer / ours:.1f} x as quick; its JSON alone {alone:.2f} s, {peer / alone:.0f} x as quick")


def json_alone(frozen: Frozen, path: Path) -> float:
    """Return how long the tasks with all annotations take to write as Label Studio's JSON, and nothing else."""
    began = time.perf_counter()
    first = 1
    with path.open("wb") as file:
        for number in range(frozen.n_shards):
            items, given = frozen.shard("items", number), frozen.shard("annotations", number)
            items = items.append_column("split", pa.array(["train"] * items.num_rows))
            places = np.arange(first, first + items.num_rows)
            file.writelines(tasks_of(items, given, rows_of_items(items["id"], given["item"]), places))
            first += items.num_rows
    return time.perf_counter() - began


def _loaded(root: Path) -> Iterator[list]:
    for path in sorted([*(root / "warm").glob("label-studio/*"), *(root / "warm-apart").glob("label-studio/*")]):
        tasks = orjson.loads(path.read_bytes())
        for begin in range(0, len(tasks), 1_000):
            yield tasks[begin : begin + 1_000]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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

    build_data(frozen, out, apart, recheck, GATE_VERSION, processes=given.processes, say=say)
    marks.append(("checksums", time.perf_counter()))
    write_checksums(out)
    write_checksums(apart)
    marks.append(("end", time.perf_counter()))
    peak = memory.stop()
    for (what, began), (_, ended) in pairwise(marks):
        print(f"  {what or 'checking the snapshot'}: {ended - began:.1f} s")
    spent = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file() and ".building" not in path.parts)
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
