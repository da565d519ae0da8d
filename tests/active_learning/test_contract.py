"""What every query strategy keeps, whatever it looks for."""

import numpy as np
import pytest

from active_learning.classifier import SoftClassifier
from active_learning.cold_start import typicality_sampling
from active_learning.gain import GainSampling
from active_learning.learner import ActiveLearner
from active_learning.ranked import RankedBatch, diverse_batch
from active_learning.strategies import (
    entropy_sampling,
    margin_sampling,
    random_sampling,
    uncertainty_sampling,
    vote_entropy_sampling,
)
from annotator.domain.errors import InputError
from tests.active_learning import pools

K = 3


def skilled(n_classes):
    return np.full((n_classes, n_classes), 0.2 / (n_classes - 1)) + np.eye(n_classes) * (0.8 - 0.2 / (n_classes - 1))


def gain(classifier, pool, *asked, **how):
    return GainSampling(skilled(classifier.estimator.n_classes))(classifier, pool, *asked, **how)


STRATEGIES = {
    "margin": (margin_sampling, pools.learner, (0, 1)),
    "uncertainty": (uncertainty_sampling, pools.learner, (0, 1 - 1 / K)),
    "entropy": (entropy_sampling, pools.learner, (0, np.log2(K))),
    "vote entropy": (vote_entropy_sampling, pools.committee, (0, np.log2(K))),
    "ranked batch": (RankedBatch(), pools.learner, (0, 1)),
    "diverse batch": (diverse_batch(), pools.learner, (-1, 1)),
    "typicality": (typicality_sampling, pools.learner, (-50, 1)),
    "information gain": (gain, pools.learner, (0, np.log2(K))),
    "random": (random_sampling, pools.learner, (0, 1)),
}
DETERMINED = [name for name in STRATEGIES if name != "random"]


@pytest.fixture(scope="module", params=[2, K], ids=["two classes", "three classes"])
def n_classes(request):
    return request.param


@pytest.fixture(scope="module")
def models(n_classes):
    return {make: make(n_classes) for make in (pools.learner, pools.committee)}


@pytest.fixture(scope="module")
def pool():
    return pools.rows(np.random.default_rng(5), 150)


def ask(name, models, pool, k, seed=1):
    strategy, make, _ = STRATEGIES[name]
    return strategy(models[make], pool, k, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("name", STRATEGIES)
def test_it_gives_distinct_indices_and_scores_best_first_and_in_range(name, models, pool):
    low, high = STRATEGIES[name][2]
    indices, scores = ask(name, models, pool, 20)
    assert indices.shape == scores.shape == (20,)
    assert indices.dtype == np.int64
    assert scores.dtype == np.float64
    assert len(set(indices.tolist())) == 20
    assert indices.min() >= 0
    assert indices.max() < 150
    assert np.isfinite(scores).all()
    assert scores.min() >= low - 1e-12
    assert scores.max() <= high + 1e-12
    if name not in {"ranked batch", "diverse batch", "typicality"}:
        assert (np.diff(scores) <= 1e-12).all()


@pytest.mark.parametrize("name", DETERMINED)
def test_the_order_of_the_pool_does_not_matter(name, models, pool):
    order = np.random.default_rng(2).permutation(150)
    indices, scores = ask(name, models, pool, 20)
    moved, moved_scores = ask(name, models, pool[order], 20)
    assert order[moved].tolist() == indices.tolist()
    assert moved_scores == pytest.approx(scores, abs=1e-9)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_seed_gives_the_same_choice(name, models, pool):
    first, second = ask(name, models, pool, 20, seed=7), ask(name, models, pool, 20, seed=7)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


@pytest.mark.parametrize("name", DETERMINED)
def test_it_needs_no_seed(name, models, pool):
    strategy, make, _ = STRATEGIES[name]
    assert np.array_equal(strategy(models[make], pool, 5)[0], strategy(models[make], pool, 5)[0])


@pytest.mark.parametrize("name", STRATEGIES)
def test_an_empty_pool_gives_an_empty_choice(name, models, pool):
    indices, scores = ask(name, models, pool[:0], 5)
    assert indices.shape == scores.shape == (0,)


@pytest.mark.parametrize("name", STRATEGIES)
def test_asking_for_none_gives_none(name, models, pool):
    assert len(ask(name, models, pool, 0)[0]) == 0


@pytest.mark.parametrize("name", STRATEGIES)
def test_asking_for_more_than_there_is_gives_all_of_it(name, models, pool):
    indices, _ = ask(name, models, pool[:7], 50)
    assert sorted(indices.tolist()) == list(range(7))


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_negative_number_is_refused(name, models, pool):
    with pytest.raises(InputError, match="below 0"):
        ask(name, models, pool, -1)


@pytest.mark.parametrize("name", STRATEGIES)
def test_it_takes_dense_rows_as_well(name, models, pool):
    assert np.array_equal(ask(name, models, pool.toarray(), 10)[0], ask(name, models, pool, 10)[0])


@pytest.mark.parametrize("name", STRATEGIES)
def test_it_leaves_its_arguments_alone(name, models, pool):
    before = pool.copy()
    ask(name, models, pool, 10)
    assert (before != pool).nnz == 0


@pytest.mark.parametrize("name", STRATEGIES)
def test_modal_can_ask_with_it(name, models, pool):
    strategy, make, _ = STRATEGIES[name]
    model = models[make]
    model.query_strategy = strategy
    indices, chosen, scores = model.query(pool, 4, return_metrics=True, rng=np.random.default_rng(1))
    assert (chosen != pool[indices]).nnz == 0
    assert np.array_equal(indices, ask(name, models, pool, 4)[0])
    assert len(scores) == 4


def test_chance_needs_a_generator(models, pool):
    with pytest.raises(InputError, match="Generator"):
        random_sampling(models[pools.learner], pool, 3)


@pytest.mark.parametrize("name", [name for name in DETERMINED if name not in {"typicality", "vote entropy"}])
def test_a_learner_that_was_never_taught_is_refused_with_the_way_out(name, pool):
    with pytest.raises(InputError, match="typicality_sampling"):
        STRATEGIES[name][0](ActiveLearner(SoftClassifier(2)), pool, 3)
