"""Limits: which are stricter, and which are no limits at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.domain.errors import InputError
from annotator.domain.limits import PRECAUTIONARY, UNLIMITED, Limits, looser


def test_the_defaults_are_the_precautionary_limits_of_the_field():
    assert Limits() == Limits(20, 5, 45, 60, 90, 4, 22, 6, 3, 10)
    assert sorted(PRECAUTIONARY.quiet) == [0, 1, 2, 3, 4, 5, 22, 23]


@pytest.mark.parametrize(
    ("change", "wide"),
    [
        ({"active_minutes": 21}, ("active_minutes",)),
        ({"active_minutes": 10, "day_minutes": 30, "week_days": 2, "concern_run": 1}, ()),
        ({"break_minutes": 4}, ("break_minutes",)),
        ({"break_minutes": 15, "session_gap_minutes": 120}, ()),
        ({"quiet_from": 23}, ("quiet_from",)),
        ({"quiet_until": 5}, ("quiet_until",)),
        ({"quiet_from": 20, "quiet_until": 8}, ()),
        ({"quiet_from": 6, "quiet_until": 22}, ("quiet_from", "quiet_until")),
        ({"quiet_from": 0, "quiet_until": 0}, ("quiet_from", "quiet_until")),
    ],
)
def test_looser_names_what_allows_more(change, wide):
    assert looser(replace(PRECAUTIONARY, **change)) == wide


def test_no_limits_at_all_are_looser_in_everything():
    assert len(looser(UNLIMITED)) == 10


@pytest.mark.parametrize("change", [{"active_minutes": 4}, {"week_days": 8}, {"quiet_from": 24}, {"break_minutes": -1}])
def test_limits_out_of_bounds_are_refused_with_the_place(change):
    with pytest.raises(InputError) as refused:
        replace(PRECAUTIONARY, **change)
    assert refused.value.where == next(iter(change))
