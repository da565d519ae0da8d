"""An estimator is what it was told: what a fit finds is never given to it, nor does it make two of them differ."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from annotator.consensus.dawid_skene import DawidSkene, OneCoin
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.majority import Majority
from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.sampled import SampledDawidSkene
from tests.consensus.matrices import planted

FITTED = [DawidSkene, OneCoin, HierarchicalDawidSkene, OrdinalDawidSkene, SampledDawidSkene]
FORMS = [*FITTED, Majority]


@pytest.fixture(scope="module")
def labels() -> LabelMatrix:
    return planted(np.random.default_rng(1), n_tasks=20, n_workers=6)[0]


@pytest.mark.parametrize("form", FITTED)
def test_two_of_the_same_settings_are_equal_whatever_they_have_found(form, labels):
    assert form().fit(labels) == form()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_found_is_no_setting(form):
    found = [field.name for field in fields(form) if field.name.endswith("_")]
    assert found
    for name in found:
        with pytest.raises(TypeError, match=name):
            form(**{name: None})
