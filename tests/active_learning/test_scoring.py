"""Featurising and scoring a store: on a cluster of processes, and a part at a time, bit for bit what one process says."""

from __future__ import annotations

import numpy as np
import pytest

from active_learning.classifier import SoftClassifier
from active_learning.feature_store import FeatureStore
from active_learning.features import HashedNgrams, Weighting
from active_learning.scoring import StoredRows, score
from active_learning.spread import over
from annotator.learning.text_model import TextModel

FEATURES = HashedNgrams(width=2**10)
WORDS = ("work", "driver", "kitchen", "housing", "paid", "night", "visa", "harvest", "cleaner", "city")


@pytest.fixture(scope="module")
def texts():
    rng = np.random.default_rng(5)
    return {f"i{n}": " ".join(rng.choice(WORDS, 12)) for n in range(5000)}


@pytest.fixture(scope="module")
def store(texts, tmp_path_factory):
    made = FeatureStore(tmp_path_factory.mktemp("store"), FEATURES)
    made.append(list(texts), list(texts.values()))
    return made


@pytest.fixture(scope="module")
def model(store, texts):
    weighting = Weighting.fit(store.matrix(), FEATURES.blocks)
    said = np.array(["visa" in text for text in texts.values()], dtype=np.int64)[:400]
    rows = weighting.transform(store.rows(store.ids[:400]))
    return TextModel.of(SoftClassifier(2, rng=np.random.default_rng(0)).fit(rows, said), weighting)


def test_a_cluster_computes_the_same_features(store, texts, machines, tmp_path):
    other = FeatureStore(tmp_path, FEATURES)
    assert other.append(list(texts), list(texts.values()), over(machines.get_executor())) == len(texts)
    for name in ("data", "indices", "ends", "ids"):
        assert (other.folder / "rows-0" / name).read_bytes() == (store.folder / "rows-0" / name).read_bytes()


def test_parts_and_a_cluster_give_the_same_scores(store, model, machines, tmp_path):
    whole = model.predict_proba(store.matrix())
    rows = StoredRows.of(store)
    parts = np.memmap(tmp_path / "out", dtype="f8", mode="w+", shape=whole.shape)
    score(rows, model, parts, part=700)
    on_cluster = np.empty_like(whole)
    score(rows, model, on_cluster, over(machines.get_executor()), part=700)
    assert np.array_equal(parts, whole)
    assert np.array_equal(on_cluster, whole)


def test_a_span_is_those_rows(store):
    rows = StoredRows.of(store)
    assert len(rows) == len(store)
    for start, stop in ((0, 3), (17, 18), (4990, 5000), (9, 9)):
        assert (rows.span(start, stop) != store.matrix()[start:stop]).nnz == 0


def test_an_empty_store_has_nothing_to_score(tmp_path, model):
    rows = StoredRows.of(FeatureStore(tmp_path, FEATURES))
    score(rows, model, np.empty((0, 2)))
    assert len(rows) == 0
