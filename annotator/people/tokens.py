"""Secrets that travel in cookies and links: random, and stored only as their hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Return 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
