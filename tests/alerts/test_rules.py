"""The rules of alerts over plain values: what gathers against nobody, what floods, what is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from annotator.alerts import parts
from annotator.domain.flooding import LEAST_ITEMS, TIMES, floods
from annotator.domain.noticing import LEAST, change, threshold
from annotator.domain.quality import THRESHOLD, statistic
from annotator.storage.outbox import OutboxState

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
ratios = st.lists(st.floats(-5, 5), max_size=60)
sizes = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 300), max_size=12)


@given(ratios, st.floats(0.5, 12))
def test_a_change_is_what_the_statistic_of_quality_says_and_begins_where_it_was_last_nil(llrs, least):
    found = change(llrs, least)
    assert (found is not None) == (statistic(llrs) >= least)
    if found is not None:
        assert found.gathered == pytest.approx(statistic(llrs))
        assert statistic(llrs[: found.begins]) == 0 or found.begins == 0
        assert all(statistic(llrs[found.begins : end]) > 0 for end in range(found.begins + 1, len(llrs) + 1))


@given(st.integers(0, 10**7))
def test_the_threshold_grows_with_the_project_up_to_that_of_a_pause(answers):
    assert LEAST <= threshold(answers) <= threshold(answers + 1) <= THRESHOLD


@given(sizes, st.integers(0, 500), st.lists(sizes.filter(bool), max_size=5))
def test_what_floods_is_large_matters_and_is_several_times_the_usual(arrived, more, earlier):
    of = sum(arrived.values()) + more
    for flood in floods(arrived, of, earlier):
        assert flood.count == arrived[flood.campaign] >= LEAST_ITEMS
        assert 0.1 <= flood.low <= flood.count / of <= flood.high
        assert flood.count >= TIMES * max(flood.usual, 1)
        assert flood.usual >= max((max(week.values()) for week in earlier), default=0)


@given(sizes, st.lists(sizes.filter(bool), min_size=3, max_size=5))
def test_more_copies_of_a_campaign_that_floods_never_quiet_it(arrived, earlier):
    of = sum(arrived.values())
    for flood in floods(arrived, of, earlier):
        more = arrived | {flood.campaign: flood.count + 10}
        assert flood.campaign in [each.campaign for each in floods(more, of + 10, earlier)]


def test_the_usual_sizes_of_earlier_weeks_quiet_what_is_usual():
    week = {"a": 60, "b": 12}
    assert [flood.campaign for flood in floods(week, 200, [])] == ["a"]
    assert floods(week, 200, [{"x": 40}] * 3) == []
    assert [flood.campaign for flood in floods(week, 200, [{"x": 15}] * 3)] == ["a"]
    assert floods({"a": LEAST_ITEMS - 1}, LEAST_ITEMS - 1, []) == []


def test_parts_are_told_of_only_when_they_are_late():
    fresh, late = NOW - timedelta(minutes=1), NOW - timedelta(minutes=40)
    assert parts.outbox_behind(OutboxState(0, 0, None), NOW) == []
    assert parts.outbox_behind(OutboxState(9, 0, fresh), NOW) == []
    (behind,) = parts.outbox_behind(OutboxState(9, 4, late), NOW)
    assert "9 answers wait to be mirrored, the oldest for 40 minutes; 4 of them after a failed try." in str(
        behind.seen[0]
    )
    assert parts.studio_away("up", None, NOW) == parts.studio_away("down", fresh, NOW) == []
    assert parts.studio_away("down", late, NOW)[0].since == late
    assert parts.worker_silent(None, NOW) == parts.worker_silent(fresh, NOW) == []
    assert "40 minutes ago" in parts.worker_silent(late, NOW)[0].seen[0].__str__()
    assert parts.not_approved(usable=True, version="1.0.0", now=NOW) == []
    assert parts.not_approved(usable=False, version="1.0.0", now=NOW)
