"""Every error of the house, rooted at `AnnotatorError`. No HTTP here: the web and the command line each translate once.

A message says what went wrong and where; `mend` says what to do about it. Neither ever holds raw text of a posting or an
identity, since both reach logs.
"""

from __future__ import annotations


class AnnotatorError(Exception):
    """Root of all errors that are ours to explain."""

    def __init__(self, what: str, *, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what} {self.mend}".strip()


class ConfigError(AnnotatorError):
    """A setting, a guideline folder or the surroundings do not allow the service to run."""


class InputError(AnnotatorError):
    """Input that is not of the form asked for; `where` names the place (a path, a row, a column)."""

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, mend=mend)
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {super().__str__()}" if self.where else super().__str__()


class NotFoundError(AnnotatorError):
    """The thing asked for is not there, or not there for this person."""


class ConflictError(AnnotatorError):
    """The request was fine when the page was made, and is not any more."""


class LeaseExpiredError(ConflictError):
    """The lease ended before the answer came."""


class UnauthenticatedError(AnnotatorError):
    """Nobody is signed in."""


class SecondFactorNeededError(UnauthenticatedError):
    """The password was right, and a code is needed as well."""

    def __init__(self, person_id: str) -> None:
        super().__init__("A code of the second factor is needed.", mend="Send it as `code`.")
        self.person_id = person_id


class SecondFactorKeyError(UnauthenticatedError):
    """The key that secrets of second factors are sealed with is not here."""


class ForbiddenError(AnnotatorError):
    """Somebody is signed in, and may not do this."""


class SecondFactorMissingError(ForbiddenError):
    """The role has to sign in with a second factor here, and this person has not set one up."""

    def __init__(self) -> None:
        super().__init__("Your role needs a second factor here.", mend="Set it up at /me/second-factor.")


class RateLimitedError(AnnotatorError):
    """Too many attempts; `retry_after` is in seconds."""

    def __init__(self, what: str, *, retry_after: int, mend: str = "") -> None:
        super().__init__(what, mend=mend)
        self.retry_after = retry_after


class StudioUnavailableError(AnnotatorError):
    """The Label Studio server does not answer; the outbox will try again."""
