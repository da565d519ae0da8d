"""Alpha with a 1000-replicate interval against the point alone of `krippendorff`, from counts that are ready made.

`python -m benchmarks.agreement [LABELS]`, by default 1000000. Ours starts from the labels, so counting is included.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from annotator.consensus.agreement import krippendorff_alpha
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.metric import LEVELS
from benchmarks.peers import crowd, measured

REPEATS = 9


def main(size: int) -> None:
    data = crowd(size)
    labels = LabelMatrix.from_codes(data["task"], data["worker"], data["label"])
    table = np.bincount(labels.task.astype(np.int64) * 4 + labels.label, minlength=labels.n_tasks * 4).reshape(-1, 4)
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.npy"
        np.save(counts, table)
        for level in LEVELS:
            theirs = measured("_peer_alpha", counts, level, REPEATS, peer=True)
            seconds = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                found = krippendorff_alpha(labels, level=level, bootstrap=1000)
                seconds.append(time.perf_counter() - start)
            ours = float(np.median(seconds))
            print(
                f"alpha, {level:8}, {size:,} labels: point and interval of ours {ours * 1e3:5.1f} ms, point of krippendorff "
                f"{theirs['seconds'] * 1e3:5.1f} ms ({ours / theirs['seconds']:.2f}); "
                f"{found.value:.6f} [{found.low:.6f}, {found.high:.6f}], {theirs['alpha']:.6f}",
                flush=True,
            )


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)
