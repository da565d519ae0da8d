"""modAL's learners on this scikit-learn, and a classifier that is honest about what it has not learned."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neighbors import KNeighborsClassifier

from active_learning.classifier import SoftClassifier
from active_learning.learner import ActiveLearner, Committee
from active_learning.strategies import margin_sampling
from annotator.domain.errors import InputError
from tests.active_learning import pools


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def data(rng):
    features = pools.rows(rng, 400)
    return features, pools.classes(features, 3, rng)


def posterior_of(y, n_classes=3, sure=0.8):
    return (
        np.full((len(y), n_classes), (1 - sure) / (n_classes - 1)) * (1 - np.eye(n_classes)[y])
        + sure * np.eye(n_classes)[y]
    )


# modAL


def test_teaching_in_parts_is_fitting_at_once(data):
    features, y = data
    parts = ActiveLearner(SoftClassifier(3), X_training=features[:100], y_training=y[:100])
    parts.teach(features[100:250], y[100:250])
    parts.teach(features[250:], y[250:])
    whole = ActiveLearner(SoftClassifier(3)).fit(features, y)
    assert np.array_equal(parts.predict_proba(features), whole.predict_proba(features))
    assert parts.X_training.shape == (400, 40)


def test_only_new_fits_the_new_and_keeps_nothing(data):
    features, y = data
    learner = ActiveLearner(LogisticRegression(), X_training=features[:100], y_training=y[:100])
    learner.teach(features[100:], y[100:], only_new=True)
    assert learner.X_training.shape[0] == 100
    expected = LogisticRegression().fit(features[100:], y[100:]).predict_proba(features)
    assert learner.predict_proba(features) == pytest.approx(expected)


def test_weights_are_kept_with_the_rows(data):
    """A row of weight 2 counts as the row given twice."""
    features, y = data
    weighted = ActiveLearner(SoftClassifier(3, folds=0)).fit(features[:200], y[:200])
    weighted.teach(features[200:], y[200:], sample_weight=np.full(200, 2.0))
    twice = ActiveLearner(SoftClassifier(3, folds=0)).fit(
        sparse.vstack([features, features[200:]], format="csr"), np.concatenate([y, y[200:]])
    )
    assert weighted.predict_proba(features) == pytest.approx(twice.predict_proba(features), abs=1e-3)


def test_rows_and_targets_that_do_not_fit_are_refused(data):
    features, y = data
    with pytest.raises(InputError, match="X, y"):
        ActiveLearner(SoftClassifier(3)).fit(features, y[:-1])
    learner = ActiveLearner(SoftClassifier(3)).fit(features, y)
    with pytest.raises(InputError, match="width"):
        learner.teach(features[:5, :20], y[:5])
    with pytest.raises(InputError, match="sample_weight"):
        learner.teach(features[:5], y[:5], sample_weight=np.ones(4))


def test_a_strategy_that_fails_is_called_once_and_heard(data):
    calls = []

    def failing(*_asked, **_how):
        calls.append(1)
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        ActiveLearner(SoftClassifier(3), failing).query(data[0])
    assert calls == [1]


def test_two_picks_are_two_picks(data):
    learner = ActiveLearner(SoftClassifier(3), margin_sampling).fit(*data)
    assert learner.query(data[0], 2)[1].shape == (2, 40)


def test_it_can_be_shown_and_cloned():
    learner = ActiveLearner(SoftClassifier(3, C=2.0))
    assert "SoftClassifier" in repr(learner)
    assert clone(learner).estimator.C == 2.0


@pytest.mark.parametrize("estimator", [SoftClassifier(3, folds=0), KNeighborsClassifier()], ids=["weights", "rows"])
def test_a_committee_is_drawn_by_its_generator_alone(estimator, data):
    features, y = data

    def votes(seed):
        np.random.seed(seed)  # noqa: NPY002 what modAL would draw from
        return Committee.of(estimator, 3, np.random.default_rng(1)).fit(features[:90], y[:90]).vote(features)

    assert np.array_equal(votes(0), votes(1))
    assert (votes(0)[:, 0] != votes(0)[:, 1]).any()


def test_a_committee_learns_when_taught(data):
    features, y = data
    committee = Committee.of(SoftClassifier(3, folds=0), 3, np.random.default_rng(1)).fit(features[:30], y[:30])
    before = committee.score(features[300:], y[300:])
    committee.teach(features[30:300], y[30:300])
    assert committee.X_training.shape[0] == 300
    assert committee.score(features[300:], y[300:]) > before
    assert len(committee.query(features, 5)[0]) == 5


def test_one_member_is_no_committee(rng):
    with pytest.raises(InputError, match="two members"):
        Committee.of(SoftClassifier(2), 1, rng)


# The classifier


def test_a_posterior_is_its_classes_weighted(data):
    features, y = data
    soft = SoftClassifier(3, folds=0).fit(features, posterior_of(y))
    rows = sparse.vstack([features] * 3, format="csr")
    label = np.repeat(np.arange(3), 400)
    by_hand = LogisticRegression(max_iter=300).fit(rows, label, sample_weight=posterior_of(y).T.ravel())
    assert soft.predict_proba(features) == pytest.approx(by_hand.predict_proba(features), abs=2e-3)


def test_a_sure_posterior_is_a_label(data):
    features, y = data
    assert np.array_equal(
        SoftClassifier(3).fit(features, np.eye(3)[y]).predict_proba(features),
        SoftClassifier(3).fit(features, y).predict_proba(features),
    )


def test_zero_columns_change_nothing(data):
    features, y = data
    wide = sparse.hstack([features, sparse.csr_matrix((400, 1000))], format="csr")
    assert SoftClassifier(3).fit(wide, y).predict_proba(wide) == pytest.approx(
        SoftClassifier(3).fit(features, y).predict_proba(features)
    )


def test_out_of_fold_probabilities_are_calibrated_where_fitted_ones_boast(rng):
    features = pools.rows(rng, 800, width=400)
    y = pools.classes(features, 2, rng, noise=3)
    model = SoftClassifier(2, C=100).fit(features, y)
    raw = LogisticRegression(C=100, max_iter=1000).fit(features, y).predict_proba(features)
    assert log_loss(y, raw) < 0.35
    assert log_loss(y, model.out_of_fold_) < np.log(2)
    fresh = pools.rows(rng, 4000, width=400)
    fresh_y = pools.classes(fresh, 2, rng, noise=3)
    p = model.predict_proba(fresh)[:, 1]
    assert log_loss(fresh_y, model.predict_proba(fresh)) == pytest.approx(log_loss(y, model.out_of_fold_), abs=0.05)
    for low, high in [(0, 0.4), (0.4, 0.6), (0.6, 1)]:
        band = (p >= low) & (p < high)
        assert fresh_y[band].mean() == pytest.approx(p[band].mean(), abs=0.08)


def test_text_that_says_nothing_gives_the_prior():
    fallbacks = 0
    for seed in range(10):
        features = pools.rows(np.random.default_rng(seed), 150)
        y = np.random.default_rng(seed + 100).choice(3, 150, p=[0.6, 0.3, 0.1])
        model = SoftClassifier(3).fit(features, y)
        shares = np.bincount(y, minlength=3) / 150
        assert np.abs(model.predict_proba(features) - shares).max() < 0.2
        fallbacks += "prior" in model.fallback_
    assert fallbacks >= 9


def test_a_handful_of_labels_gives_the_prior_and_says_so(data):
    features = data[0]
    model = SoftClassifier(3).fit(features[:3], np.array([0, 1, 1]))
    assert "fewer than two classes" in model.fallback_
    assert model.predict_proba(features)[0] == pytest.approx([2 / 6, 3 / 6, 1 / 6])
    assert model.predict_proba(features).shape == (400, 3)


def test_no_label_at_all_gives_equal_shares(data):
    model = SoftClassifier(3).fit(data[0][:0], np.empty(0, dtype=int))
    assert model.predict_proba(data[0])[0] == pytest.approx([1 / 3] * 3)


def test_a_class_without_items_keeps_its_share_everywhere(data):
    features, y = data
    kept = y != 2
    model = SoftClassifier(3).fit(features[kept], y[kept])
    p = model.predict_proba(features)
    assert model.fallback_ == ""
    assert p[:, 2] == pytest.approx(1 / (kept.sum() + 3))
    assert p.sum(axis=1) == pytest.approx(1)
    two = SoftClassifier(2).fit(features[kept], y[kept]).predict_proba(features)
    assert p[:, 1] / (p[:, 0] + p[:, 1]) == pytest.approx(two[:, 1], abs=1e-3)


def test_items_of_one_campaign_do_not_vouch_for_each_other(rng):
    """Twenty copies each of thirty texts with random classes: split by copy it looks learnable, split by text it is not."""
    texts = pools.rows(rng, 30, width=400)
    text = np.repeat(np.arange(30), 20)
    y = rng.integers(0, 2, 30)[text]
    assert SoftClassifier(2).fit(texts[text], y).fallback_ == ""
    assert SoftClassifier(2).fit(texts[text], y, groups=text).fallback_ != ""


def test_nothing_is_learned_from_one_group(data):
    features, y = data
    assert "one group" in SoftClassifier(3).fit(features, y, groups=np.zeros(len(y), dtype=int)).fallback_
    assert SoftClassifier(3, folds=0).fit(features, y, groups=np.zeros(len(y), dtype=int)).fallback_ == ""


def test_fitting_twice_gives_the_same_model(data):
    model = SoftClassifier(3, rng=np.random.default_rng(5))
    first = model.fit(*data).predict_proba(data[0])
    assert np.array_equal(first, model.fit(*data).predict_proba(data[0]))


def test_a_row_of_no_weight_is_not_learned_from(data):
    features, y = data
    weight = np.ones(400)
    weight[200:] = 0
    assert SoftClassifier(3).fit(features, y, sample_weight=weight).predict_proba(features) == pytest.approx(
        SoftClassifier(3).fit(features[:200], y[:200]).predict_proba(features)
    )


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (np.array([0, 1, 5]), "outside 0 to 2"),
        (np.array([0, 1]), "class codes"),
        (np.array(["a", "b", "c"]), "class codes"),
        (np.ones((3, 3)), "distribution"),
        (np.full((3, 2), 0.5), "shape"),
    ],
)
def test_targets_of_another_form_are_refused(y, said, data):
    with pytest.raises(InputError, match=said):
        SoftClassifier(3).fit(data[0][:3], y)


def test_weights_below_zero_are_refused(data):
    with pytest.raises(InputError, match="sample_weight"):
        SoftClassifier(3).fit(*data, sample_weight=-np.ones(400))
