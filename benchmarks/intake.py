"""How long `annotator ingest` takes for 100,000 postings, and how much memory, beside reading the same file with pandas.

python -m benchmarks.intake [--rows 100000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return seconds and the process's own peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "ANNOTATOR_HOME": f"{folder}/home"}
        annotator = [sys.executable, "-m", "annotator"]
        made, _ = timed([*annotator, "synthesize", "--items", str(rows), "--out", f"{folder}/corpus"], environment)
        file = Path(folder) / "corpus" / "postings.jsonl"
        read_all = f"import pandas; pandas.read_json({str(file)!r}, lines=True)"
        peer, peer_memory = timed([sys.executable, "-c", read_all], environment)
        took, memory = timed([*annotator, "ingest", str(file)], environment)
    print(f"synthesize {rows:,}: {made:.1f} s")
    print(
        f"ingest {rows:,}: {took:.1f} s, {memory:.0f} MB; reading the file with pandas: {peer:.1f} s, {peer_memory:.0f} MB"
    )
    print(f"ratio: {took / peer:.1f} in time, {memory / peer_memory:.2f} in memory")


if __name__ == "__main__":
    main()
