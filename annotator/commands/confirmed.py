"""Asking who stands behind a command: by the password, and by a code where they have a second factor."""

from __future__ import annotations

import typer

from annotator.domain.errors import SecondFactorMissingError, SecondFactorNeededError
from annotator.domain.roles import Role
from annotator.people import second_factor
from annotator.people.sign_in import confirm
from annotator.storage.tables import Person
from annotator.web.frame.service import Service


def confirmed(service: Service, email: str, password: str) -> Person:
    """Return who an address and a password belong to; a code is asked for where it is needed, as the pages do.

    Raises:
        RateLimitedError, UnauthenticatedError: they do not belong together, or the code does not count.
        SecondFactorMissingError: their role has to have a second factor here, and they have none.
    """
    given = (service.database, email, password, service.now())
    key, attempts = service.factor_key, service.settings.sign_in_attempts
    try:
        person = confirm(*given, key=key, attempts=attempts)
    except SecondFactorNeededError:
        code = typer.prompt("Code of the second factor")
        return confirm(*given, key=key, attempts=attempts, code=code)
    if service.settings.second_factor_duty and Role(person.role) in second_factor.BOUND:
        raise SecondFactorMissingError
    return person
