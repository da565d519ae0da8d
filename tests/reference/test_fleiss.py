"""Fleiss' own example: 30 patients, each diagnosed by six psychiatrists as one of five things.

Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76(5):378-382, Table 1:
depression, personality disorder, schizophrenia, neurosis, other. Published: observed agreement .556, by chance .220,
kappa .430.
"""

import numpy as np
import pytest

from annotator.consensus.labels import LabelMatrix
from annotator.consensus.observed import fleiss_kappa, percent_agreement

TABLE = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
DIAGNOSES = np.array([[int(digit) for digit in patient] for patient in TABLE.split()])
PATIENT, DIAGNOSIS = np.indices(DIAGNOSES.shape)
LABELS = LabelMatrix.from_codes(
    np.repeat(PATIENT.ravel(), DIAGNOSES.ravel()),
    np.tile(np.arange(6), 30),
    np.repeat(DIAGNOSIS.ravel(), DIAGNOSES.ravel()),
)


def test_the_table_adds_up_as_published():
    assert (DIAGNOSES.sum(axis=1) == 6).all()
    assert (DIAGNOSES.sum(axis=0) / 180).round(3).tolist() == [0.144, 0.144, 0.167, 0.306, 0.239]


def test_observed_agreement_is_the_published_one():
    assert percent_agreement(LABELS).value == pytest.approx(0.556, abs=5e-4)


def test_kappa_is_the_published_one():
    assert fleiss_kappa(LABELS).value == pytest.approx(0.430, abs=5e-4)
