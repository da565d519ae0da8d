"""The life of a release by its moments, and how long an approval waits for a second one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from annotator.domain.releases import NEEDED, PUBLISHED_DAYS, ReleaseState, standing, state

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("published", "expires", "withdrawn", "comes_to"),
    [
        (None, None, None, ReleaseState.BUILT),
        (None, NOW - DAY, None, ReleaseState.BUILT),
        (NOW - DAY, None, None, ReleaseState.PUBLISHED),
        (NOW - DAY, NOW + DAY, None, ReleaseState.PUBLISHED),
        (NOW - DAY, NOW, None, ReleaseState.EXPIRED),
        (NOW - DAY, NOW + DAY, NOW, ReleaseState.WITHDRAWN),
        (None, None, NOW, ReleaseState.WITHDRAWN),
    ],
)
def test_moments_come_to_a_state(published, expires, withdrawn, comes_to):
    assert state(NOW, published_at=published, expires_at=expires, withdrawn_at=withdrawn) is comes_to


def test_two_people_approve_and_an_approval_lapses_after_a_fortnight():
    approvals = {"new": NOW, "old": NOW - 14 * DAY + timedelta(seconds=1), "lapsed": NOW - 14 * DAY}
    assert standing(approvals, NOW) == {"new", "old"}
    assert NEEDED == 2
    assert PUBLISHED_DAYS == 365
