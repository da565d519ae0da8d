"""How long a delivery waits before it is tried again, and when an endpoint is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from annotator.domain.webhooks import BOTH_SECRETS, TRIES, pause_before, to_be_paused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(1, 10), (2, 40), (3, 160), (4, 640), (5, 2560), (6, 10_240), (7, 21_600), (8, 21_600), (50, 21_600)],
)
def test_pauses_grow_fourfold_up_to_six_hours_less_up_to_half_at_random(tries, seconds):
    drawn = [pause_before(tries, np.random.default_rng(seed)).total_seconds() for seed in range(200)]
    assert seconds / 2 <= min(drawn) < seconds * 0.52
    assert seconds * 0.98 < max(drawn) <= seconds


def test_all_tries_together_take_most_of_a_day():
    longest = sum((pause_before(tries, _Late()) for tries in range(1, TRIES)), timedelta())
    assert timedelta(hours=12) < longest < timedelta(hours=24)


class _Late(np.random.Generator):
    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def uniform(self, low, high):
        return high


@pytest.mark.parametrize(
    ("failures", "since", "paused"),
    [
        (20, NOW - HOUR, True),
        (19, NOW - HOUR, False),
        (20, NOW - HOUR + timedelta(seconds=1), False),
        (20, None, False),
    ],
)
def test_an_endpoint_is_left_alone_once_it_has_failed_often_and_long(failures, since, paused):
    assert to_be_paused(failures, since, NOW) is paused


def test_an_old_secret_signs_for_a_day():
    assert timedelta(hours=24) == BOTH_SECRETS
