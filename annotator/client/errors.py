"""What can go wrong with a call, each with what the server said of it."""

from __future__ import annotations

import httpx


class ClientError(Exception):
    """A call that did not succeed. `status` is 0 where no reply came; `where` and `mend` are the server's, or empty."""

    def __init__(self, what: str, *, status: int = 0, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.status = status
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        said = f"{self.where}: {self.what}" if self.where else self.what
        return f"{said} {self.mend}".strip()


class AuthenticationError(ClientError):
    """401: the token is unknown, too old or revoked."""


class ForbiddenError(ClientError):
    """403: the token lacks the scope, or its owner's role may not do this."""


class NotFoundError(ClientError):
    """404: there is no such thing."""


class ConflictError(ClientError):
    """409: what was asked for does not go with how things stand."""


class InvalidError(ClientError):
    """422: something is not of the form asked for; `where` names it."""


class RateLimitError(ClientError):
    """429, after all tries: too many calls."""


class ServerError(ClientError):
    """5xx, after all tries: the service could not do it now."""


class UnreachableError(ClientError):
    """No reply came, after all tries."""


_KINDS: dict[int, type[ClientError]] = {
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidError,
    429: RateLimitError,
}


def error_of(reply: httpx.Response) -> ClientError:
    """Return the error that a reply tells of; one that is not the service's own (a proxy's, say) is told by its status."""
    kind = _KINDS.get(reply.status_code, ServerError if reply.status_code >= 500 else ClientError)
    try:
        said = reply.json()["error"]
        what, where, mend = str(said["what"]), str(said["where"]), str(said["mend"])
    except (ValueError, KeyError, TypeError):
        what, where, mend = f"The server answered {reply.status_code} {reply.reason_phrase}.", "", ""
    return kind(what, status=reply.status_code, where=where, mend=mend)
