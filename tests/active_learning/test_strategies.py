"""What each strategy looks for, against plain formulas and against modAL."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from modAL.batch import uncertainty_batch_sampling
from modAL.disagreement import vote_entropy as modal_vote_entropy
from modAL.uncertainty import classifier_entropy, classifier_margin
from scipy import sparse
from scipy.stats import entropy
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

from active_learning.cold_start import typicality_sampling
from active_learning.gain import GainSampling, information_gain
from active_learning.learner import ActiveLearner, Committee
from active_learning.ranked import NearestLabelled, RankedBatch, diverse_batch, information_density
from active_learning.strategies import (
    class_probabilities,
    divergence_from_equal,
    entropy_sampling,
    margin_sampling,
    vote_entropy_sampling,
)
from annotator.domain.errors import InputError
from tests.active_learning import pools

BLIND = np.full((3, 3), 1 / 3)
SURE = np.eye(3)


@st.composite
def distributions(draw, n_classes, rows=5):
    raw = draw(
        st.lists(st.lists(st.floats(0.01, 1), min_size=n_classes, max_size=n_classes), min_size=rows, max_size=rows)
    )
    return np.array(raw) / np.array(raw).sum(axis=1, keepdims=True)


@pytest.fixture(params=[2, 3], ids=["two classes", "three classes"])
def n_classes(request):
    return request.param


@pytest.fixture
def pool():
    return pools.rows(np.random.default_rng(3), 300)


@pytest.mark.parametrize("estimator", [LogisticRegression(), MultinomialNB()], ids=["linear", "any"])
def test_margin_and_entropy_are_modals(estimator, n_classes, pool):
    rng = np.random.default_rng(0)
    taught = pools.rows(rng, 100)
    model = ActiveLearner(estimator).fit(taught, pools.classes(taught, n_classes, rng))
    chosen, scores = margin_sampling(model, pool, 300)
    assert scores == pytest.approx(1 - classifier_margin(model, pool)[chosen])
    chosen, scores = entropy_sampling(model, pool, 300)
    assert scores == pytest.approx(classifier_entropy(model, pool)[chosen] / np.log(2))


@pytest.mark.parametrize("estimator", [LogisticRegression(C=3), MultinomialNB()], ids=["linear", "any"])
def test_vote_entropy_is_that_of_counted_votes(estimator, n_classes, pool):
    rng = np.random.default_rng(0)
    taught = pools.rows(rng, 100)
    model = Committee.of(estimator, 5, rng).fit(taught, pools.classes(taught, n_classes, rng))
    chosen, scores = vote_entropy_sampling(model, pool, 300)
    votes = model.vote(pool)
    shares = np.stack([(votes == k).mean(axis=1) for k in range(n_classes)])
    assert scores == pytest.approx(entropy(shares, base=2)[chosen])
    assert len(np.unique(scores)) > 1


def test_vote_entropy_is_modals(pool):
    model = pools.committee()
    chosen, scores = vote_entropy_sampling(model, pool, 300)
    assert scores == pytest.approx(modal_vote_entropy(model, pool)[chosen] / np.log(2))


def test_equal_votes_are_ordered_by_the_mean_probability(pool):
    model = pools.committee(3)
    chosen, scores = vote_entropy_sampling(model, pool, 300)
    divergence = divergence_from_equal(model.predict_proba(pool))[chosen]
    for level in np.unique(scores):
        assert (np.diff(divergence[scores == level]) >= -1e-12).all()


def test_entropy_tells_apart_items_that_share_one_floating_point_entropy():
    """Log odds of 1e-9 and 2e-9 both have an entropy of exactly one bit."""
    model = ActiveLearner(LogisticRegression()).fit(np.array([[-1.0], [1.0]]), np.array([0, 1]))
    slope = model.estimator.coef_[0, 0]
    model.estimator.intercept_[:] = 0
    pool = np.array([[3e-9], [1e-9], [2e-9], [4e-9]]) / slope
    chosen, scores = entropy_sampling(model, pool, 4)
    assert chosen.tolist() == [1, 2, 0, 3]
    assert set(scores.tolist()) == {1.0}


def test_with_more_classes_too():
    nudge = np.array([[3.0, -3, 0], [1, -1, 0], [2, -2, 0]]) * 1e-11
    assert divergence_from_equal(1 / 3 + nudge).argsort().tolist() == [1, 2, 0]


@settings(deadline=None)
@given(distributions(4))
def test_divergence_from_equal_is_what_entropy_lacks(p):
    assert divergence_from_equal(p) == pytest.approx(np.log(4) - entropy(p, axis=1), abs=1e-12)


def test_a_sure_class_has_no_entropy():
    assert divergence_from_equal(np.eye(3)) == pytest.approx(np.log(3))


def test_features_of_another_width_are_refused(pool):
    with pytest.raises(InputError, match="40"):
        entropy_sampling(pools.learner(), pool[:, :30], 3)


def test_ties_go_to_the_lower_index_or_to_chance():
    model = pools.learner()
    same = pools.rows(np.random.default_rng(1), 1)[np.zeros(50, dtype=int)]
    assert margin_sampling(model, same, 3)[0].tolist() == [0, 1, 2]
    drawn = {tuple(margin_sampling(model, same, 3, rng=np.random.default_rng(s))[0]) for s in range(5)}
    assert len(drawn) == 5


# Ranked batches


@pytest.mark.parametrize("seed", range(6))
def test_ranked_batch_picks_what_modal_picks(seed, n_classes):
    rng = np.random.default_rng(seed)
    model, pool = pools.learner(n_classes, seed=seed), pools.rows(rng, 250)
    ours, _ = RankedBatch()(model, pool, 40)
    theirs, _ = uncertainty_batch_sampling(model, pool, n_instances=40)
    assert ours.tolist() == theirs.tolist()


def test_it_still_does_when_asked_again_after_more_labels():
    rng = np.random.default_rng(4)
    model, pool, strategy = pools.learner(), pools.rows(rng, 250), RankedBatch()
    for _ in range(3):
        chosen, _ = strategy(model, pool, 10)
        assert chosen.tolist() == uncertainty_batch_sampling(model, pool, n_instances=10)[0].tolist()
        model.teach(pool[chosen], pools.classes(pool[chosen], 2, rng))


def test_distances_kept_are_those_computed_at_once(pool):
    labelled = pools.rows(np.random.default_rng(8), 40)
    near = NearestLabelled(pool)
    for size in (5, 17, 40):
        near.extend_to(labelled[:size])
        dense = ((pool.toarray()[:, None] - labelled[:size].toarray()[None]) ** 2).sum(axis=2).min(axis=1)
        assert near.least == pytest.approx(dense, abs=1e-12)


def test_other_labelled_rows_start_the_distances_again(pool):
    near, fresh = NearestLabelled(pool), NearestLabelled(pool)
    near.extend_to(pool[:20])
    near.extend_to(pool[50:60])
    fresh.extend_to(pool[50:60])
    assert np.array_equal(near.least, fresh.least)


def test_the_greedy_choice_is_the_best_at_every_step(pool):
    """The plain loop, with density and penalty, for the one that skips."""
    model = pools.learner(3)
    strategy = RankedBatch(density=0.7, penalty=0.4, near_duplicate=0.5)
    chosen, scores = strategy(model, pool, 25)
    dense, known = pool.toarray(), model.X_training.toarray()
    value = (1 - class_probabilities(model, pool).max(axis=1)) * information_density(pool) ** 0.7
    left = list(range(300))
    for step in range(25):
        distance = np.sqrt(((dense[left, None] - known[None]) ** 2).sum(axis=2).min(axis=1))
        alpha = len(left) / (300 + 120)
        score = alpha * (1 - 1 / (1 + distance)) + (1 - alpha) * value[left] - 0.4 * (distance <= 1)
        assert chosen[step] == left[int(score.argmax())]
        assert scores[step] == pytest.approx(score.max())
        known = np.vstack([known, dense[chosen[step]]])
        left.remove(chosen[step])


def test_near_duplicates_wait_until_nothing_else_is_left():
    rng = np.random.default_rng(0)
    campaign = pools.rows(rng, 1)[np.zeros(30, dtype=int)]
    others = pools.rows(rng, 10)
    chosen, _ = diverse_batch()(pools.learner(), sparse.vstack([campaign, others], format="csr"), 12)
    assert (chosen[:11] < 30).sum() <= 1


def test_density_is_the_mean_cosine(pool):
    dense = pool.toarray()
    assert information_density(pool * 3) == pytest.approx((dense @ dense.T).mean(axis=1))


# The start without labels


def test_a_start_covers_the_groups_of_the_pool_with_typical_items():
    """Six groups around six directions: six picks, one of each, none of them a straggler."""
    rng = np.random.default_rng(0)
    centres = np.eye(6, 30)
    group = rng.integers(0, 6, 300)
    spread = rng.exponential(0.05, 300)
    pool = centres[group] + spread[:, None] * rng.standard_normal((300, 30))
    chosen, scores = typicality_sampling(None, pool, 6)
    assert sorted(group[chosen].tolist()) == list(range(6))
    assert (spread[chosen] < np.median(spread)).all()
    assert (scores > 0).all()


def test_a_large_pool_is_thinned_and_still_covered(monkeypatch):
    monkeypatch.setattr("active_learning.cold_start._MAX_ROWS", 100)
    rng = np.random.default_rng(1)
    group = rng.integers(0, 4, 2000)
    pool = np.eye(4, 20)[group] + 0.02 * rng.standard_normal((2000, 20))
    chosen, _ = typicality_sampling(None, pool, 4)
    assert sorted(group[chosen].tolist()) == [0, 1, 2, 3]
    order = rng.permutation(2000)
    assert order[typicality_sampling(None, pool[order], 4)[0]].tolist() == chosen.tolist()


# The gain from one person's answer


@settings(deadline=None)
@given(distributions(3), distributions(3, rows=3))
def test_gain_is_mutual_information(posterior, confusion):
    joint = posterior[:, :, None] * confusion
    independent = posterior[:, :, None] * joint.sum(axis=1)[:, None, :]
    expected = (joint * np.log2(joint / independent)).sum(axis=(1, 2))
    assert information_gain(posterior, confusion) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(distributions(3))
def test_who_answers_blindly_tells_nothing_and_who_is_always_right_tells_all(posterior):
    assert information_gain(posterior, BLIND) == pytest.approx(0, abs=1e-12)
    assert information_gain(posterior, SURE) == pytest.approx(entropy(posterior, axis=1, base=2), abs=1e-12)


@settings(deadline=None)
@given(distributions(3), distributions(3, rows=3), st.floats(0, 1))
def test_a_person_who_sometimes_guesses_never_tells_more(posterior, confusion, share):
    """Data processing: mixing answers with blind ones loses information."""
    mixed = (1 - share) * confusion + share * BLIND
    assert (information_gain(posterior, mixed) <= information_gain(posterior, confusion) + 1e-12).all()


@settings(deadline=None)
@given(distributions(3), distributions(3, rows=3))
def test_the_names_of_answers_do_not_matter(posterior, confusion):
    swapped = information_gain(posterior, confusion[:, [2, 0, 1]])
    assert swapped == pytest.approx(information_gain(posterior, confusion), abs=1e-12)


def test_people_get_the_items_they_can_tell_apart():
    """One knows class 2 only, one tells 0 from 1 only."""
    knows_two = np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1.0]])
    knows_rest = np.array([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.45, 0.45, 0.1]])
    posterior = np.array([[0.5, 0.5, 0.0], [0.45, 0.05, 0.5]])
    gains = [information_gain(posterior, one) for one in (knows_two, knows_rest)]
    assert np.argmax(gains, axis=0).tolist() == [1, 0]
    assert GainSampling(knows_rest)(None, posterior, 1, posterior=posterior)[0].tolist() == [0]


def test_gain_refuses_what_is_no_confusion_matrix():
    with pytest.raises(InputError, match="not a distribution"):
        information_gain(BLIND, SURE * 2)
    with pytest.raises(InputError, match="confusion"):
        information_gain(BLIND, np.eye(2))
