"""The `krippendorff` package in the peers' environment: `COUNTS.npy LEVEL REPEATS`, the point alone."""

import json
import sys
import time

import krippendorff
import numpy as np

counts, level, repeats = sys.argv[1:]
table = np.load(counts)
seconds = []
for _ in range(int(repeats)):
    start = time.perf_counter()
    alpha = krippendorff.alpha(value_counts=table, level_of_measurement=level)
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": float(np.median(seconds)), "alpha": float(alpha)}))
