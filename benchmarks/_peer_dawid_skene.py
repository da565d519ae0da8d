"""Crowd-Kit's Dawid-Skene in the peers' environment: `COLUMNS.npz ids|codes ITERATIONS REPEATS POSTERIOR.npy`."""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene

columns, kind, iterations, repeats, where = sys.argv[1:]
with np.load(columns) as data:
    frame = pd.DataFrame({name: data[name] for name in ("task", "worker", "label")})
if kind == "ids":
    frame = pd.DataFrame(
        {
            "task": [f"posting-{n:08}" for n in frame["task"]],
            "worker": [f"volunteer-{n:04}" for n in frame["worker"]],
            "label": [f"class-{n}" for n in frame["label"]],
        }
    )
seconds = []
for _ in range(int(repeats)):
    start = time.perf_counter()
    model = DawidSkene(n_iter=int(iterations), tol=-np.inf).fit(frame)
    seconds.append(time.perf_counter() - start)
np.save(where, model.probas_.sort_index().sort_index(axis=1).to_numpy())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": float(np.median(seconds)), "peak_mb": peak}))
