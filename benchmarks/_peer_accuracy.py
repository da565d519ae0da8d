"""Crowd-Kit's aggregators in the peers' environment: `FOLDER` of label files; a .npz of posteriors beside each, tasks sorted."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote, OneCoinDawidSkene

files = sorted(Path(sys.argv[1]).glob("*.csv"))
for file in files:
    frame = pd.read_csv(file, dtype=str)
    models = {
        "majority": MajorityVote(),
        "dawid-skene": DawidSkene(n_iter=100),
        "one-coin": OneCoinDawidSkene(n_iter=100),
    }
    found = {}
    for name, model in models.items():
        posterior = model.fit_predict_proba(frame).sort_index()
        found[name] = posterior[sorted(posterior.columns)].to_numpy()
    np.savez(file.with_suffix(".npz"), **found)
print(json.dumps({"files": len(files)}))
