"""Silent leaks on the generated red-team set, and what the gate does to postings that have nothing to hide.

`python -m benchmarks.privacy` measures the same on far more items, with upper bounds.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from annotator.privacy import Gate
from tests.privacy.clean import postings
from tests.privacy.clean_texts import POSTINGS
from tests.privacy.measure import Tally, tally, upper_bound
from tests.privacy.redteam import FAMILIES, HELD_OUT, generate
from tests.privacy.values import DOMAINS, phone

GATE = Gate(ner=False, salt=b"a salt for tests")


def verdict(text, language):
    result = GATE.check(text, language)
    return [(span.start, span.end) for span in result.spans], not result.ready


@pytest.fixture(scope="module")
def tallies():
    return {family: tally(generate(family, 56, np.random.default_rng(3)), verdict) for family in FAMILIES | HELD_OUT}


@pytest.mark.parametrize("family", sorted(FAMILIES | HELD_OUT))
def test_no_family_leaks_silently(tallies, family):
    found = tallies[family]
    assert found.leaks == 0, f"{found.leaks} of {found.items}, at most {upper_bound(found.leaks, found.items):.1%}"


def test_what_is_masked_is_an_identifier(tallies):
    spans, right = (sum(getattr(found, name) for found in tallies.values()) for name in ("spans", "right_spans"))
    assert right / spans >= 0.95


def test_most_identifiers_are_masked_and_not_only_quarantined(tallies):
    masked, items = (sum(getattr(found, name) for found in tallies.values()) for name in ("masked", "items"))
    assert masked / items >= 0.9


@pytest.mark.parametrize("told", [True, False])
def test_clean_postings_pass(told):
    held = masked = count = 0
    for text, language in postings(210, np.random.default_rng(8)):
        result = GATE.check(text, language if told else None)
        count += 1
        held += not result.ready
        masked += len(result.spans)
    assert held / count <= 0.05
    assert masked / count <= 0.02


def test_clean_texts_pass():
    results = [GATE.check(text) for texts in POSTINGS.values() for text in texts]
    assert sum(not result.ready for result in results) / len(results) <= 0.05


def test_the_set_holds_reserved_values_only():
    rng = np.random.default_rng(1)
    reserved = re.compile(
        r"\D*(?:\d{3}\D*)?55501\d\d|\+?1?\d{3}55501\d\d|(?:\+44|0)7700900\d{3}|01632960\d{3}|03023125\d{3}|06990009\d{3}|\+492214710\d{3}|0701740[67]\d\d"
    )
    for _ in range(300):
        assert reserved.fullmatch(re.sub(r"[^\d+]", "", phone(rng)))
    assert set(DOMAINS) == {"example.com", "example.net", "example.org"}


def test_the_upper_bound_is_clopper_and_pearson():
    assert upper_bound(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59))
    assert upper_bound(5, 5) == 1.0


def test_a_leak_is_one_open_letter_in_a_row_that_goes_on():
    item = next(generate("phone/plain", 1, np.random.default_rng(0)))
    whole, short = (item.start, item.end), (item.start, item.end - 1)
    for spans, quarantined, leaks in [([whole], False, 0), ([short], False, 1), ([short], True, 0), ([], False, 1)]:
        found = Tally()
        found.add(item, (spans, quarantined))
        assert found.leaks == leaks
