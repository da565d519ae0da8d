"""Consensus against Crowd-Kit: time, memory and posteriors of Dawid-Skene at equal iterations; compiling; one label.

`python -m benchmarks.consensus [LABELS …]`, by default 100000 1000000 10000000. Ratios of medians within the run; each
side in a process of its own, one after the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.skills import expected_accuracy
from annotator.consensus.stream import StreamingConsensus
from benchmarks.peers import crowd, measured

ITERATIONS = 10
REPEATS = {100_000: (5, 9), 1_000_000: (3, 7), 10_000_000: (1, 3)}
"""Runs of the peer and of ours."""


def main(sizes: list[int]) -> None:
    for size in sizes:
        compare(size, "codes")
    if 1_000_000 in sizes:
        compare(1_000_000, "ids")
    compiling()
    one_label()
    stream_against_batch()


def compare(size: int, kind: str) -> None:
    """Print times, ratio, largest difference of a posterior, and peak memory, interpreter and input included."""
    with tempfile.TemporaryDirectory() as folder:
        columns = Path(folder) / "columns.npz"
        np.savez(columns, **crowd(size))
        of_peer, of_ours = REPEATS.get(size, (1, 3))
        theirs_at, ours_at = Path(folder) / "theirs.npy", Path(folder) / "ours.npy"
        ours = measured("_our_dawid_skene", columns, kind, ITERATIONS, of_ours, ours_at)
        theirs = measured("_peer_dawid_skene", columns, kind, ITERATIONS, of_peer, theirs_at, peer=True)
        apart = float(np.abs(np.load(ours_at) - np.load(theirs_at)).max())
    print(
        f"Dawid-Skene, {size:>10,} labels from {kind:5}, {ITERATIONS} iterations: "
        f"Crowd-Kit {theirs['seconds']:8.3f} s, ours {ours['seconds']:7.4f} s, "
        f"{theirs['seconds'] / ours['seconds']:5.0f} times as fast; posteriors within {apart:.0e}; "
        f"peak memory {theirs['peak_mb']:,.0f} and {ours['peak_mb']:,.0f} MB ({ours['peak_mb'] / theirs['peak_mb']:.2f})",
        flush=True,
    )


def compiling() -> None:
    """Print the time of a first fit with nothing compiled, and with compiled code on disk."""
    code = (
        "import time; from annotator.consensus.labels import LabelMatrix; "
        "from annotator.consensus.hierarchical import HierarchicalDawidSkene; s = time.perf_counter(); "
        "HierarchicalDawidSkene().fit(LabelMatrix.from_codes([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 2, 3])); "
        "print(time.perf_counter() - s)"
    )
    with tempfile.TemporaryDirectory() as folder:
        surroundings = os.environ | {"NUMBA_CACHE_DIR": folder}
        first, second = (
            float(
                subprocess.run(
                    [sys.executable, "-c", code], env=surroundings, check=True, capture_output=True, text=True
                ).stdout
            )
            for _ in range(2)
        )
    print(f"First fit of a process: {first:.2f} s where nothing was compiled before, {second:.2f} s from the cache")


def one_label() -> None:
    """Print the time of one update, as called from Python, before and after a refit."""
    data = crowd(100_000)
    rows = list(zip(*(data[name].tolist() for name in ("task", "worker", "label")), strict=True))
    stream = StreamingConsensus(4, growth=None)
    stream.update(*rows[0])
    for when in ("before", "after"):
        start = time.perf_counter()
        for row in rows:
            stream.update(*row)
        print(f"One label arriving, {when} a refit: {(time.perf_counter() - start) / len(rows) * 1e6:.2f} microseconds")
        stream.refit()


def stream_against_batch(seeds: int = 5) -> None:
    """Print the accuracy at the end of a stream with its own refits beside that of one batch fit, and the cost a label."""
    found: dict[str, list[Any]] = {"stream": [], "batch": [], "cost": []}
    for seed in range(seeds):
        data = crowd(10_000, n_workers=60, seed=seed)
        stream = StreamingConsensus(4)
        rows = list(zip(*(data[name].tolist() for name in ("task", "worker", "label")), strict=True))
        start = time.perf_counter()
        for row in rows:
            stream.update(*row)
        found["cost"].append((time.perf_counter() - start) / len(rows) * 1e6)
        batch = HierarchicalDawidSkene().fit(LabelMatrix.from_codes(data["task"], data["worker"], data["label"]))
        found["stream"].append(expected_accuracy(stream.predict_proba(), data["truth"]))
        found["batch"].append(expected_accuracy(batch.posterior_, data["truth"]))
    print(
        f"10,000 labels as a stream, {seeds} seeds: accuracy {np.mean(found['stream']):.4f}, as a batch "
        f"{np.mean(found['batch']):.4f}; {np.median(found['cost']):.0f} microseconds a label, refits included"
    )


if __name__ == "__main__":
    main([int(float(size)) for size in sys.argv[1:]] or list(REPEATS))
