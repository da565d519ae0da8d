"""Ours, in a process of its own: `COLUMNS.npz ids|codes ITERATIONS REPEATS POSTERIOR.npy`. Compiled code is warm."""

import json
import resource
import sys
import time

import numpy as np

from annotator.consensus.dawid_skene import DawidSkene
from annotator.consensus.labels import LabelMatrix

columns, kind, iterations, repeats, where = sys.argv[1:]
with np.load(columns) as data:
    task, worker, label = (data[name] for name in ("task", "worker", "label"))
if kind == "ids":
    import pandas as pd

    task = pd.Series([f"posting-{n:08}" for n in task])
    worker = pd.Series([f"volunteer-{n:04}" for n in worker])
    label = pd.Series([f"class-{n}" for n in label])
read = LabelMatrix.from_columns if kind == "ids" else LabelMatrix.from_codes
DawidSkene(max_iter=1).fit(LabelMatrix.from_codes([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 2, 3]))
seconds = []
model = None
for _ in range(int(repeats)):
    del model
    start = time.perf_counter()
    labels = read(task, worker, label)
    model = DawidSkene(max_iter=int(iterations), tol=-np.inf).fit(labels)
    seconds.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
order = np.argsort(labels.tasks.astype(str) if kind == "ids" else labels.tasks)
np.save(where, model.posterior_[order])
print(json.dumps({"seconds": float(np.median(seconds)), "peak_mb": peak}))
