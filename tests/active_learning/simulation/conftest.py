"""Small crowds for the simulation's tests: everything seeded, a campaign in well under a second."""

from __future__ import annotations

import numpy as np
import pytest

from active_learning.simulation.campaign import Material
from active_learning.simulation.crowd import Crowd


@pytest.fixture(scope="session")
def material():
    """60 items of three classes, 8 people, 6 answers an item."""
    truth = np.random.default_rng(1).integers(0, 3, 60)
    return Material(Crowd(8, 6, 0.6, 0.95).label(truth, 3, np.random.default_rng(2)), truth)


@pytest.fixture(scope="session")
def folder(tmp_path_factory, material):
    """The same as files, with texts that tell the class of half of the items."""
    where = tmp_path_factory.mktemp("files")
    labels, names = material.labels, "abc"
    rows = zip(labels.task, labels.worker, labels.label, strict=True)
    (where / "labels.csv").write_text("task,worker,label\n" + "".join(f"t{t},w{w},{names[k]}\n" for t, w, k in rows))
    (where / "truth.csv").write_text(
        "task,label\n" + "".join(f"t{t},{names[k]}\n" for t, k in enumerate(material.truth))
    )
    words = [("red", "green", "blue")[k] if t % 2 else "grey" for t, k in enumerate(material.truth)]
    (where / "items.csv").write_text("task,text\n" + "".join(f"t{t},a {w} thing\n" for t, w in enumerate(words)))
    return where
