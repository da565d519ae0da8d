"""Sealed values: a secret in a column that the database alone does not give away. Whole files are sealed in `sealing`.

ChaCha20-Poly1305 (RFC 8439) under a key for one purpose, HKDF (RFC 5869) of a key file, with a random nonce. What a value belongs to is
authenticated with it, so a value that was moved to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from annotator.storage.sealing import Key

_NONCE = 12


class ValueKey:
    """The key of one purpose. `name` tells it from others and gives nothing of it away."""

    def __init__(self, key: Key, purpose: str) -> None:
        derived = HKDF(hashes.SHA256(), 32, None, purpose.encode()).derive(key.secret)
        self._cipher = ChaCha20Poly1305(derived)
        self.name = hmac.digest(derived, b"name", "sha256").hex()[:16]

    def seal(self, plain: str, belongs_to: str) -> str:
        nonce = secrets.token_bytes(_NONCE)
        return base64.urlsafe_b64encode(
            nonce + self._cipher.encrypt(nonce, plain.encode(), belongs_to.encode())
        ).decode()

    def unseal(self, sealed: str, belongs_to: str) -> str | None:
        """Return what was sealed; None where it was touched, moved, or sealed with another key."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], belongs_to.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return None
