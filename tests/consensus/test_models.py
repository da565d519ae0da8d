"""The estimators: what EM promises, what may not change a result, and what each form is for."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn.base import clone

from annotator.consensus.dawid_skene import DawidSkene, OneCoin
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.majority import Majority
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.skills import Skills, expected_accuracy
from annotator.domain.errors import InputError
from tests.consensus.matrices import label_matrices, planted

FORMS = [DawidSkene, OneCoin, HierarchicalDawidSkene, OrdinalDawidSkene]
forms = st.sampled_from(FORMS)
learnable = label_matrices(max_items=20, max_raters=5).filter(lambda labels: labels.n_workers > 1)


@given(learnable, forms)
def test_what_em_climbs_never_falls(labels, form):
    model = form(max_iter=30, tol=-np.inf).fit(labels)
    assert len(model.log_likelihood_) == model.n_iter_ == 30
    assert np.diff(model.log_likelihood_).min() > -1e-7 * labels.n_labels


@given(learnable, forms)
def test_posteriors_and_confusion_matrices_are_distributions(labels, form):
    model = form().fit(labels)
    assert model.posterior_.shape == (labels.n_tasks, labels.n_classes)
    assert model.confusion_.shape == (labels.n_workers, labels.n_classes, labels.n_classes)
    for distribution in (model.posterior_, model.confusion_, model.class_prior_):
        assert np.isfinite(distribution).all()
        assert distribution.sum(axis=-1) == pytest.approx(1)
    low, high = model.confusion_interval()
    assert ((low >= 0) & (low <= high) & (high <= 1)).all()


@given(learnable, forms, st.randoms(use_true_random=False))
def test_row_order_and_the_names_of_tasks_and_workers_do_not_matter(labels, form, random):
    order = np.array(random.sample(range(labels.n_labels), labels.n_labels))
    tasks = np.array(random.sample(range(labels.n_tasks), labels.n_tasks))
    workers = np.array(random.sample(range(labels.n_workers), labels.n_workers))
    moved = LabelMatrix.from_codes(
        tasks[labels.task[order]],
        workers[labels.worker[order]],
        labels.label[order],
        n_tasks=labels.n_tasks,
        n_workers=labels.n_workers,
        n_classes=labels.n_classes,
    )
    first, second = (form(max_iter=5, tol=-np.inf).fit(which) for which in (labels, moved))
    assert second.posterior_[tasks] == pytest.approx(first.posterior_, abs=1e-6)
    assert second.confusion_[workers] == pytest.approx(first.confusion_, abs=1e-6)


@given(learnable, st.sampled_from([DawidSkene, OneCoin, HierarchicalDawidSkene]), st.permutations(range(4)))
def test_the_names_of_classes_do_not_matter(labels, form, names):
    names = np.argsort(np.argsort(names[: labels.n_classes]))
    renamed = LabelMatrix.from_codes(
        labels.task,
        labels.worker,
        names[labels.label],
        n_tasks=labels.n_tasks,
        n_workers=labels.n_workers,
        n_classes=labels.n_classes,
    )
    first, second = (form(max_iter=5, tol=-np.inf).fit(which) for which in (labels, renamed))
    assert second.posterior_[:, names] == pytest.approx(first.posterior_, abs=1e-6)


@given(learnable)
def test_the_expected_number_of_labels_is_the_number_of_labels(labels):
    """Each label counts once, whatever the class of its task."""
    model = DawidSkene().fit(labels)
    given_by = np.bincount(labels.worker, minlength=labels.n_workers)
    assert model.effective_n_.sum(axis=1) == pytest.approx(given_by)


@pytest.mark.parametrize("form", FORMS)
def test_planted_truth_and_skills_are_found_again(form):
    labels, truth = planted(np.random.default_rng(0), n_tasks=800, n_classes=3, per_task=6, skill=0.6)
    model = form().fit(labels)
    assert expected_accuracy(model.posterior_, truth) > 0.9
    assert np.diagonal(model.confusion_, axis1=1, axis2=2) == pytest.approx(0.6 + 0.4 / 3, abs=0.12)
    assert model.converged_


@pytest.mark.parametrize("form", FORMS)
def test_results_are_the_same_to_the_last_bit_on_any_number_of_cores(form, monkeypatch):
    labels, _ = planted(np.random.default_rng(1), n_tasks=40_000, n_workers=30, per_task=5)
    several = form(max_iter=3).fit(labels)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    single = form(max_iter=3).fit(labels)
    assert (several.posterior_ == single.posterior_).all()
    assert (several.log_likelihood_ == single.log_likelihood_).all()


@pytest.mark.parametrize("n_classes", [2, 8, 9, 30])
def test_unrolled_and_general_loops_agree_with_the_definition(n_classes):
    """Tables of logarithms, summed task by task, for more labels than are multiplied between rescalings."""
    labels, _ = planted(np.random.default_rng(2), n_tasks=40, n_workers=25, n_classes=n_classes, per_task=20)
    before, after = (DawidSkene(max_iter=n, tol=-np.inf).fit(labels) for n in (3, 4))
    log_p = np.log(np.maximum(before.class_prior_, 1e-10)) + np.zeros((labels.n_tasks, n_classes))
    for task, worker, label in zip(labels.task, labels.worker, labels.label, strict=True):
        log_p[task] += np.log(before.confusion_[worker, :, label])
    top = log_p.max(axis=1, keepdims=True)
    mass = np.exp(log_p - top).sum(axis=1, keepdims=True)
    assert after.posterior_ == pytest.approx(np.exp(log_p - top) / mass, abs=1e-9)
    assert after.log_likelihood_[-1] == pytest.approx((top + np.log(mass)).sum(), rel=1e-9)


def test_a_thousand_labels_of_one_task_do_not_underflow():
    task = np.concatenate([np.zeros(1000, dtype=int), np.repeat(np.arange(1, 50), 2)])
    worker = np.concatenate([np.arange(1000), np.tile([0, 1], 49)])
    label = np.concatenate([np.repeat([0, 1], 500), np.repeat(np.arange(1, 50) % 2, 2)])
    for form in FORMS:
        model = form().fit(LabelMatrix.from_codes(task, worker, label))
        assert np.isfinite(model.posterior_).all()
        assert np.isfinite(model.log_likelihood_).all()


def test_a_tied_vote_is_shown_and_not_settled():
    model = Majority().fit(LabelMatrix.from_codes([0, 0, 1, 1, 1], [0, 1, 0, 1, 2], [0, 1, 1, 1, 0], n_tasks=3))
    assert model.predict().tolist() == [-1, 1, -1]
    assert model.tied_.tolist() == [True, False, True]
    assert model.n_votes_.tolist() == [2, 3, 0]
    assert expected_accuracy(model.posterior_, np.array([0, 1, -1])) == 0.75


def test_with_one_label_a_task_nothing_is_learned_and_nobody_is_certain():
    labels, truth = planted(np.random.default_rng(3), n_tasks=500, per_task=1)
    model = HierarchicalDawidSkene().fit(labels)
    assert (model.predict() == Majority().fit(labels).predict()).all()
    assert model.posterior_.max() < 0.75
    assert model.effective_n_.sum() == 0
    assert expected_accuracy(model.posterior_, truth) > 0.6


def test_a_worker_with_few_labels_is_shrunk_to_the_pool():
    """Worker 12 labels three tasks, all wrong: maximum likelihood takes that for a rule, the pool does not."""
    labels, truth = planted(np.random.default_rng(4), n_tasks=300, per_task=5, skill=0.8)
    wrong = (truth[:3] + 1) % 3
    more = LabelMatrix.from_codes(
        np.append(labels.task, [0, 1, 2]), np.append(labels.worker, [12] * 3), np.append(labels.label, wrong)
    )
    hierarchical, plain = HierarchicalDawidSkene().fit(more), DawidSkene().fit(more)
    row = truth[0]
    assert plain.confusion_[12, row, row] < 0.01
    assert hierarchical.confusion_[12, row, row] > 0.3
    low, high = hierarchical.confusion_interval()
    assert (high - low)[12, row, row] > (high - low)[0, row, row]


def test_the_ordinal_form_knows_that_near_errors_are_likelier():
    rng = np.random.default_rng(5)
    labels, truth = planted(rng, n_tasks=250, n_workers=25, n_classes=5, per_task=3, skill=1.0)
    step = np.rint(rng.normal(0, 0.9, labels.n_labels)).astype(int)
    said = np.clip(labels.label + step, 0, 4)
    noisy = LabelMatrix.from_codes(labels.task, labels.worker, said)
    ordinal, nominal = OrdinalDawidSkene().fit(noisy), HierarchicalDawidSkene().fit(noisy)

    def score(model):
        return np.log(model.posterior_[np.arange(250), truth]).mean()

    assert score(ordinal) > score(nominal)
    far, near = ordinal.pool_.mean[0, 4, 0], ordinal.pool_.mean[0, 1, 0]
    assert far < near


def test_the_reported_posterior_is_blunted_where_labels_of_a_task_err_together():
    rng = np.random.default_rng(6)
    labels, truth = planted(rng, n_tasks=400, n_workers=20, per_task=10, skill=0.8)
    hard = rng.random(400) < 0.3
    misleading = (truth + 1) % 3
    herd = hard[labels.task] & (rng.random(labels.n_labels) < 0.7)
    together = LabelMatrix.from_codes(labels.task, labels.worker, np.where(herd, misleading[labels.task], labels.label))
    honest, bold = HierarchicalDawidSkene().fit(together), HierarchicalDawidSkene(temper=False).fit(together)
    assert honest.skills_.temper < 0.9
    assert (honest.predict() == bold.predict()).all()
    true = np.arange(400), truth
    assert np.log(honest.posterior_[true]).mean() > np.log(bold.posterior_[true]).mean()
    independent, _ = planted(rng, n_tasks=400, n_workers=20, per_task=10, skill=0.8)
    assert HierarchicalDawidSkene().fit(independent).skills_.temper > 0.85


def test_parameters_can_be_read_set_and_cloned():
    model = HierarchicalDawidSkene(accuracy=0.8)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(tol=1e-3).tol == 1e-3
    with pytest.raises(InputError, match="has no parameter 'depth'"):
        model.set_params(depth=3)


def test_skills_give_the_fitted_posterior_again_and_survive_json():
    labels, _ = planted(np.random.default_rng(7))
    model = HierarchicalDawidSkene().fit(labels)
    skills = Skills.from_json(model.skills_.to_json())
    assert skills.predict_proba(labels) == pytest.approx(model.posterior_, abs=1e-9)
    rows = labels.task == 5
    workers, said = labels.worker[rows].tolist(), labels.label[rows].tolist()
    whole = skills.posterior(workers, said)
    moved = skills.posterior([], [])
    for worker, label in zip(workers, said, strict=True):
        moved = skills.update(moved, worker, label)
    assert whole == pytest.approx(model.posterior_[5])
    assert moved == pytest.approx(whole)
    assert skills.update(moved, "somebody new", 0) == pytest.approx(skills.posterior([*workers, "x"], [*said, 0]))


@pytest.mark.parametrize("form", FORMS)
def test_a_batch_is_its_questions_one_by_one(form):
    one, _ = planted(np.random.default_rng(8), n_tasks=100, n_workers=8)
    two, _ = planted(np.random.default_rng(9), n_tasks=70, n_workers=8, skill=0.5)
    few = form(max_iter=12, tol=-np.inf)
    batch = few.fit_batch({"FEE": one, "DOCS": two})
    for name, labels in (("FEE", one), ("DOCS", two)):
        alone = form(max_iter=12, tol=-np.inf).fit(labels)
        assert batch[name].posterior_ == pytest.approx(alone.posterior_, abs=1e-9)
        place = [batch[name].skills_.workers.index(worker) for worker in alone.skills_.workers]
        assert batch[name].confusion_[place] == pytest.approx(alone.confusion_, abs=1e-9)


def test_questions_of_different_sizes_are_not_batched():
    one, _ = planted(np.random.default_rng(0), n_classes=2)
    two, _ = planted(np.random.default_rng(0), n_classes=3)
    with pytest.raises(InputError, match="differ in their number of classes"):
        DawidSkene().fit_batch({"FEE": one, "DOCS": two})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1, 2], ["a", "b"], ["x", "x"]), "column label: every row says 'x'"),
        (([1, 2], ["a", "a"], ["x", "y"]), "column worker: every row is by 'a'"),
    ],
)
def test_labels_that_teach_nothing_are_refused(form, columns, message):
    with pytest.raises(InputError, match=message):
        form().fit(LabelMatrix.from_columns(*columns))


def test_problems_too_large_for_memory_are_refused():
    labels = LabelMatrix.from_codes([0, 1], [0, 1], [0, 1], n_workers=100_000, n_classes=100)
    with pytest.raises(InputError, match="100,000 workers with 100 classes need 1,000,000,000"):
        DawidSkene().fit(labels)


def test_a_start_must_be_a_posterior_of_the_tasks():
    labels, _ = planted(np.random.default_rng(0), n_tasks=5)
    with pytest.raises(InputError, match=r"start: has shape \(2, 3\)"):
        DawidSkene().fit(labels, start=np.ones((2, 3)))
    with pytest.raises(InputError, match="start, row 1: is not a probability"):
        DawidSkene().fit(labels, start=np.full((5, 3), np.nan))
