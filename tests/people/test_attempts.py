"""Guessing ends, however many guesses are made at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from threading import Event

import pytest

from annotator.domain.errors import ConflictError, RateLimitedError, UnauthenticatedError
from annotator.people import attempts, sign_in
from annotator.people.attempts import WINDOW, trying

ALLOWED = {"a key": 3}


@pytest.fixture
def here(database, clock):
    return database, ALLOWED, clock.now()


def fail(here, error=UnauthenticatedError):
    with pytest.raises(error), trying(*here):
        raise error("It was wrong.")


def test_tries_that_are_under_way_count_as_failed(here):
    with ExitStack() as under_way:
        for _ in range(3):
            under_way.enter_context(trying(*here))
        with pytest.raises(RateLimitedError), trying(*here):
            pytest.fail("it was let through")
    with trying(*here):
        pass  # those that went well count no more


def test_what_fails_counts_for_a_quarter_of_an_hour(here, clock):
    for _ in range(3):
        fail(here)
    fail(here, RateLimitedError)
    fail((here[0], ALLOWED, clock.now() + WINDOW - timedelta(seconds=1)), RateLimitedError)
    fail((here[0], ALLOWED, clock.now() + WINDOW))


def test_what_is_no_guess_and_what_was_refused_is_not_counted(here, clock):
    for _ in range(5):
        fail(here, ConflictError)
    for _ in range(3):
        fail(here)
    for minutes in range(15):
        fail((here[0], ALLOWED, clock.now() + timedelta(minutes=minutes)), RateLimitedError)
    fail((here[0], ALLOWED, clock.now() + WINDOW))


def test_of_many_passwords_at_once_no_more_are_looked_at_than_may_be_tried(database, clock, monkeypatch):
    looked_at, all_refused = [], Event()

    def slow(_hash, password):
        looked_at.append(password)
        assert all_refused.wait(60)
        return False

    def guess(number):
        given = (database, "volunteer@example.org", f"guess {number}", "192.0.2.1", clock.now())
        return sign_in._with_password(*given, attempts=3)

    monkeypatch.setattr(sign_in, "check_password", slow)
    with ThreadPoolExecutor(8) as pool:
        guesses = [pool.submit(guess, number) for number in range(8)]
        try:
            errors = [type(one.exception(timeout=60)) for one in _first(guesses, 5)]
        finally:
            all_refused.set()
    assert errors == [RateLimitedError] * 5
    assert len(looked_at) == 3


def _first(futures, count):
    """Return those that end first."""
    return list(islice(as_completed(futures, timeout=60), count))


def test_a_key_says_nothing_of_what_was_tried(database):
    key = attempts.keyed(database, "volunteer@example.org")
    assert "volunteer" not in key
    assert key == attempts.keyed(database, "volunteer@example.org")
