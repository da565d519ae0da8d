"""The other measures: statsmodels, scikit-learn and plain definitions as oracles, and where each is undefined."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa as statsmodels_fleiss

from annotator.consensus.agreement import NO_PAIR, krippendorff_alpha
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.observed import (
    CHANCE_IS_CERTAIN,
    NEVER_USED,
    fleiss_kappa,
    percent_agreement,
    positive_agreement,
)
from annotator.consensus.pairwise import pairwise
from annotator.consensus.sets import masi_alpha, masi_distance
from annotator.domain.errors import InputError
from tests.consensus.matrices import dense, label_matrices, planted


@st.composite
def complete_tables(draw):
    """Every rater labels every item."""
    shape = draw(st.integers(1, 10)), draw(st.integers(2, 5))
    values = draw(st.lists(st.integers(0, 2), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    return np.array(values).reshape(shape)


def matrix(table):
    item, rater = np.indices(table.shape).reshape(2, -1)
    return LabelMatrix.from_codes(item, rater, table.ravel(), n_classes=3)


@given(complete_tables())
def test_fleiss_is_what_statsmodels_says(table):
    assume(len(np.unique(table)) > 1)
    counts, _ = aggregate_raters(table, n_cat=3)
    assert fleiss_kappa(matrix(table)).value == pytest.approx(statsmodels_fleiss(counts), abs=1e-9)


@given(label_matrices())
def test_percent_agreement_is_the_share_of_agreeing_pairs_averaged_over_items(labels):
    table = dense(labels).T
    shares = []
    for row in table:
        pairs = list(combinations(row[~np.isnan(row)], 2))
        if pairs:
            shares.append(np.mean([a == b for a, b in pairs]))
    assert percent_agreement(labels).value == (pytest.approx(np.mean(shares)) if shares else None)


@given(label_matrices())
def test_positive_agreement_is_how_likely_another_rater_says_the_same(labels):
    table = dense(labels).T
    said = [
        (a == 0, b == 0)
        for row in table
        for i, a in enumerate(row)
        for j, b in enumerate(row)
        if i != j and not np.isnan(a) and not np.isnan(b)
    ]
    other = [b for a, b in said if a]
    assert positive_agreement(labels, 0).value == (pytest.approx(np.mean(other)) if other else None)


@given(label_matrices(), st.sampled_from(["none", "linear", "quadratic"]))
def test_cohen_is_what_scikit_learn_says_of_each_two_raters(labels, weights):
    found = pairwise(labels)
    table = dense(labels)
    kappas = found.kappa(weights)
    for a, b in combinations(range(labels.n_workers), 2):
        both = ~np.isnan(table[a]) & ~np.isnan(table[b])
        assert found.shared[a, b] == both.sum()
        one = found.agreement(a, b, weights=weights)
        if not both.any() or len(np.unique(table[[a, b]][:, both])) == 1:
            assert one.value is None
            assert np.isnan(kappas[a, b])
            continue
        theirs = cohen_kappa_score(
            table[a, both],
            table[b, both],
            labels=range(labels.n_classes),
            weights=None if weights == "none" else weights,
        )
        assert one.value == pytest.approx(theirs, abs=1e-9)
        assert kappas[b, a] == pytest.approx(theirs, abs=1e-9)


@given(label_matrices(max_items=8))
def test_masi_alpha_of_single_labels_is_nominal_alpha(labels):
    sets = [{label} for label in labels.label.tolist()]
    found = masi_alpha(labels.task, labels.worker, sets)
    assert found.value == pytest.approx(krippendorff_alpha(labels).value, abs=1e-9)


@given(label_matrices(max_items=8), st.lists(st.sets(st.sampled_from("abc")), min_size=4, max_size=4))
def test_masi_alpha_is_one_less_mean_distance_within_items_over_that_among_all(labels, of_class):
    sets = [of_class[label] for label in labels.label.tolist()]
    items = [np.flatnonzero(labels.task == item) for item in range(labels.n_tasks)]
    items = [rows for rows in items if len(rows) > 1]
    rows = np.concatenate(items) if items else []
    n = len(rows)
    between = sum(masi_distance(sets[i], sets[j]) for i in rows for j in rows) / max(n * (n - 1), 1)
    within = sum(masi_distance(sets[i], sets[j]) / (len(item) - 1) for item in items for i in item for j in item) / max(
        n, 1
    )
    found = masi_alpha(labels.task, labels.worker, sets)
    assert found.value == (pytest.approx(1 - within / between, abs=1e-9) if between > 0 else None)


def test_every_measure_is_undefined_where_nothing_can_be_paired():
    lonely = LabelMatrix.from_codes([0, 1], [0, 1], [0, 1])
    found = [
        fleiss_kappa(lonely),
        percent_agreement(lonely),
        positive_agreement(lonely, 1),
        pairwise(lonely).agreement(0, 1),
    ]
    assert {one.value for one in found} == {None}
    assert {one.reason for one in found} == {NO_PAIR}


def test_kappas_are_undefined_for_a_single_class_and_percent_agreement_is_not():
    same = LabelMatrix.from_codes([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1])
    assert fleiss_kappa(same).reason == CHANCE_IS_CERTAIN
    assert pairwise(same).agreement(0, 1).reason == CHANCE_IS_CERTAIN
    assert positive_agreement(same, 0).reason == NEVER_USED
    assert percent_agreement(same).value == positive_agreement(same, 1).value == 1


@pytest.mark.parametrize(
    "measured",
    [
        fleiss_kappa,
        percent_agreement,
        lambda labels, **how: positive_agreement(labels, 1, **how),
        lambda labels, **how: pairwise(labels).agreement(0, 1, **how),
        lambda labels, **how: masi_alpha(labels.task, labels.worker, [{v} for v in labels.label.tolist()], **how),
    ],
)
def test_every_measure_has_an_interval_around_it_that_a_seed_gives_again(measured):
    labels, _ = planted(np.random.default_rng(2), n_workers=5)
    first, second = (measured(labels, bootstrap=300, rng=np.random.default_rng(1)) for _ in range(2))
    assert first == second
    assert first.low < first.value < first.high


def test_a_pairwise_table_needs_one_label_a_rater_and_item():
    with pytest.raises(InputError, match="row 2, columns task and worker"):
        pairwise(LabelMatrix.from_codes([0, 0], [0, 0], [0, 1], n_workers=2))


def test_settings_that_make_no_sense_are_refused():
    labels, _ = planted(np.random.default_rng(0), n_tasks=5)
    with pytest.raises(InputError, match="9 is no class"):
        positive_agreement(labels, 9)
    with pytest.raises(InputError, match="-1 replicates"):
        fleiss_kappa(labels, bootstrap=-1)
    with pytest.raises(InputError, match=r"1\.5 is not between"):
        fleiss_kappa(labels, confidence=1.5)
    with pytest.raises(InputError, match="'cubic' is unknown"):
        pairwise(labels).kappa("cubic")
    with pytest.raises(InputError, match="row 1, column label: is a string"):
        masi_alpha([1, 1], [1, 2], ["ab", {"a"}])
