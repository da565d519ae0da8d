"""Pseudonyms of one release: a keyed hash of each person, whose key is forgotten when the snapshot is frozen.

The same person has another name in every release, so that two releases cannot be joined by it, by anybody, us included.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from types import TracebackType
from typing import Self

_KEY_BYTES = 32
_CHARACTERS = 16  # 80 bits: two people of one release share a name once in 10^12 releases of a million people


class Pseudonyms:
    """Gives out pseudonyms while the block lasts; afterwards the key is gone, for it was never anywhere else.

    HMAC-SHA-256 (RFC 2104) of the person's id, cut to 80 bits.
    """

    def __init__(self) -> None:
        self._key = bytearray(secrets.token_bytes(_KEY_BYTES))
        self._known: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._key[:] = bytes(len(self._key))
        self._key.clear()
        self._known.clear()

    def of(self, person: str) -> str:
        """Return the person's pseudonym.

        Raises:
            ValueError: the key is gone.
        """
        if not self._key:
            raise ValueError("The key of these pseudonyms is destroyed.")
        if person not in self._known:
            digest = hmac.digest(self._key, person.encode(), "sha256")
            self._known[person] = "A-" + base64.b32encode(digest[:10]).decode()[:_CHARACTERS]
        return self._known[person]
