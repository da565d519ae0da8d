"""One call over HTTP: the token, retries with back-off, and errors as values of their own. Nothing of the contract is here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from annotator.client.errors import ClientError, UnreachableError, error_of

_PASSING = frozenset({429, 502, 503, 504})
_LONGEST = 30.0


class Transport:
    """Calls of one service.

    Reading calls, and writing ones that may be repeated, are tried `tries` times in all: where no reply came, or one that says
    that it will pass; a stream is tried once. Between tries lie 0.5, 1, 2 … seconds, half of it at random; or what `Retry-After` says. No redirect is
    followed, so the token goes to nobody else.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 30.0,
        tries: int = 4,
        rng: Random | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(url)
        local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ClientError("The address must begin with https://, or be on this machine.", where="url")
        self._tries, self._rng, self._sleep = max(1, tries), rng or Random(), sleep  # noqa: S311 spreads tries, guards nothing
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=timeout,
            trust_env=not local,
        )

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a reading call. Raises `ClientError`."""
        return self._call("GET", path, params=params).json()

    def post(self, path: str, **options: Any) -> Any:
        """Return the JSON of a writing call that may be repeated. Raises `ClientError`."""
        return self._call("POST", path, **options).json()

    @contextmanager
    def stream(self, path: str, **params: Any) -> Iterator[httpx.Response]:
        """Give the reply of a reading call whose body is read piece by piece. Raises `ClientError`."""
        try:
            with self._http.stream("GET", path, params=params) as reply:
                if not reply.is_success:
                    reply.read()
                    raise error_of(reply)
                yield reply
        except httpx.TransportError as error:
            raise UnreachableError(f"The reply broke off ({type(error).__name__}).") from error

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        for tried in range(1, self._tries + 1):
            try:
                reply = self._http.request(method, path, **options)
            except httpx.TransportError as error:
                if tried == self._tries:
                    raise UnreachableError(f"No reply from the service ({type(error).__name__}).") from error
                self._sleep(self._pause(tried, ""))
                continue
            if reply.is_success:
                return reply
            if reply.status_code not in _PASSING or tried == self._tries:
                raise error_of(reply)
            self._sleep(self._pause(tried, reply.headers.get("retry-after", "")))
        raise AssertionError

    def _pause(self, tried: int, told: str) -> float:
        if told.isdecimal():
            return min(float(told), _LONGEST)
        most = min(0.5 * 2 ** (tried - 1), _LONGEST)
        return float(most * (0.5 + self._rng.random() / 2))
