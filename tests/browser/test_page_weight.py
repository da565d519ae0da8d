"""What the pages weigh over the wire, and that nothing outside, unkept, uncompressed or too pale is on them."""

from __future__ import annotations

import pytest

from benchmarks.page_weight import A_POSTING_AFTER, FIRST_LOAD, PAGES, answered_site, loaded, one_more, opened

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LIGHT = 120_000
"""Bytes that any page without the editor may weigh on the first visit."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with answered_site(tmp_path_factory.mktemp("weight")) as made:
        yield made


def test_the_labelling_page_keeps_to_its_weight_and_a_posting_after_costs_little(chromium, site, url):
    with opened(chromium, site, url, dict(PAGES)["/label"]) as (page, wire):
        first = loaded(page, wire, url, "/label")
        after = one_more(page, wire)
    assert first.faults == []
    assert 500_000 < first.weight <= FIRST_LOAD  # less would mean that the editor was not counted
    assert 1_000 < after <= A_POSTING_AFTER


@pytest.mark.parametrize("path", ["/sign-in", "/coordinator", "/coordinator/items", "/me"])
def test_other_pages_are_light_and_without_fault(chromium, site, url, path):
    with opened(chromium, site, url, dict(PAGES)[path]) as (page, wire):
        got = loaded(page, wire, url, path)
    assert got.faults == []
    assert 3_000 < got.weight <= LIGHT
