"""A pool of 10^7 items scored out of core: features mapped from the disk, probabilities written to the disk, memory capped.

Rows of synthetic postings are repeated until there are enough. The process that scores them may have no more anonymous memory than
the cap (`RLIMIT_DATA`); pages of mapped files come and go as the kernel likes. At the end the last rows must say bit for bit what the
same rows said at the beginning.

python -m benchmarks.out_of_core [--items 10000000] [--cap 1024] [--folder /somewhere/with/room]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Self

import numpy as np

from active_learning.classifier import SoftClassifier
from active_learning.feature_store import FILES, Commit, FeatureStore
from active_learning.features import HashedNgrams, Weighting
from active_learning.scoring import StoredRows, score
from annotator.learning.text_model import TextModel
from annotator.synthetic.corpus import POSTINGS, write_corpus

FEATURES = HashedNgrams(words=(1, 1), characters=None)
DISTINCT = 20_000
CLASSES = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--cap", type=int, default=1024, help="MiB of anonymous memory")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--score", type=Path, default=None, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.score is not None:
        scored(given.score, given.cap)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        made(Path(folder), given.items)
        words = [sys.executable, "-m", "benchmarks.out_of_core", "--score", folder, "--cap", str(given.cap)]
        subprocess.run(words, check=True)


def made(folder: Path, items: int) -> None:
    """Make a store of so many rows, and a model."""
    began = time.perf_counter()
    write_corpus(folder / "corpus", min(items, DISTINCT), seed=1)
    lines = (folder / "corpus" / POSTINGS).read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines][:DISTINCT]
    store = FeatureStore(folder, FEATURES)
    store.append([f"item-{n:08d}" for n in range(len(texts))], texts)
    weighting = Weighting.fit(store.matrix(), FEATURES.blocks)
    rows = weighting.transform(store.matrix()[:2000])
    said = np.random.default_rng(0).integers(0, CLASSES, 2000)  # what it learned is of no matter here
    model = TextModel.of(SoftClassifier(CLASSES, folds=0).fit(rows, said), weighting)
    (folder / "model").write_bytes(model.to_bytes())
    _repeat(store, items)
    size = sum(path.stat().st_size for path in store.folder.rglob("*"))
    print(f"{items:,} rows, {size / 2**30:.1f} GiB on the disk, made in {time.perf_counter() - began:.0f} s")


def _repeat(store: FeatureStore, items: int) -> None:
    """Write the rows of a store over and over behind themselves."""
    files = store.folder / "rows-0"
    held = {name: np.fromfile(files / name, dtype=kind) for name, kind in FILES.items()}
    n, entries, id_bytes = len(held["ends"]), int(held["ends"][-1]), len(held["ids"])
    times = items // n
    for name in FILES:
        with (files / name).open("wb") as file:
            for turn in range(times):
                (held[name] + turn * entries if name == "ends" else held[name]).tofile(file)
    commit = Commit(n * times, entries * times, id_bytes * times, 0)
    (store.folder / "commit.json").write_text(json.dumps(asdict(commit)))


def scored(folder: Path, cap: int) -> None:
    """Score the store within the cap, and tell what it took."""
    resource.setrlimit(resource.RLIMIT_DATA, (cap * 2**20, cap * 2**20))
    rows = StoredRows(folder / FEATURES.version, sum(FEATURES.blocks))
    model = TextModel.from_bytes((folder / "model").read_bytes())
    out = np.memmap(folder / "scores", dtype="f8", mode="w+", shape=(len(rows), CLASSES))
    model.predict_proba(rows.span(0, 10))  # compiled before the clock runs
    with Watched() as most:
        began = time.perf_counter()
        score(rows, model, out)
        took = time.perf_counter() - began
    n = min(DISTINCT, len(rows))
    assert np.array_equal(out[-n:], out[:n])
    print(f"{len(rows):,} rows scored in {took:.0f} s: {len(rows) / took:,.0f} rows/s")
    print(f"anonymous memory at the most {most.bytes / 2**20:.0f} MiB, cap {cap} MiB")


class Watched:
    """The most anonymous memory that this process had while the block ran."""

    def __enter__(self) -> Self:
        self.bytes, self._stopping = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(0.05):
            status = Path("/proc/self/status").read_text()
            anonymous = next(line for line in status.splitlines() if line.startswith("RssAnon"))
            self.bytes = max(self.bytes, int(anonymous.split()[1]) * 1024)


if __name__ == "__main__":
    main()
