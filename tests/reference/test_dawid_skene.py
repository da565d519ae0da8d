"""The anaesthetists: 45 patients, fitness for anaesthesia from 1 to 4, by five observers, the first of them three times.

Dawid, A. P. & Skene, A. M. (1979). Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm. Journal
of the Royal Statistical Society C 28(1):20-28. The labels are its Table 1, the estimates its Tables 2 and 4.
"""

import numpy as np
import pytest

from annotator.consensus.dawid_skene import DawidSkene
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix

PATIENTS = """
111 1 1 1 1|333 4 3 3 4|112 2 1 2 2|222 3 1 2 1|222 3 2 2 2|222 3 3 2 2|122 2 1 1 1|333 3 4 3 3|222 2 2 2 3
232 2 2 2 3|444 4 4 4 4|222 3 3 4 3|111 1 1 1 1|222 3 2 1 2|121 1 1 1 1|111 2 1 1 1|111 1 1 1 1|111 1 1 1 1
222 2 2 2 1|222 1 3 2 2|222 2 2 2 2|222 2 2 2 1|222 3 2 2 2|221 2 2 2 2|111 1 1 1 1|111 1 1 1 1|232 2 2 2 2
111 1 1 1 1|111 1 1 1 1|112 1 1 2 1|111 1 1 1 1|333 3 2 3 3|111 1 1 1 1|222 2 2 2 2|222 3 2 3 2|433 4 3 4 3
221 2 2 3 2|232 3 2 3 3|333 3 4 3 2|111 1 1 1 1|111 1 1 1 1|121 2 1 1 1|232 2 2 2 2|121 1 1 1 1|222 2 2 2 2
"""
ROWS = [
    (patient, observer, int(value))
    for patient, said in enumerate(PATIENTS.replace("\n", "|").strip("|").split("|"))
    for observer, values in enumerate(said.split())
    for value in values
]
LABELS = LabelMatrix.from_columns(*zip(*ROWS, strict=True))


@pytest.fixture(scope="module")
def fitted():
    return DawidSkene(tol=1e-12, max_iter=1000).fit(LABELS)


def test_there_are_seven_labels_of_each_of_45_patients():
    assert (LABELS.n_tasks, LABELS.n_workers, LABELS.n_labels) == (45, 5, 315)


def test_the_prevalence_is_the_published_one(fitted):
    assert fitted.class_prior_ == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)


def test_the_error_rates_of_the_first_observer_are_the_published_ones(fitted):
    published = np.array([[0.89, 0.11, 0.00, 0.00], [0.07, 0.88, 0.05, 0.00], [0.00, 0.34, 0.66, 0.00]])
    assert fitted.confusion_[0, :3] == pytest.approx(published, abs=0.006)


def test_the_equations_of_the_paper_written_out_give_the_same(fitted):
    """Equations 2.3 to 2.5 over a dense table of counts, with no care for speed."""
    counts = np.zeros((45, 5, 4))
    np.add.at(counts, (LABELS.task, LABELS.worker, LABELS.label), 1)
    posterior = counts.sum(axis=1) / 7
    for _ in range(500):
        prevalence = posterior.mean(axis=0)
        joint = np.einsum("ij,ikl->kjl", posterior, counts)
        rates = np.maximum(joint, 1e-10)
        rates /= rates.sum(axis=2, keepdims=True)
        likelihood = prevalence * np.exp(np.einsum("ikl,kjl->ij", counts, np.log(rates)))
        posterior = likelihood / likelihood.sum(axis=1, keepdims=True)
    assert fitted.posterior_ == pytest.approx(posterior, abs=1e-6)
    assert fitted.log_likelihood_[-1] == pytest.approx(np.log(likelihood.sum(axis=1)).sum(), abs=1e-6)


def test_with_priors_the_same_class_comes_out_for_all_but_the_hard_patients(fitted):
    """With five observers, who differ, and a dozen patients of the rarer classes, priors may move a few."""
    agreeing = HierarchicalDawidSkene().fit(LABELS).predict() == fitted.predict()
    assert agreeing.sum() >= 41
