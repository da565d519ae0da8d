"""Labels as they arrive: each update is Bayes' rule, a refit is the batch, and the stream ends close to it."""

import numpy as np
import pytest

from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.skills import expected_accuracy
from annotator.consensus.stream import StreamingConsensus
from annotator.domain.errors import InputError
from tests.consensus.matrices import planted


def play(stream, labels):
    for task, worker, label in zip(labels.task.tolist(), labels.worker.tolist(), labels.label.tolist(), strict=True):
        yield stream.update(task, worker, label)


def test_before_any_refit_a_label_counts_as_one_of_a_worker_of_the_pool():
    stream = StreamingConsensus(3)
    assert stream.posterior(0) == pytest.approx([1 / 3] * 3)
    assert stream.update(0, 0, 2) == pytest.approx([0.15, 0.15, 0.7])
    twice = np.array([0.15, 0.15, 0.7]) * [0.15, 0.7, 0.15]
    assert stream.update(0, 5, 1) == pytest.approx(twice / twice.sum())


def test_a_refit_is_the_batch():
    labels, _ = planted(np.random.default_rng(0), n_tasks=100)
    stream = StreamingConsensus(3, model=HierarchicalDawidSkene(), growth=None)
    for _ in play(stream, labels):
        pass
    stream.refit()
    batch = HierarchicalDawidSkene().fit(labels)
    assert stream.predict_proba() == pytest.approx(batch.posterior_, abs=1e-9)
    assert stream.labels().label.tolist() == labels.label.tolist()


def test_after_a_refit_an_update_is_that_of_the_fitted_skills():
    labels, _ = planted(np.random.default_rng(1), n_tasks=200, per_task=6)
    stream = StreamingConsensus(3, growth=None)
    for _ in play(stream, labels):
        pass
    stream.refit()
    before = stream.posterior(7)
    assert stream.update(7, 3, 1) == pytest.approx(stream.model.skills_.update(before, 3, 1))
    before = stream.posterior(8)
    assert stream.update(8, 99, 1) == pytest.approx(stream.model.skills_.update(before, "new", 1))


def test_the_stream_ends_close_to_the_batch():
    gaps = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        labels, truth = planted(rng, n_tasks=400, n_workers=25, per_task=5, skill=0.5)
        order = rng.permutation(labels.n_labels)
        shuffled = type(labels).from_codes(labels.task[order], labels.worker[order], labels.label[order])
        stream = StreamingConsensus(3)
        for _ in play(stream, shuffled):
            pass
        batch = HierarchicalDawidSkene().fit(labels)
        gaps.append(expected_accuracy(batch.posterior_, truth) - expected_accuracy(stream.predict_proba(), truth))
    assert np.mean(gaps) < 0.005


def test_one_worker_alone_is_waited_out():
    stream = StreamingConsensus(2, growth=1.0)
    for task in range(200):
        stream.update(task, 0, task % 2)
    assert stream.predict_proba()[0] == pytest.approx([0.7, 0.3])


@pytest.mark.parametrize("label", [(-1, 0, 0), (0, -1, 0), (0, 0, 2)])
def test_codes_out_of_range_are_refused(label):
    with pytest.raises(InputError, match="is out of range"):
        StreamingConsensus(2).update(*label)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="1 is too few"):
        StreamingConsensus(1)
    with pytest.raises(InputError, match="0 is not above 0"):
        StreamingConsensus(2, growth=0)
