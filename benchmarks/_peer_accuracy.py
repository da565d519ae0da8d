"""Crowd-Kit's aggregators in the peers' environment: `LABELS.csv POSTERIORS.npz`, tasks sorted by id."""

import json
import sys

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote, OneCoinDawidSkene

labels, where = sys.argv[1:]
frame = pd.read_csv(labels, dtype=str)
models = {"majority": MajorityVote(), "dawid-skene": DawidSkene(n_iter=100), "one-coin": OneCoinDawidSkene(n_iter=100)}
found = {}
for name, model in models.items():
    posterior = model.fit_predict_proba(frame).sort_index()
    found[name] = posterior[sorted(posterior.columns)].to_numpy()
np.savez(where, **found)
print(json.dumps({"n_tasks": int(frame["task"].nunique())}))
