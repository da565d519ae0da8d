"""Counting what failed, so that guessing ends: by keyed hashes of what was tried and from where, never by the values themselves."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from annotator.domain.errors import AnnotatorError, RateLimitedError, UnauthenticatedError
from annotator.storage import markers, people
from annotator.storage.database import Database
from annotator.storage.tables_sign_in import SignInFailure

WINDOW = timedelta(minutes=15)
_KEY = "sign_in_key"


def keyed(database: Database, value: str) -> str:
    """Return the keyed hash under which failures of a value are counted."""
    secret = markers.secret(database, _KEY).encode()
    return hmac.new(secret, value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


@contextmanager
def trying(
    database: Database,
    allowed: Mapping[str, int],
    now: datetime,
    failing: type[AnnotatorError] | tuple[type[AnnotatorError], ...] = UnauthenticatedError,
) -> Iterator[None]:
    """Make a try within the block. It counts as failed under each key until the block ends otherwise than by `failing`: of many that
    are made at once no more go through than of as many in turn.

    Raises:
        RateLimitedError: a key has failed as often as it may within a quarter of an hour.
    """
    made = _counted(database, allowed, now)
    try:
        yield
    except failing:
        raise
    except BaseException:
        _take_back(database, made)
        raise
    _take_back(database, made)


def _counted(database: Database, allowed: Mapping[str, int], now: datetime) -> list[SignInFailure]:
    made = [SignInFailure(key=key, at=now) for key in allowed]
    with database.writing() as session:
        markers.locked(session, _KEY)  # tries are counted one after another, here and in other processes
        people.forget_failures(session, now - WINDOW)
        if any(people.failures_since(session, key, now - WINDOW) >= most for key, most in allowed.items()):
            raise RateLimitedError(
                "Too many failed attempts.", retry_after=int(WINDOW.total_seconds()), mend="Wait a quarter of an hour."
            )
        session.add_all(made)
    return made


def _take_back(database: Database, made: Iterable[SignInFailure]) -> None:
    with database.writing() as session:
        people.forget_these_failures(session, [one.id for one in made])
