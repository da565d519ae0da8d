"""Passwords: argon2id with the library's defaults (RFC 9106), and what we ask of a new one (NIST SP 800-63B).

It is long enough and none that leaked often; nothing else is asked of it.
"""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from annotator.domain.errors import InputError
from annotator.people.leaked import often_leaked

MIN_LENGTH = 12
MAX_LENGTH = 256
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a new password.

    Raises:
        InputError: it is too short or too long, or among those that leaked most often.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InputError(
            f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.",
            where="password",
            mend="A few unrelated words make a good one.",
        )
    if often_leaked(password, MIN_LENGTH):
        raise InputError(
            "That password, or one with little added to it, is among those that leaked most often.",
            where="password",
            mend="A few unrelated words make a good one.",
        )
    return _hasher.hash(password)


def check_password(stored: str | None, password: str) -> bool:
    """Compare in the same time whether or not the account exists (`stored` is None when it does not)."""
    try:
        return _hasher.verify(stored or _nobody(), password[:MAX_LENGTH]) and stored is not None
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that no password has, so that an unknown address takes as long as a known one."""
    return _hasher.hash(secrets.token_hex())
